/** Why a swarm was not started, in the words of the form: "Ada: what it is to do must have at most 50000 characters". Pure. */
import type { Fault } from "@praktor/protocol/issue-words";
import { en } from "../text/en.ts";

const t = en.swarmForm;

/** `roles` in the order in which the form sent them. */
export const wishWords = (faults: readonly Fault[], roles: readonly string[]): string =>
  `${faults
    .slice(0, 5)
    .map(({ field, message }) => placeWords(field, message, roles))
    .join("; ")}.`;

const placeWords = (field: string, message: string, roles: readonly string[]): string => {
  const [first = "", second = "", third = ""] = field.split(".");
  if (first === "agents" && second !== "") {
    const member = roles[Number(second)]?.trim() || t.member(Number(second) + 1);
    return t.memberFault(member, `${textOf(t.ofMember, third) ?? third} ${message}`);
  }
  return `${textOf(t.parts, second) ?? textOf(t.parts, first) ?? en.swarmRun.what} ${message}`;
};

const textOf = (texts: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(texts, name) ? texts[name] : undefined;
