import type { MessageApproval } from "@praktor/protocol/approvals";
import type { MessageView } from "@praktor/protocol/rest";
import { expect, test } from "vitest";
import type { MessagePages } from "../api/queries.ts";
import { flatten, withApproval, withDelivery, withMessage } from "./message-pages.ts";

const message = (id: number, text = `message ${id}`): MessageView => ({
  id,
  role: "assistant",
  text,
  time: "2026-01-01T00:00:00.000Z",
  conversation_id: "c",
  turn_id: null,
  sender: "agent",
  sender_name: null,
  work: null,
  delivery: "pending",
});
const pages: MessagePages = {
  pages: [
    [message(3), message(4)],
    [message(1), message(2)],
  ],
  pageParams: [{}, { before: 3 }],
};

test("reads pages from the oldest message to the newest", () => {
  expect(flatten(pages).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  expect(flatten(undefined)).toEqual([]);
});

test("a new message goes to the end, and comes once although the event and the answer both bring it", () => {
  const twice = withMessage(withMessage(pages, message(5)), message(5, "final"));
  expect(flatten(twice).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
  expect(flatten(twice).at(-1)?.text).toBe("final");
});

test("a message of an older page is replaced where it is", () => {
  expect(withMessage(pages, message(2, "edited")).pages[1]?.[1]?.text).toBe("edited");
});

test("a page that overlaps another does not double its messages", () => {
  const overlapping = { ...pages, pages: [...pages.pages, [message(1), message(2)]] };
  expect(flatten(overlapping)).toHaveLength(4);
});

test("delivery changes the one message", () => {
  expect(
    flatten(withDelivery(pages, { messageId: 2, state: "sent", error: null })).map(({ delivery }) => delivery),
  ).toEqual(["pending", "sent", "pending", "pending"]);
});

test("what came of a question changes the message that asks it", () => {
  const approval: MessageApproval = {
    id: "a",
    group_id: "g",
    conversation_id: "c",
    turn_id: null,
    message_id: 3,
    choices: [],
    state: "expired",
    choice: null,
    answered_by: null,
    asked: "2026-01-01T00:00:00.000Z",
    expires: "2026-01-01T00:10:00.000Z",
    settled: "2026-01-01T00:10:00.000Z",
  };
  const states = flatten(withApproval(pages, approval)).map((one) => one.approval?.state);
  expect(states).toEqual([undefined, undefined, "expired", undefined]);
});

test("a new message does not follow a page of the past", () => {
  const past: MessagePages = { pages: [[message(3)]], pageParams: [{ before: 4 }] };
  expect(withMessage(past, message(9))).toBe(past);
  const reached: MessagePages = { pages: [[message(4)], [message(3)]], pageParams: [{ after: 3 }, { before: 4 }] };
  expect(flatten(withMessage(reached, message(9))).map(({ id }) => id)).toEqual([3, 4, 9]);
});
