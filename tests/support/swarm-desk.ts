/** What tests ask of swarms over the page's API, and how they wait for what comes of it. */
import { SwarmMessageView, SwarmRunView } from "@praktor/protocol/swarm";
import { vi } from "vitest";
import type { System } from "./system.ts";

const patient = { timeout: 180_000, interval: 200 };

export class SwarmDesk {
  /** Asked each time: a test starts it anew. */
  readonly #system: () => System;

  constructor(system: () => System) {
    this.#system = system;
  }

  async start(team: unknown): Promise<SwarmRunView> {
    const answer = await this.#system().send("POST", "/api/swarms", team);
    if (answer.status !== 201) throw new Error(`The swarm was refused: ${answer.status} ${await answer.text()}`);
    return SwarmRunView.parse(await answer.json());
  }

  async run(id: string): Promise<SwarmRunView> {
    return SwarmRunView.parse(await this.#system().getJson(`/api/swarms/${id}`));
  }

  async over(id: string): Promise<SwarmRunView> {
    return await vi.waitFor(async () => {
      const run = await this.run(id);
      if (run.status === "running") throw new Error(`It still runs: ${shown(run)}`);
      return run;
    }, patient);
  }

  /** Until each of these members has a turn in a sandbox that is up. */
  async atWork(id: string, ...roles: string[]): Promise<void> {
    await vi.waitFor(async () => {
      const run = await this.run(id);
      const busy = run.nodes.filter(({ role, state }) => roles.includes(role) && state === "running");
      if (busy.length < roles.length) throw new Error(`Not all are at work: ${shown(run)}`);
    }, patient);
  }

  async messages(id: string): Promise<SwarmMessageView[]> {
    return SwarmMessageView.array().parse(await this.#system().getJson(`/api/swarms/${id}/messages`));
  }
}

function shown({ status, error, nodes }: SwarmRunView): string {
  return [`${status} ${error ?? ""}`, ...nodes.map((node) => `${node.role} ${node.state} ${node.error ?? ""}`)].join(
    "; ",
  );
}
