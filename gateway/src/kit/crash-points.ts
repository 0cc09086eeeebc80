/** Named moments between two steps that a crash must not tear apart: a test has the gateway killed exactly there. */
import { PraktorError } from "./praktor-error.ts";

const names = [
  /** The update, its message and its turn are stored; Telegram has not been told. */
  "inbox_committed",
  /** A turn is claimed; nobody has it. */
  "turn_claimed",
  /** The sandbox's row is stored; it does not run. */
  "sandbox_stored",
  /** The sandbox runs; its row does not say so. */
  "sandbox_launched",
  /** The turn is assigned to its sandbox; it has not been sent there. */
  "turn_assigned",
  /** The runner has accepted the turn; that is not noted. */
  "input_accepted",
  /** A fact is stored; the runner does not know, and nothing that follows from it has been done. */
  "fact_committed",
  /** The answer, the turn's end and the outgoing parts are stored; the runner does not know. */
  "result_committed",
  /** An outgoing part is marked as being sent; the request has not left. */
  "outbox_taken",
  /** Telegram has taken the part; that is not stored. The only point at which a repeat cannot be avoided. */
  "telegram_accepted",
  /** That the part was sent is stored. */
  "outbox_sent",
  /** Of what an earlier life was sending, the fate is decided; nothing has been sent again. */
  "outbox_recovered",
  /** Some of the turns of an earlier life are taken over, others are not. */
  "taking_over",
] as const;

export type CrashPoint = (typeof names)[number];

/** Called by whoever comes by such a moment. Does not return when this is the one to die at. */
export type PassPoint = (point: CrashPoint) => void;

export function crashPoints(): readonly CrashPoint[] {
  return names;
}

/**
 * `wish` is `PRAKTOR_CRASH_AT`: `<point>`, or `<point>:<n>` for the n-th time that it is passed; undefined: nothing ever happens.
 * Throws on a point that does not exist, because a test that kills nowhere proves nothing.
 */
export function crashAt(wish: string | undefined): PassPoint {
  if (wish === undefined || wish === "") return () => {};
  const [name, times = "1"] = wish.split(":");
  let left = Number(times);
  if (!names.some((point) => point === name) || !Number.isSafeInteger(left) || left < 1) {
    throw new PraktorError("invalid_setting", `PRAKTOR_CRASH_AT=${wish} names no crash point.`, {
      hint: `It is one of ${names.join(", ")}, with :<n> for the n-th time.`,
    });
  }
  return (point) => {
    if (point !== name) return;
    left -= 1;
    // Not an exit: nothing may be written, closed or told any more.
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}
