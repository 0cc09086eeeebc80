import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Incoming } from "./incoming.ts";
import { malformedUpdate } from "./testing/malformed-updates.ts";
import { messageContext } from "./message-text.ts";
import { longestText, readUpdate } from "./read-update.ts";

const bot = { id: 4242, username: "praktor_bot" };
const anna = { id: 7, is_bot: false, first_name: "Anna" };
const privateChat = { id: 7, type: "private", first_name: "Anna" };
const groupChat = { id: -50, type: "group", title: "Family" };

function read(content: Record<string, unknown>, kind = "message"): Incoming {
  return readUpdate(
    { update_id: 1, [kind]: { message_id: 3, date: 1, from: anna, chat: privateChat, ...content } },
    bot,
  );
}

describe("what a message says", () => {
  test.each([
    ["a text", { text: "Hi" }, "Hi"],
    ["a caption", { caption: "Look", photo: [{ file_id: "f" }] }, "Look"],
    ["a sticker", { sticker: { emoji: "👍" } }, "[Sticker 👍]"],
    ["a location", { location: { latitude: 52.5, longitude: 13.4 } }, "[Location: 52.5, 13.4]"],
    [
      "a place, once",
      {
        venue: { title: "Zoo", address: "B 1", location: { latitude: 1, longitude: 2 } },
        location: { latitude: 1, longitude: 2 },
      },
      "[Place: Zoo, B 1 (1, 2)]",
    ],
    ["a contact", { contact: { phone_number: "+49", first_name: "Bo", last_name: "Li" } }, "[Contact: Bo Li, +49]"],
    [
      "a poll",
      { poll: { question: "When?", options: [{ text: "now" }, { text: "never" }] } },
      "[Poll: When? – now / never]",
    ],
    ["a die", { dice: { emoji: "🎲", value: 4 } }, "[🎲 shows 4]"],
    ["a mention at the beginning, which only calls", { text: "@Praktor_Bot, hi" }, "hi"],
    ["a file without words", { document: { file_id: "d" } }, ""],
  ])("reads %s", (_, content, text) => {
    expect(read(content)).toMatchObject({ type: "message", text });
  });

  test.each([
    ["an empty text", { text: "" }, /empty/],
    ["blanks", { text: " \n " }, /empty/],
    ["a text of 5 MB", { text: "x".repeat(5_000_000) }, /too long/],
    ["a text that is none", { text: 5 }, /could not read/],
    ["a kind of tomorrow", { gift: {} }, /cannot read this kind/],
    ["a message without a sender", { text: "Hi", from: undefined }, /cannot tell who/],
  ])("refuses %s with a sentence", (_, content, reply) => {
    expect(read(content)).toMatchObject({ type: "refused", reply: expect.stringMatching(reply) });
  });

  test("takes a text just below the limit", () => {
    expect(read({ text: "x".repeat(longestText) }).type).toBe("message");
  });

  test("ignores what nobody says", () => {
    expect(read({ new_chat_members: [anna] }).type).toBe("ignored");
    expect(read({ text: "Hi", from: { ...anna, is_bot: true } }).type).toBe("ignored");
    expect(read({ location: { latitude: 1, longitude: 2 } }, "edited_message").type).toBe("ignored");
  });

  test("refuses unknown kinds of updates where a chat is known", () => {
    expect(read({ text: "post" }, "some_post")).toMatchObject({ type: "refused", reply: expect.any(String) });
    expect(readUpdate({ update_id: 1, news: {} }, bot).type).toBe("ignored");
  });
});

describe("what a message refers to", () => {
  const contextOf = (content: Record<string, unknown>): string | null => {
    const incoming = read({ text: "Hi", ...content });
    return incoming.type === "message" ? messageContext(incoming.message, bot.id) : null;
  };

  test("is the message that it replies to", () => {
    expect(contextOf({ reply_to_message: { message_id: 1, from: anna, text: "one\ntwo" } })).toBe(
      "[In reply to Anna:]\n> one\n> two",
    );
    expect(contextOf({ reply_to_message: { message_id: 1, from: { ...anna, id: bot.id }, text: "mine" } })).toBe(
      "[In reply to you:]\n> mine",
    );
  });

  test("is only the part that was quoted", () => {
    const reply = { reply_to_message: { message_id: 1, from: anna, text: "a long text" }, quote: { text: "long" } };
    expect(contextOf(reply)).toBe("[In reply to Anna:]\n> long");
  });

  test("is who a forwarded message comes from", () => {
    expect(contextOf({ forward_origin: { type: "hidden_user", sender_user_name: "Bo" } })).toBe("[Forwarded from Bo]");
  });

  test("is nothing for a topic's first message, and for a quote that cannot be read", () => {
    const opening = { message_id: 1, from: anna, forum_topic_created: { name: "T" } };
    expect(contextOf({ reply_to_message: opening })).toBeNull();
    expect(contextOf({ reply_to_message: { text: 5 } })).toBeNull();
  });
});

describe("whom a message in a group addresses", () => {
  const isAddressed = (content: Record<string, unknown>): boolean => {
    const incoming = read({ chat: groupChat, ...content });
    return incoming.type === "message" && incoming.addressed;
  };
  const entity = (type: string, length: number, more: object = {}) => [{ type, offset: 0, length, ...more }];

  test.each([
    ["nobody in particular", { text: "Hi all" }, false],
    ["a mention", { text: "@praktor_bot hi", entities: entity("mention", 12) }, true],
    [
      "a mention in a caption",
      { caption: "@praktor_bot", caption_entities: entity("mention", 12), photo: [{ file_id: "f" }] },
      true,
    ],
    ["a mention of another", { text: "@praktor_bots hi", entities: entity("mention", 13) }, false],
    ["the name without a mention", { text: "@praktor_bot hi" }, false],
    [
      "a mention by name",
      { text: "Praktor hi", entities: entity("text_mention", 7, { user: { ...anna, id: bot.id } }) },
      true,
    ],
    ["a reply", { text: "yes", reply_to_message: { message_id: 1, from: { ...anna, id: bot.id }, text: "?" } }, true],
    ["a reply to another", { text: "yes", reply_to_message: { message_id: 1, from: anna, text: "?" } }, false],
    ["a command", { text: "/status" }, true],
    ["a command of this bot", { text: "/stop@Praktor_bot" }, true],
    ["a command of another bot", { text: "/stop@other_bot" }, false],
    ["a command that is not ours", { text: "/weather" }, false],
  ])("%s: %s", (_, content, expected) => {
    expect(isAddressed(content)).toBe(expected);
  });
});

describe("where a message comes from", () => {
  test("is the chat, or the topic in a forum", () => {
    expect(read({ text: "Hi" })).toMatchObject({ source: { address: { channel: "telegram", chatId: "7" } } });
    const inTopic = read({ text: "Hi", message_thread_id: 5, is_topic_message: true });
    expect(inTopic).toMatchObject({ source: { address: { chatId: "7", topicId: 5 } } });
    const inThread = read({ text: "Hi", message_thread_id: 5 });
    expect(inThread.type === "message" && inThread.source.address.topicId).toBeUndefined();
  });

  test("changes when a group becomes a supergroup", () => {
    expect(read({ chat: groupChat, migrate_to_chat_id: -1005 })).toEqual({
      type: "migrated",
      from: "-50",
      to: "-1005",
    });
    const other = read({ chat: { ...groupChat, id: -1005, type: "supergroup" }, migrate_from_chat_id: -50 });
    expect(other).toEqual({ type: "migrated", from: "-50", to: "-1005" });
  });
});

test("never throws, whatever an update is", () => {
  fc.assert(
    fc.property(fc.oneof(malformedUpdate, fc.anything()), (raw) => {
      expect(["message", "refused", "migrated", "membership", "tapped", "ignored"]).toContain(
        readUpdate(raw, bot).type,
      );
    }),
    { numRuns: 2_000 },
  );
});
