/** Which settings are secrets, as the schema marks them. */
import { z } from "zod";
import { Settings } from "./schema.ts";

interface Node {
  secret?: boolean | undefined;
  properties?: Record<string, Node> | undefined;
}
const Node: z.ZodType<Node> = z.lazy(() =>
  z.object({ secret: z.boolean().optional(), properties: z.record(z.string(), Node).optional() }),
);

/** Every setting that has no settings of its own: its path, and whether it is a secret. */
export function settingPaths(): { path: readonly string[]; isSecret: boolean }[] {
  return leaves(Node.parse(z.toJSONSchema(Settings, { io: "input", unrepresentable: "any" })), []);
}

/** The values that must be seen nowhere. */
export function secretsIn(settings: Settings): string[] {
  return settingPaths()
    .filter(({ isSecret }) => isSecret)
    .flatMap(({ path }) => {
      const value = path.reduce<unknown>((inside, name) => Object(inside)[name], settings);
      return typeof value === "string" ? [value] : [];
    });
}

function leaves(node: Node, path: readonly string[]): { path: readonly string[]; isSecret: boolean }[] {
  if (node.properties === undefined) return [{ path, isSecret: node.secret === true }];
  return Object.entries(node.properties).flatMap(([name, inside]) => leaves(inside, [...path, name]));
}
