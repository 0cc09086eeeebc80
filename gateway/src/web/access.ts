/**
 * Which routes answer without sign-in. Everything else under `/api` needs it, also what does not exist: a route that nobody thought of
 * is closed, not open.
 */

const publicRoutes: ReadonlySet<string> = new Set([
  "GET /healthz",
  "GET /readyz",
  "GET /api/session",
  "POST /api/session",
  "DELETE /api/session",
]);

/** `path` is a route's pattern or a request's path: public routes have no parameters, so both are the same. */
export function accessRule(method: string, path: string): "public" | "signed_in" {
  const asGet = method === "HEAD" ? "GET" : method;
  if (publicRoutes.has(`${asGet} ${path}`)) return "public";
  // What is left outside of `/api` are the page's own files, which hold nothing of the owner's.
  return isApi(path) ? "signed_in" : "public";
}

export function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}
