/** Where the parts that are not code of the gateway lie: beside the sources, or beside the bundle in the image. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

export interface ShippedPaths {
  ui: string;
  runner: string;
  tools: string;
  globalInstructions: string;
  swarmTemplates: string;
  /** Claude Code's executable for `process` sandboxes, which may not see the package it comes in; undefined where it is not installed. */
  claude: string | undefined;
}

/** In the repository this file is `gateway/src/paths.ts`; in the image it is part of a bundle whose folder holds the rest. */
export function shippedPaths(): ShippedPaths {
  const root = existsSync(`${here}../../agent-runner`) ? `${here}../../` : here;
  return {
    ui: `${root}ui/dist`,
    runner: `${root}agent-runner/dist/agent-runner.mjs`,
    tools: `${root}ptask/dist`,
    swarmTemplates: `${root}config/swarms`,
    globalInstructions: `${root}groups/global/CLAUDE.md`,
    claude: claudeExecutable(),
  };
}

/** The platform package of the Agent SDK; on Linux with musl it has a name of its own. */
function claudeExecutable(): string | undefined {
  const require = createRequire(import.meta.url);
  const platform = `@anthropic-ai/claude-agent-sdk-${process.platform}-${process.arch}`;
  for (const name of [platform, `${platform}-musl`]) {
    try {
      return require.resolve(`${name}/claude`);
    } catch {
      // Not this variant: the next one is tried.
    }
  }
  return undefined;
}
