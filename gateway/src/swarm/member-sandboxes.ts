/** Ends what members do and takes away what they had. */
import { swarmFolder } from "@praktor/protocol/subjects";
import type { Background } from "../kit/background.ts";
import type { SwarmsOptions } from "./swarms-options.ts";

export class MemberSandboxes {
  readonly #options: Pick<SwarmsOptions, "store" | "turns" | "sandboxes">;
  readonly #background: Background;

  constructor(options: Pick<SwarmsOptions, "store" | "turns" | "sandboxes">, background: Background) {
    this.#options = options;
    this.#background = background;
  }

  /** Nobody works for the run any more. */
  async endAll(runId: string): Promise<void> {
    for (const { memberId } of await this.#options.store.swarms.nodes(runId)) await this.end(memberId);
  }

  async end(memberId: string): Promise<void> {
    const { turns } = this.#options;
    // The waiting ones first: stopping the running one would start the next.
    for (const turn of (await turns.open(memberId)).toReversed()) await turns.stop(turn.id);
    this.stop(memberId);
  }

  /** Its sandbox, in the background: that may take as long as the sandbox wants. */
  stop(memberId: string): void {
    this.#background.run(async () => void (await this.#options.sandboxes.stop(memberId)));
  }

  /** The run's members with their volumes and all that they said. */
  async remove(swarmId: string): Promise<void> {
    const { store, sandboxes } = this.#options;
    const members = (await store.groups.all()).filter((group) => group.swarmId === swarmId);
    for (const member of members) {
      await sandboxes.forget(member);
      await store.groups.removeHidden(member.id);
    }
    // The volume that they shared.
    const shared = swarmFolder(swarmId);
    if (members.length > 0) await sandboxes.forget({ id: shared, folder: shared });
  }
}
