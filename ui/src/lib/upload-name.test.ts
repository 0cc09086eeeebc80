import * as fc from "fast-check";
import { expect, test } from "vitest";
import { uploadPath } from "./upload-name.ts";

test.each([
  ["a report.pdf", "uploads/1/a report.pdf"],
  ["../../etc/passwd", "uploads/1/etc_passwd"],
  [".env", "uploads/1/env"],
  ["", "uploads/1/file"],
  ["Größe.TXT", "uploads/1/Größe.TXT"],
])("%j becomes %j", (name, path) => {
  expect(uploadPath(name, "1")).toBe(path);
});

test("whatever it is called, it is one segment below its folder", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const path = uploadPath(name, "m");
      expect(path.split("/")).toHaveLength(3);
      expect(path).not.toMatch(/\.\.\/|\0/);
      expect(path.length).toBeLessThan(120);
    }),
  );
});
