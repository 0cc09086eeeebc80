import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSubset, isValidSubject, overlaps, quoteSubject } from "./subject.ts";
import { SubjectTrie } from "./subject-trie.ts";

const token = fc.constantFrom("a", "b", "*", ">", "ab");
const pattern = fc
  .array(token, { minLength: 1, maxLength: 4 })
  .map((tokens) => tokens.join("."))
  .filter(isValidSubject);
const literal = fc
  .array(fc.constantFrom("a", "b", "ab", ""), { minLength: 1, maxLength: 4 })
  .map((tokens) => tokens.join("."));

interface Entry {
  pattern: string;
  queue: string | undefined;
  id: number;
}

/** What `match` must find, by looking at every entry. */
function expectedOf(entries: readonly Entry[], subject: string): string[] {
  const isLiteral = isValidSubject(subject);
  return entries
    .filter((entry) => isLiteral && isSubset(subject, entry.pattern))
    .map(({ queue, id }) => `${queue ?? ""}:${id}`)
    .toSorted();
}

describe("SubjectTrie", () => {
  it("finds what a look at every entry finds, through insertions and removals", () => {
    const command = fc.record({
      pattern,
      queue: fc.option(fc.constantFrom("q", "r"), { nil: undefined }),
      remove: fc.nat(3),
      subject: literal,
    });
    const property = fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const trie = new SubjectTrie<Entry>();
      let entries: Entry[] = [];
      for (const [id, { pattern, queue, remove, subject }] of commands.entries()) {
        const victim = remove === 0 ? entries[id % Math.max(1, entries.length)] : undefined;
        const entry = { pattern, queue, id };
        const done = victim ? trie.remove(victim.pattern, victim.queue, victim) : trie.insert(pattern, queue, entry);
        expect(done).toBe(true);
        entries = victim ? entries.filter((entry) => entry !== victim) : [...entries, entry];
        const { plain, queues } = trie.match(subject);
        const found = [...plain, ...queues.flat()].map((entry) => `${entry.queue ?? ""}:${entry.id}`).toSorted();
        expect(found).toEqual(expectedOf(entries, subject));
        expect(trie.size).toBe(entries.length);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("makes one group of a queue's members under different subjects", () => {
    const trie = new SubjectTrie<number>();
    trie.insert("a.*", "q", 1);
    trie.insert("a.b", "q", 2);
    expect(trie.match("a.b").queues.map((group) => group.length)).toEqual([2]);
  });

  it("refuses empty tokens and a `>` that is not last", () => {
    const trie = new SubjectTrie<number>();
    for (const subject of ["", ".", "a.", ".a", "a..b", "a.>.b"])
      expect(trie.insert(subject, undefined, 1)).toBe(false);
    expect(trie.size).toBe(0);
  });

  it("matches among 100,000 subscriptions as fast as among few", () => {
    const timeOf = (subscriptions: number) => {
      const trie = new SubjectTrie<number>();
      for (let index = 0; index < subscriptions; index++)
        trie.insert(`group.${index % 100}.${index}`, undefined, index);
      trie.insert("group.*.*", undefined, -1);
      // Each subject is matched once, so that the cache does not answer. The best of five: another process may have the processor.
      const times = ["a", "b", "c", "d", "e"].map((letter) => {
        const startedAt = performance.now();
        for (let index = 0; index < 4_000; index++) trie.match(`group.${index % 100}.${letter}${index}`);
        return performance.now() - startedAt;
      });
      return Math.min(...times);
    };
    timeOf(10);
    expect(timeOf(100_000)).toBeLessThan(timeOf(10) * 10 + 20);
  });
});

describe("subjects", () => {
  it("overlap whenever some literal is matched by both", () => {
    const literals = ["a", "b", "ab"].flatMap((first) => [
      first,
      ...["a", "b", "ab"].flatMap((second) => [
        `${first}.${second}`,
        `${first}.${second}.a`,
        `${first}.${second}.a.b`,
        `${first}.${second}.b`,
        `${first}.${second}.ab`,
        `${first}.${second}.b.b`,
      ]),
    ]);
    const property = fc.property(pattern, pattern, (left, right) => {
      const common = literals.some((subject) => isSubset(subject, left) && isSubset(subject, right));
      expect(overlaps(left, right)).toBe(overlaps(right, left));
      const surelyOverlap = common || isSubset(left, right);
      expect(overlaps(left, right) || !surelyOverlap).toBe(true);
    });
    fc.assert(property, { numRuns: 500 });
    expect(overlaps("a.*", "*.b")).toBe(true);
    expect(overlaps("a.*", "b.*")).toBe(false);
  });

  it("are quoted byte by byte where they are not printable UTF-8", () => {
    const quoted = (text: string) => quoteSubject(Buffer.from(text, "utf8").toString("latin1"));
    expect(quoted("a.b")).toBe('"a.b"');
    expect(quoted('a"\\\x01')).toBe('"a\\"\\\\\\x01"');
    expect(Buffer.from(quoted("é\u200b"), "latin1").toString("utf8")).toBe('"é\\u200b"');
    expect(quoteSubject("\xe9.a")).toBe('"\\xe9.a"');
  });
});
