import { describe, expect, it } from "vitest";
import { captionLimits, formatOutgoing, messageLimits } from "./outgoing-text.ts";

describe("an outgoing text", () => {
  it("loses space at both ends, at the beginning only before the first entity", () => {
    expect(formatOutgoing(" \n a b \n", undefined, undefined, messageLimits).text).toBe("a b");
    expect(formatOutgoing("\n<pre>  x  </pre>\n", "HTML", undefined, messageLimits)).toEqual({
      text: "  x",
      entities: [{ type: "pre", offset: 0, length: 3 }],
    });
    expect(formatOutgoing("  <b> </b>", "HTML", undefined, captionLimits)).toEqual({ text: "", entities: [] });
  });

  it("has no carriage returns and no control characters", () => {
    expect(formatOutgoing("a\r\n\tb\u2028c", undefined, undefined, messageLimits).text).toBe("a\n bc");
  });

  it("may carry entities instead of markup", () => {
    const entities = [{ type: "bold", offset: 1, length: 1 }];
    expect(formatOutgoing(" a", undefined, entities, messageLimits)).toEqual({
      text: "a",
      entities: [{ type: "bold", offset: 0, length: 1 }],
    });
  });

  it("is refused with half a surrogate pair, an unknown parse mode, or too much in a caption", () => {
    expect(() => formatOutgoing("\ud83d", undefined, undefined, messageLimits)).toThrow("must be encoded in UTF-8");
    expect(() => formatOutgoing("x", "BBCode", undefined, messageLimits)).toThrow("unsupported parse_mode");
    expect(() => formatOutgoing("x".repeat(1025), undefined, undefined, captionLimits)).toThrow("caption is too long");
  });
});
