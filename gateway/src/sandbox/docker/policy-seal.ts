/** What a container was started as, kept in a label of it: whoever adopts it sees whether it still is that. */
import { z } from "zod";
import type { ContainerRequest } from "./container-request.ts";
import type { FoundContainer } from "./found-container.ts";
import { label } from "./labels.ts";
import { type Defaults, foundPolicy, type PolicyField, shortHash, wantedPolicy } from "./policy.ts";

/** The gateway changes them itself while the container runs. */
const changing: readonly PolicyField[] = ["processor limit", "processor weight"];

const Seal = z.record(z.string(), z.string());

const sealOf = (policy: Record<PolicyField, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(policy)
      .filter(([field]) => !changing.some((one) => one === field))
      .map(([field, value]) => [field, shortHash(JSON.stringify(value) ?? "")]),
  );

/** The request with its seal. */
export function sealed(asked: ContainerRequest, defaults: Defaults): ContainerRequest {
  const seal = JSON.stringify(sealOf(wantedPolicy(asked, defaults)));
  return { ...asked, Labels: { ...asked.Labels, [label.policy]: seal } };
}

/** The sealed fields in which the container is not what it was started as; null where it has no seal: an older Praktor started it. */
export function brokenSeal(found: FoundContainer): string[] | null {
  const text = found.Config.Labels[label.policy];
  if (text === undefined) return null;
  const seal = sealIn(text);
  if (seal === undefined || Object.keys(seal).length === 0) return ["seal"];
  const now: Record<string, string> = sealOf(foundPolicy(found));
  return Object.keys(seal).filter((field) => seal[field] !== now[field]);
}

function sealIn(text: string): z.infer<typeof Seal> | undefined {
  try {
    return Seal.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
