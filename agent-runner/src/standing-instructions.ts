/** What a session was told when it began, and whether that still stands: Claude Code reads its instructions once. */
import { join } from "node:path";
import type { Options } from "@anthropic-ai/claude-agent-sdk";
import { appendedPrompt } from "./appended-prompt.ts";
import type { ClaudeSettings } from "./claude-settings.ts";
import { listedInstructions, stateOf } from "./listed-instructions.ts";

export class StandingInstructions {
  /** What follows Claude Code's own system prompt. */
  readonly prompt: string;
  readonly #settings: ClaudeSettings;
  /** By path: the state of each file of instructions when it was read. */
  readonly #files: Map<string, string>;
  readonly #listed: string;

  private constructor(prompt: string, listed: string, settings: ClaudeSettings, files: Map<string, string>) {
    this.prompt = prompt;
    this.#listed = listed;
    this.#settings = settings;
    this.#files = files;
  }

  /** As they are now; to be taken before Claude Code starts, so that no change falls between. */
  static async now(settings: ClaudeSettings): Promise<StandingInstructions> {
    const { PRAKTOR_WORKSPACE: workspace } = settings.environment;
    // Also where there are none yet: Claude Code tells only of those that it found.
    const paths = [join(workspace, "CLAUDE.md"), join(workspace, ".claude", "CLAUDE.md")];
    const states = await Promise.all(paths.map(async (path) => [path, await stateOf(path)] as const));
    const listed = await listedInstructions(workspace);
    return new StandingInstructions(await promptNow(settings), listed, settings, new Map(states));
  }

  /** Notes what Claude Code reads besides: rules, and files that the others name with `@`. */
  get hooks(): NonNullable<Options["hooks"]> {
    return {
      InstructionsLoaded: [
        {
          hooks: [
            async (input) => {
              if (input.hook_event_name !== "InstructionsLoaded" || this.#files.has(input.file_path)) return {};
              this.#files.set(input.file_path, await stateOf(input.file_path));
              return {};
            },
          ],
        },
      ],
    };
  }

  /** Whether a session that began now would be told the same. */
  async stillStand(): Promise<boolean> {
    const changed = await Promise.all([...this.#files].map(async ([path, state]) => (await stateOf(path)) !== state));
    if (changed.includes(true) || (await promptNow(this.#settings)) !== this.prompt) return false;
    return (await listedInstructions(this.#settings.environment.PRAKTOR_WORKSPACE)) === this.#listed;
  }
}

function promptNow({ environment, secrets }: ClaudeSettings): Promise<string> {
  return appendedPrompt(environment, secrets().description);
}
