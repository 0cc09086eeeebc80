/** Which part of a long history is in the page: a window of bounded size that is moved over what is loaded. */

/** Rows in the page at most. */
export const WINDOW_ROWS = 80;
/** How far it moves when its edge comes into view. */
const STEP_ROWS = 30;

export interface MessageWindow {
  start: number;
  /** Exclusive. */
  end: number;
}

/** `lastId` is the message that the window ends with; `null` follows the end of the list. */
export const windowOf = (ids: readonly number[], lastId: number | null): MessageWindow => {
  const place = lastId === null ? -1 : ids.indexOf(lastId);
  const end = place === -1 ? ids.length : Math.min(ids.length, Math.max(place + 1, WINDOW_ROWS));
  return { start: Math.max(0, end - WINDOW_ROWS), end };
};

/** The `lastId` of the window further up. */
export const movedUp = (ids: readonly number[], { end }: MessageWindow): number | null =>
  ids[Math.max(Math.min(WINDOW_ROWS, ids.length), end - STEP_ROWS) - 1] ?? null;

/** The `lastId` of the window further down; `null` once it has reached the end. */
export const movedDown = (ids: readonly number[], { end }: MessageWindow): number | null =>
  end + STEP_ROWS >= ids.length ? null : (ids[end + STEP_ROWS - 1] ?? null);
