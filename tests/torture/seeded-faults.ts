/** Faults that somebody might really write, each as a change of a few words, and who must notice it. */
import type { CrashPoint } from "../../gateway/src/kit/crash-points.ts";
import type { Patch } from "./build-gateway.ts";

/** The form of a row that must not hold with the fault, or the gateway's own tests that must fail. */
export type Detector =
  | { type: "crash"; point: CrashPoint }
  | { type: "telegram" }
  | { type: "disk" }
  | { type: "power" }
  | { type: "tests"; files: readonly string[] };

export interface SeededFault {
  name: string;
  patches: readonly Patch[];
  caughtBy: Detector;
}

export const seededFaults: readonly SeededFault[] = [
  {
    name: "Telegram's offset moves before the update is stored",
    patches: [
      {
        file: "telegram/poll-loop.ts",
        find: "        signal.throwIfAborted();\n",
        replace: "        signal.throwIfAborted();\n        this.#offset = updateId + 1;\n",
      },
    ],
    caughtBy: { type: "disk" },
  },
  {
    name: "a fact is acknowledged before it is committed",
    patches: [
      {
        file: "agent/turn-facts.ts",
        find: 'return replies[place === "current" ? await this.#apply(groupId, await clean(groupId, output)) : place];',
        replace:
          "void clean(groupId, output).then((fact) => this.#apply(groupId, fact)).catch(() => {});\n      return replies.applied;",
      },
    ],
    caughtBy: { type: "tests", files: ["agent/turn-facts.test.ts"] },
  },
  {
    name: "synchronous=NORMAL",
    patches: [
      { file: "store/open-database.ts", find: "pragma synchronous = full", replace: "pragma synchronous = normal" },
    ],
    caughtBy: { type: "power" },
  },
  {
    name: "no unique key on update ids",
    patches: [
      {
        file: "store/inbox-repository.ts",
        find: 'if (!(await claimUpdate(queries, update, now))) return { type: "duplicate" };',
        replace: "await claimUpdate(queries, update, now);",
      },
      // The receiver asks before, too: that alone would do until two lives overlap.
      {
        file: "telegram/receiver.ts",
        find: "if (await this.#options.store.inbox.isKnown(this.#sourceName, updateId)) return;",
        replace: "",
      },
    ],
    caughtBy: { type: "crash", point: "inbox_committed" },
  },
  {
    name: "next run from now",
    patches: [
      {
        file: "scheduler/next-run.ts",
        find: "return anchorAt + (Math.max(0, passed) + 1) * schedule.interval_ms;",
        replace: "return passed < -1 ? null : after + schedule.interval_ms;",
      },
    ],
    caughtBy: { type: "tests", files: ["scheduler/next-run.test.ts"] },
  },
  {
    name: "lease ignored: a turn of a sandbox that is gone counts as running",
    patches: [
      {
        file: "agent/take-over.ts",
        find: "turn.sandboxGeneration !== null && live.get(turn.groupId) === turn.sandboxGeneration",
        replace: "turn.sandboxGeneration !== null",
      },
    ],
    caughtBy: { type: "crash", point: "fact_committed" },
  },
  {
    name: "what was being sent when the gateway died is forgotten",
    patches: [{ file: "telegram/deliverer.ts", find: "() => outbox.recover()", replace: "() => Promise.resolve(0)" }],
    caughtBy: { type: "crash", point: "outbox_taken" },
  },
  {
    name: "a repeat carries no mark",
    patches: [{ file: "store/outbox-repository.ts", find: "{ repeated: 1 } : {}", replace: "{} : {}" }],
    caughtBy: { type: "crash", point: "telegram_accepted" },
  },
  {
    name: "an answer is dropped after a 502",
    patches: [
      {
        file: "telegram/delivery-verdict.ts",
        find: '  if (failure.code === 403) return { type: "failed", error };\n',
        replace: '  if (failure.code === 403 || failure.code > 500) return { type: "failed", error };\n',
      },
    ],
    caughtBy: { type: "telegram" },
  },
  {
    name: "retry_after ignored",
    patches: [
      {
        file: "telegram/delivery-verdict.ts",
        find: "delayMs: failure.retryAfterMs + retryAfterMarginMs",
        replace: "delayMs: retryAfterMarginMs",
      },
      {
        file: "telegram/obey-retry-after.ts",
        find: "clock.now() + seconds * 1000 + marginMs",
        replace: "clock.now() + marginMs",
      },
    ],
    caughtBy: { type: "telegram" },
  },
  {
    name: "turns of a sandbox that died are not tried again",
    patches: [
      {
        file: "agent/lost-turns.ts",
        find: "if (dispatching || turn.sandboxGeneration !== generation) continue;",
        replace: "if (dispatching || turn.sandboxGeneration === generation) continue;",
      },
    ],
    caughtBy: { type: "tests", files: ["agent/dispatcher.test.ts"] },
  },
  {
    name: "facts of an abandoned attempt are taken",
    patches: [
      {
        file: "store/turn-events.ts",
        find: 'turn.state === "running" && turn.attempt === fact.attempt',
        replace: 'turn.state === "running"',
      },
    ],
    caughtBy: { type: "tests", files: ["store/sqlite-store.test.ts"] },
  },
];
