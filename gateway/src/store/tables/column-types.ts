/** What columns hold that SQLite has no type for. */

/** SQLite has no boolean. */
export type Flag = 0 | 1;

/** Text that holds JSON; parsed with its zod schema where the row is read. */
export type Json = string;
