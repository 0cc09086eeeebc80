/** Answers what members of swarms ask on `swarm.{swarmID}.{memberID}`; the credential proves who asks. */
import type { PraktorEvent } from "@praktor/protocol/events";
import { requestProblems } from "@praktor/protocol/issue-words";
import { SwarmMemberRequest, type SwarmMemberReply } from "@praktor/protocol/swarm";
import { roleName } from "@praktor/protocol/team-plan";
import type { Ids } from "../kit/ids.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { quotedLines } from "../kit/quoted-lines.ts";
import type { Received } from "../store/contract/inbox-store.ts";
import type { SwarmMessage, SwarmNode, SwarmRun, SwarmStore } from "../store/contract/swarm-store.ts";
import { memberList } from "./prompts.ts";
import { boardView, swarmMessageView } from "./views.ts";

export interface MemberDeskOptions {
  swarms: SwarmStore;
  ids: Ids;
  logger: Logger;
  received: (received: Received) => void;
  /** Something was queued for members of the run. */
  touch: (runId: string) => void;
  publish: (event: PraktorEvent) => void;
  /** Takes the member's own secrets out of what it says, before it is stored or another member reads it. */
  redact: (memberId: string, text: string) => Promise<string>;
}

/** Two members who talk must come to an end. */
const mostMessages = 100;
const mostEntries = 100;
/** All of it is read at once, in one message of the bus, line by line quoted. */
const mostBoardBytes = 200_000;

export class MemberDesk {
  readonly #options: MemberDeskOptions;

  constructor(options: MemberDeskOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async handle(swarmId: string, memberId: string, data: unknown): Promise<SwarmMemberReply> {
    try {
      const request = SwarmMemberRequest.safeParse(data);
      if (!request.success) return { error: `The request is not valid: ${requestProblems(request.error)}.` };
      const run = await this.#options.swarms.get(swarmId);
      const nodes = run ? await this.#options.swarms.nodes(swarmId) : [];
      const node = nodes.find((one) => one.memberId === memberId);
      if (!run || !node) return { error: "You are no member of this swarm." };
      if (run.status !== "running") return { error: "The swarm is over." };
      return { ok: true, text: await this.#answer(run, node, nodes, request.data) };
    } catch (error) {
      if (error instanceof PraktorError && error.code === "refused") return { error: error.message };
      this.#options.logger.error(
        { swarm: swarmId, member: memberId, error: errorMessage(error) },
        "a member's request failed",
      );
      return { error: "Praktor could not do this; try it once more." };
    }
  }

  async #answer(
    run: SwarmRun,
    node: SwarmNode,
    nodes: readonly SwarmNode[],
    request: SwarmMemberRequest,
  ): Promise<string> {
    switch (request.type) {
      case "send": {
        const to = roleName(request.payload.to);
        const receiver = nodes.find(({ role }) => role === to);
        if (!receiver) throw no(`There is no member “${request.payload.to}”. There are: ${names(nodes)}.`);
        if (receiver.role === node.role) throw no("You cannot write to yourself.");
        return await this.#say(run, node, receiver.role, request.payload);
      }
      case "broadcast":
        if (nodes.length === 1) throw no("You are the only member.");
        return await this.#say(run, node, null, request.payload);
      case "members":
        return memberList(run, node.role, nodes);
      case "board_read": {
        const entries = await this.#options.swarms.board(run.id);
        if (entries.length === 0) return "The board is empty.";
        return entries.map(({ key, value, author }) => `[By ${author}: ${key}]\n${quotedLines(value)}`).join("\n\n");
      }
      case "board_write": {
        const key = await this.#options.redact(node.memberId, request.payload.key);
        const value = await this.#options.redact(node.memberId, request.payload.value);
        const entry = await this.#options.swarms.writeBoard({
          runId: run.id,
          author: node.role,
          key,
          value,
          most: mostEntries,
          mostBytes: mostBoardBytes,
        });
        if (entry === null) throw no("The swarm is over.");
        if (entry === "full")
          throw no(`The board holds ${mostEntries} entries of 200 kB together at most; remove one first.`);
        this.#options.publish({ type: "swarm_board", swarmId: run.id, entry: boardView(entry) });
        return value === "" ? "Removed." : "Written.";
      }
      default:
        return request satisfies never;
    }
  }

  async #say(run: SwarmRun, from: SwarmNode, to: string | null, words: { key: string; text: string }): Promise<string> {
    const { swarms, ids, received, touch, publish, redact } = this.#options;
    const said = await swarms.say({
      runId: run.id,
      sender: from.role,
      to,
      content: await redact(from.memberId, words.text),
      key: words.key,
      turnIds: () => ids.next(),
      most: mostMessages,
    });
    if (said === null) throw no("The swarm is over.");
    if (said === "too_many") throw no(`A member may write ${mostMessages} messages; put the rest into your result.`);
    if (!said.repeated) {
      publish({ type: "swarm_message", swarmId: run.id, message: swarmMessageView(said.message) });
      for (const one of said.received) received(one);
      if (said.received.length > 0) touch(run.id);
    }
    return becameOf(said.message);
  }
}

function becameOf({ deliveries }: SwarmMessage): string {
  const of = (state: string): string =>
    deliveries
      .filter((delivery) => delivery.state === state)
      .map(({ to }) => to)
      .join(", ");
  const [delivered, waiting, missed] = [of("delivered"), of("waiting"), of("missed")];
  return [
    ...(delivered === "" ? [] : [`Delivered to ${delivered}. An answer reaches you as a new input after your turn.`]),
    ...(waiting === "" ? [] : [`${waiting} will read it when it starts.`]),
    ...(missed === "" ? [] : [`${missed} is done already and will not read it.`]),
  ].join(" ");
}

const names = (nodes: readonly SwarmNode[]): string => nodes.map(({ role }) => role).join(", ");
const no = (message: string): PraktorError<"refused"> => new PraktorError("refused", message);
