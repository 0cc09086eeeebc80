/** For tests: updates as Telegram would never send them, or not yet. */
import * as fc from "fast-check";

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    "",
    "text",
    0,
    -1,
    1.5,
    Number.MAX_SAFE_INTEGER,
    1e300,
    [],
    {},
    [null],
    "\ud800",
    "\0",
  ),
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

const person = { id: 7, is_bot: false, first_name: "Anna" };
const chats = [
  { id: 7, type: "private", first_name: "Anna" },
  { id: -50, type: "group", title: "Family" },
  { id: -1000000000051, type: "supergroup", title: "Forum", is_forum: true },
];
const contents: Record<string, unknown>[] = [
  { text: "@praktor_bot hello", entities: [{ type: "mention", offset: 0, length: 12 }] },
  { text: "/status", entities: [{ type: "bot_command", offset: 0, length: 7 }] },
  {
    text: "reply",
    reply_to_message: { message_id: 1, from: { id: 4242, is_bot: true, first_name: "P" }, text: "before" },
  },
  { text: "topic", message_thread_id: 5, is_topic_message: true },
  { caption: "look", photo: [{ file_id: "f", width: 1, height: 1 }] },
  { sticker: { emoji: "👍", file_id: "s" } },
  { location: { latitude: 1, longitude: 2 } },
  { contact: { phone_number: "+49", first_name: "B" } },
  { venue: { title: "T", address: "A", location: { latitude: 1, longitude: 2 } } },
  { poll: { question: "?", options: [{ text: "a" }] } },
  { forward_origin: { type: "user", sender_user: person }, text: "forwarded" },
  { new_chat_members: [person] },
  { gift: { something: "new" } },
  {},
];

const message = fc
  .record({ chat: fc.constantFrom(...chats), content: fc.constantFrom(...contents) })
  .map(({ chat, content }): Record<string, unknown> => ({ message_id: 3, date: 1, from: person, chat, ...content }));

/** A message with some of its fields, at any depth, gone or replaced. */
const brokenMessage = fc
  .tuple(message, fc.array(fc.tuple(fc.nat(), fc.option(junk)), { minLength: 1, maxLength: 3 }))
  .map(([whole, changes]) => changes.reduce((current, [place, value]) => broken(current, place, value), whole));

const kinds = fc.constantFrom(
  "message",
  "edited_message",
  "channel_post",
  "callback_query",
  "my_chat_member",
  "chat_join_request",
  "message_reaction",
  "a_kind_of_next_year",
);

/** Without an `update_id`. */
export const malformedUpdate: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(kinds, brokenMessage).map(([kind, content]) => ({ [kind]: content })) },
  { weight: 2, arbitrary: fc.tuple(kinds, message).map(([kind, content]) => ({ [kind]: content })) },
  { weight: 2, arbitrary: fc.tuple(kinds, junk).map(([kind, content]) => ({ [kind]: content })) },
  { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 10 }), junk, { maxKeys: 4 }) },
);

function broken(whole: Record<string, unknown>, place: number, value: unknown): Record<string, unknown> {
  const keys = Object.keys(whole);
  const key = keys[place % Math.max(1, keys.length)];
  if (key === undefined) return whole;
  const inner = whole[key];
  const goesDeeper = place % 3 === 0 && typeof inner === "object" && inner !== null && !Array.isArray(inner);
  if (goesDeeper) return { ...whole, [key]: broken({ ...inner }, Math.floor(place / 3), value) };
  const { [key]: _, ...rest } = whole;
  return value === null ? rest : { ...rest, [key]: value };
}
