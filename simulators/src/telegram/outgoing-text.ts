// What the Bot API makes of a text before it sends it: parsing, trimming, limits.

import * as z from "zod";
import { badRequest } from "./bot-api-error.ts";
import { type FormattedText, type MessageEntity, parseHtml } from "./html-entities.ts";
import { nested } from "./request-body.ts";

const entitiesSchema = nested(
  z.array(z.looseObject({ type: z.string(), offset: z.number().int(), length: z.number().int() })),
);

export interface TextLimits {
  readonly maxLength: number;
  readonly tooLong: string;
  /** The refusal for a text that is empty after parsing; absent allows it. */
  readonly empty?: string;
}

export const messageLimits: TextLimits = {
  maxLength: 4096,
  tooLong: "message is too long",
  empty: "message text is empty",
};

export const captionLimits: TextLimits = { maxLength: 1024, tooLong: "message caption is too long" };

/**
 * Length is counted in UTF-16 units after parsing, as Telegram does. MarkdownV2 and Markdown are refused: the
 * simulator would have to guess what Telegram makes of them.
 */
export function formatOutgoing(
  source: string,
  parseMode: string | undefined,
  entities: unknown,
  limits: TextLimits,
): FormattedText {
  if (!source.isWellFormed()) throw badRequest("strings must be encoded in UTF-8");
  const parsed = parse(clean(source), parseMode, entities);
  const trimmed = trim(parsed);
  if (trimmed.text === "" && limits.empty !== undefined) throw badRequest(limits.empty);
  if (trimmed.text.length > limits.maxLength) throw badRequest(limits.tooLong);
  return trimmed;
}

function parse(source: string, parseMode: string | undefined, entities: unknown): FormattedText {
  switch (parseMode?.toLowerCase()) {
    case undefined:
    case "": {
      const given = entities === undefined ? undefined : entitiesSchema.safeParse(entities);
      if (given && !given.success) throw badRequest("can't parse entities: expected an Array of MessageEntity");
      return {
        text: source,
        entities: (given?.data ?? []).map(({ type, offset, length }) => ({ type, offset, length })),
      };
    }
    case "html":
      return parseHtml(source);
    default:
      throw badRequest("unsupported parse_mode");
  }
}

/** Telegram removes carriage returns and line separators and turns other control characters into spaces. */
function clean(source: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are the subject here
  return source.replaceAll(/[\r\u2028-\u202e]/g, "").replaceAll(/[\u0000-\u0009\u000b-\u001f]/g, " ");
}

/** Space and newline go at both ends; at the beginning only as far as the first entity. */
function trim({ text, entities }: FormattedText): FormattedText {
  const end = text.replace(/[ \n]+$/, "").length;
  const firstEntity = Math.min(end, ...entities.map((entity) => entity.offset));
  const lead = /^[ \n]*/.exec(text.slice(0, firstEntity))?.[0].length ?? 0;
  const moved = entities.map((entity): MessageEntity => {
    const offset = entity.offset - lead;
    return { ...entity, offset, length: Math.min(entity.length, end - lead - offset) };
  });
  return { text: text.slice(lead, end), entities: moved.filter((entity) => entity.length > 0) };
}
