import { expect, test } from "vitest";
import { allowedMethods } from "./allowed-methods.ts";

const routes = [
  { method: "ALL", path: "/*" },
  { method: "GET", path: "/api/tasks" },
  { method: "PUT", path: "/api/tasks/:id" },
  { method: "PUT", path: "/api/tasks/:id" },
  { method: "DELETE", path: "/api/tasks/:id" },
  { method: "POST", path: "/api/tasks/:id/run" },
];

test.each([
  ["/api/tasks", ["GET"]],
  ["/api/tasks/a", ["PUT", "DELETE"]],
  ["/api/tasks/a/run", ["POST"]],
  ["/api/tasks/", []],
  ["/api/tasks/a/run/b", []],
  ["/api/nothing", []],
])("%s takes %j", (path, methods) => {
  expect(allowedMethods(routes, path)).toEqual(methods);
});
