/** What people in a chat and the main group's agent ask of swarms, and the words that they get. */
import type { SwarmCreate, SwarmRunView } from "@praktor/protocol/swarm";
import { escapeMarkdown } from "./kit/escape-markdown.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import type { Conversation } from "./store/rows.ts";
import { parseSwarmCommand, swarmHelp } from "./swarm/parse-swarm-command.ts";
import type { Swarms } from "./swarm/swarms.ts";
import type { SwarmTemplates } from "./swarm/templates.ts";
import { changed, onlyWords, refused, type CommandAnswer } from "./telegram/command-audit.ts";

export interface SwarmCommandsOptions {
  swarms: Pick<Swarms, "start" | "list" | "get" | "cancel">;
  templates: Pick<SwarmTemplates, "list">;
  conversation: (id: string) => Promise<Conversation | null>;
  /** Where a group reads what was not asked in a certain place. */
  chatOf: (groupId: string) => Promise<Conversation>;
}

const listed = 50;

export class SwarmCommands {
  readonly #options: SwarmCommandsOptions;

  constructor(options: SwarmCommandsOptions) {
    this.#options = options;
  }

  /** `/swarm …` in a chat; what came of it as Markdown. The results come to the same chat. */
  async command(conversationId: string, argument: string): Promise<CommandAnswer> {
    const { swarms, templates } = this.#options;
    const conversation = await this.#options.conversation(conversationId);
    if (!conversation) throw new PraktorError("not_found", "This chat is not known.");
    const { groupId } = conversation;
    const wish = parseSwarmCommand(argument);
    switch (wish.type) {
      case "show": {
        const running = await this.#running(groupId);
        const names = (await templates.list()).map(
          ({ name, title }) => `\`/swarm ${name}: TASK\` – ${escapeMarkdown(title)}`,
        );
        const head =
          running.length === 0
            ? "No swarm runs here."
            : running.map((run) => line(run, escapeMarkdown(run.name))).join("\n");
        return onlyWords(`${head}\n\n${[swarmHelp, ...names].join("\n")}`);
      }
      case "stop": {
        const running = await this.#running(groupId);
        for (const { id } of running) await swarms.cancel(id);
        if (running.length === 0) return onlyWords("No swarm runs here.");
        return {
          words: `Stopped: ${running.map(({ name }) => escapeMarkdown(name)).join(", ")}.`,
          changes: running.map(({ id }) => ({ action: "swarm.cancel", outcome: "ok", target: id })),
        };
      }
      case "unclear":
        return onlyWords(`${wish.reason}\n\n${swarmHelp}`);
      case "start": {
        const { task, agents, edges, only } = wish;
        const template = (await templates.list()).find(({ name }) => name === only);
        const team: SwarmCreate = template ? { task, template: template.name } : { task, agents, edges };
        try {
          const run = await swarms.start(team, { groupId, conversationId });
          const roles = run.nodes.map(({ role }) => escapeMarkdown(role)).join(", ");
          return changed(
            `🐝 The swarm has begun: ${roles}. I tell here how far it is, and the answer of “${escapeMarkdown(run.lead)}”.`,
            { target: run.id },
          );
        } catch (error) {
          if (error instanceof PraktorError && error.code === "invalid") {
            return refused(`⚠️ ${error.message}`, error.message);
          }
          throw error;
        }
      }
      default:
        return wish satisfies never;
    }
  }

  /** The main group's agent starts one; its results are said in the group's chat. */
  async start(groupId: string, wish: SwarmCreate): Promise<{ id: string; text: string }> {
    const chat = await this.#options.chatOf(groupId);
    const run = await this.#options.swarms.start(wish, { groupId, conversationId: chat.id });
    return { id: run.id, text: details(run) };
  }

  /** Of one run, or of the newest. */
  async status(id: string | undefined): Promise<string> {
    const { swarms } = this.#options;
    if (id !== undefined) return details(await swarms.get(id));
    const runs = await swarms.list(10);
    return runs.length === 0 ? "There was no swarm yet." : runs.map((run) => line(run)).join("\n");
  }

  async #running(groupId: string): Promise<SwarmRunView[]> {
    const runs = await this.#options.swarms.list(listed);
    return runs.filter((run) => run.group_id === groupId && run.status === "running");
  }
}

const line = (run: SwarmRunView, name = run.name): string =>
  `🐝 ${name} (${run.id}): ${run.status}, ${run.nodes.filter(({ finished_at }) => finished_at !== null).length} of ${run.nodes.length} done`;

function details(run: SwarmRunView): string {
  const nodes = run.nodes.map(({ role, state, error }) => `- ${role}: ${state}${error === null ? "" : ` (${error})`}`);
  const end = run.answer ?? run.error;
  return [line(run), ...nodes, ...(end === null ? [] : [`\n${end}`])].join("\n");
}
