/** Decides whether tests that need more than Node run here: skipped with one line, unless PRAKTOR_REQUIRE names what they need. */

export type Requirement =
  | "docker"
  | "browser"
  | "bubblewrap"
  | "nats-server"
  | "mount"
  | "network-namespaces"
  | "power-cut";

/** `present` says whether this machine has it. Throws when it is absent and PRAKTOR_REQUIRE (`docker,browser`) demands it. */
export function requirement(name: Requirement, present: boolean): "run" | "skip" {
  if (present) return "run";
  const demanded = (process.env["PRAKTOR_REQUIRE"] ?? "").split(",").map((word) => word.trim());
  if (demanded.includes(name)) throw new Error(`PRAKTOR_REQUIRE names ${name}, but it does not answer here`);
  console.warn(`skipped: no ${name} here`);
  return "skip";
}
