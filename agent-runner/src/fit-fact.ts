/** Keeps a fact below the largest message that the NATS server takes. */
import { cutMark, type FactOutput } from "@praktor/protocol/agent-output";

/**
 * Returns the fact, or a copy whose long text is cut and marked. Only `result` and `failed` can be that long: a tool's
 * input and output are cut to 4,000 characters where they are made.
 */
export function fitFact(fact: FactOutput, maxBytes: number): FactOutput {
  const overBytes = sizeBytes(fact) - maxBytes;
  if (overBytes <= 0) return fact;
  if (fact.type === "failed" && fact.partialText !== undefined) {
    const { partialText, ...rest } = fact;
    const cut = cutBy(partialText, overBytes);
    return fitFact(cut === "" ? rest : { ...rest, partialText: cut }, maxBytes);
  }
  if (fact.type === "result" || fact.type === "failed") {
    const content = cutBy(fact.content, overBytes);
    return content === fact.content ? fact : fitFact({ ...fact, content }, maxBytes);
  }
  return fact;
}

function sizeBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Takes characters that together need at least `bytes` as JSON off the end; empty when there are not so many. */
function cutBy(text: string, bytes: number): string {
  const wanted = bytes + Buffer.byteLength(cutMark) + 16;
  let end = text.endsWith(cutMark) ? text.length - cutMark.length : text.length;
  for (let freed = 0; end > 0 && freed < wanted;) {
    const step = Math.min(end, Math.max(1, Math.ceil((wanted - freed) / 6)));
    freed += sizeBytes(text.slice(end - step, end)) - 2;
    end -= step;
  }
  // Never between the two halves of one character.
  if (end > 0 && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end -= 1;
  return end <= 0 ? "" : text.slice(0, end) + cutMark;
}
