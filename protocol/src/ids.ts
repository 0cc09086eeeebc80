/** The identifiers that cross a border, and the one pattern that keeps them safe in subjects, names and paths. */
import { z } from "zod";

/** A group as NATS, containers and the API know it; a Telegram chat's id is a decimal, negative for group chats. */
export const GroupId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, '_' or '-'");
export type GroupId = z.infer<typeof GroupId>;

/** Any other row's id: made by the gateway, safe as one token of a subject. */
export const RowId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 letters, digits, '_' or '-'");
export type RowId = z.infer<typeof RowId>;
