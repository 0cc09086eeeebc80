// The subscription index: a trie of subject tokens with a bounded cache of recent matches.

import { hasWildcard, isValidSubject } from "./subject.ts";

/** Everything that a subject reaches: the plain values, and the members of each queue group. The arrays are shared: never change them. */
export interface SubjectMatch<T> {
  readonly plain: readonly T[];
  readonly queues: readonly (readonly T[])[];
}

interface TrieNode<T> {
  children?: Map<string, TrieNode<T>>;
  star?: TrieNode<T>;
  tail?: TrieNode<T>;
  plain?: Set<T>;
  queues?: Map<string, Set<T>>;
}

interface MatchCollector<T> {
  plain: T[];
  queues: Map<string, T[]>;
}

const CACHE_LIMIT = 4096;
const NOTHING = { plain: [], queues: [] };

/** Values under subjects with wildcards; the time of a match depends on the subject's tokens, not on how many values there are. */
export class SubjectTrie<T> {
  readonly #root: TrieNode<T> = {};
  readonly #cache = new Map<string, SubjectMatch<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a value; false when the subject is not valid. The same value may not be added twice under one subject and queue. */
  insert(subject: string, queue: string | undefined, value: T): boolean {
    if (!isValidSubject(subject)) return false;
    let node = this.#root;
    for (const token of subject.split(".")) node = descendOrCreate(node, token);
    if (queue === undefined) (node.plain ??= new Set()).add(value);
    else {
      node.queues ??= new Map();
      const members = node.queues.get(queue);
      if (members === undefined) node.queues.set(queue, new Set([value]));
      else members.add(value);
    }
    this.#size++;
    this.#forget(subject);
    return true;
  }

  /** Removes a value; false when it was not there. */
  remove(subject: string, queue: string | undefined, value: T): boolean {
    const tokens = subject.split(".");
    const path: TrieNode<T>[] = [this.#root];
    for (const token of tokens) {
      const parent = path.at(-1);
      const next = parent && descend(parent, token);
      if (next === undefined) return false;
      path.push(next);
    }
    const leaf = path.at(-1);
    if (leaf === undefined || !removeValue(leaf, queue, value)) return false;
    for (let depth = tokens.length; depth > 0; depth--) {
      const node = path[depth];
      const parent = path[depth - 1];
      if (node === undefined || parent === undefined || !isEmpty(node)) break;
      detach(parent, tokens[depth - 1] ?? "");
    }
    this.#size--;
    this.#forget(subject);
    return true;
  }

  /** All that a published subject reaches. Its own `*` and `>` tokens are literals, and an empty token reaches nothing. */
  match(subject: string): SubjectMatch<T> {
    const cached = this.#cache.get(subject);
    if (cached !== undefined) return cached;
    const tokens = subject.split(".");
    let found: SubjectMatch<T> = NOTHING;
    if (!tokens.includes("")) {
      const collector: MatchCollector<T> = { plain: [], queues: new Map() };
      collect(this.#root, tokens, 0, collector);
      if (collector.plain.length + collector.queues.size > 0) {
        found = { plain: collector.plain, queues: [...collector.queues.values()] };
      }
    }
    if (this.#cache.size >= CACHE_LIMIT) this.#cache.clear();
    this.#cache.set(subject, found);
    return found;
  }

  #forget(subject: string): void {
    if (this.#cache.size === 0) return;
    if (hasWildcard(subject)) this.#cache.clear();
    else this.#cache.delete(subject);
  }
}

function descend<T>(node: TrieNode<T>, token: string): TrieNode<T> | undefined {
  if (token === "*") return node.star;
  if (token === ">") return node.tail;
  return node.children?.get(token);
}

function descendOrCreate<T>(node: TrieNode<T>, token: string): TrieNode<T> {
  if (token === "*") return (node.star ??= {});
  if (token === ">") return (node.tail ??= {});
  node.children ??= new Map();
  let child = node.children.get(token);
  if (child === undefined) {
    child = {};
    node.children.set(token, child);
  }
  return child;
}

function detach<T>(parent: TrieNode<T>, token: string): void {
  if (token === "*") delete parent.star;
  else if (token === ">") delete parent.tail;
  else {
    parent.children?.delete(token);
    if (parent.children?.size === 0) delete parent.children;
  }
}

function removeValue<T>(node: TrieNode<T>, queue: string | undefined, value: T): boolean {
  if (queue === undefined) {
    const removed = node.plain?.delete(value) ?? false;
    if (node.plain?.size === 0) delete node.plain;
    return removed;
  }
  const members = node.queues?.get(queue);
  const removed = members?.delete(value) ?? false;
  if (members?.size === 0) node.queues?.delete(queue);
  if (node.queues?.size === 0) delete node.queues;
  return removed;
}

function isEmpty<T>(node: TrieNode<T>): boolean {
  return !node.children && !node.star && !node.tail && !node.plain && !node.queues;
}

function collect<T>(start: TrieNode<T>, tokens: readonly string[], from: number, into: MatchCollector<T>): void {
  let node: TrieNode<T> | undefined = start;
  for (let index = from; index < tokens.length; index++) {
    if (node.tail) addValues(node.tail, into);
    if (node.star) collect(node.star, tokens, index + 1, into);
    node = node.children?.get(tokens[index] ?? "");
    if (node === undefined) return;
  }
  addValues(node, into);
}

/** A queue group is one group under all the subjects that its members chose. */
function addValues<T>(node: TrieNode<T>, into: MatchCollector<T>): void {
  if (node.plain) for (const value of node.plain) into.plain.push(value);
  if (node.queues === undefined) return;
  for (const [queue, members] of node.queues) {
    const group = into.queues.get(queue);
    if (group === undefined) into.queues.set(queue, [...members]);
    else group.push(...members);
  }
}
