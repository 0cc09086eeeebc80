/** What was most likely meant by a key or a variable that is none of Praktor's. */
import { nearestName } from "../kit/nearest-name.ts";
import { environmentKeys } from "./environment.ts";
import { settingPaths } from "./secret-settings.ts";

const whereAll = "config/praktor.example.yaml names them all";

/** What to do about an unknown key of the file: the same name in another section, or one that is spelled nearly so beside it. */
export function settingAdvice(path: readonly string[]): string {
  const known = settingPaths().map((setting) => setting.path);
  const [section, name = ""] = [path.slice(0, -1), path.at(-1)];
  const same = known.filter((one) => one.at(-1) === name);
  if (same.length > 0) return didYouMean(same.map((one) => one.join(".")));
  const beside = known.filter((one) => section.every((part, index) => one[index] === part));
  const near = nearestName(name, [...new Set(beside.flatMap((one) => one[section.length] ?? []))]);
  return near === null ? whereAll : didYouMean([[...section, near].join(".")]);
}

/** The same for a variable, which may also be called as the key that it should set. */
export function variableAdvice(variable: string): string {
  const name = bare(variable);
  const byName = new Map(environmentKeys.map((key) => [bare(key.variable), key.variable]));
  for (const key of environmentKeys) byName.set(bare(key.path.join("_")), key.variable);
  const fileOnly = settingPaths().find(({ path }) => bare(path.join("_")) === name && !byName.has(name));
  if (fileOnly) return `${fileOnly.path.join(".")} is set in the file only`;
  const near = nearestName(name, [...byName.keys()]);
  return near === null ? whereAll : didYouMean([byName.get(near) ?? near]);
}

function bare(variable: string): string {
  return variable.replace(/^PRAKTOR_/, "").toLowerCase();
}

function didYouMean(names: readonly string[]): string {
  const [last = "", ...others] = names.slice(0, 3).toReversed();
  return `did you mean ${others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`}?`;
}
