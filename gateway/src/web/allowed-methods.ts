/** Which methods an address of the API takes, for whoever used another one. Pure. */

/** `routes`: of Hono, whose paths name their parts as `:id`. Empty: there is no such address. */
export function allowedMethods(routes: readonly { method: string; path: string }[], path: string): string[] {
  const parts = path.split("/");
  const methods = routes.filter((route) => isRequest(route.method) && matches(route.path.split("/"), parts));
  return [...new Set(methods.map(({ method }) => method))];
}

/** What stands in front of all routes is none. */
function isRequest(method: string): boolean {
  return method !== "ALL";
}

function matches(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, place) => (part.startsWith(":") ? parts[place] !== "" : part === parts[place]))
  );
}
