import { expect, test } from "vitest";
import type { Message } from "../store/rows.ts";
import { attached, filesInPlace, notedFiles } from "./attached-files.ts";

const message = (metadata: Record<string, unknown>): Message => ({
  id: 1,
  groupId: "g",
  conversationId: "c",
  turnId: null,
  role: "user",
  sender: "user:web",
  content: "",
  metadata,
  createdAt: 0,
  delivery: null,
  deliveryError: null,
});

test("a file that lies in the workspace goes with the turn; one that is still elsewhere is fetched first", () => {
  const here = message(attached(["uploads/a b.txt", "top.md"]));
  const there = message({ files: [{ path: "uploads/7-p.jpg", name: "p.jpg", telegramFileId: "t" }] });
  expect(filesInPlace([here, there])).toEqual([
    { path: "uploads/a b.txt", name: "a b.txt" },
    { path: "top.md", name: "top.md" },
  ]);
  expect(notedFiles(there).map(({ name }) => name)).toEqual(["p.jpg"]);
});

test("a note that cannot be read notes nothing", () => {
  for (const files of [undefined, "x", [{ path: 1 }]]) expect(notedFiles(message({ files }))).toEqual([]);
});
