/** Builds Mission Control into `dist`, which the gateway serves; in development it forwards `/api` to a gateway on its usual port. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: "es2022",
    // The content security policy allows fonts and scripts from files only.
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // In one chunk with what forbids zod to compile: schemas in any other chunk are made after that.
        codeSplitting: { groups: [{ name: "zod", test: /[\\/]zod[\\/]|zod-without-eval/ }] },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: "http://127.0.0.1:8080", ws: true } },
  },
});
