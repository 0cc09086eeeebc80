// The client protocol's byte machine: it reads chunks cut anywhere and calls one handler method for each operation.

import { parseSize, splitArguments, splitWords } from "./operation-arguments.ts";
import type { ProtocolFailure, ProtocolHandler, Publication } from "./protocol-handler.ts";
import {
  CONNECT,
  HPUB,
  INFO,
  isCompleteVerb,
  isWithoutArguments,
  nextVerbState,
  PING,
  PONG,
  PUB,
  SUB,
  UNSUB,
} from "./verbs.ts";

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

// Phases of one operation, after its verb is read.
const VERB = 0;
const NEED_SPACE = 1;
const SKIP_SPACE = 2;
const ARGUMENTS = 3;
const SKIP_LINE = 4;
const PAYLOAD = 5;

const EMPTY = Buffer.alloc(0);

/** One connection's parser. What it holds between chunks is bounded by the control line limit and by the size that `onPublishArguments` let pass. */
export class ProtocolParser {
  readonly #handler: ProtocolHandler;
  readonly #maxControlLineBytes: number;
  readonly #publication: Publication = {
    subject: "",
    reply: "",
    headerSize: -1,
    payloadSize: 0,
    headerSizeText: "",
    payloadSizeText: "",
    source: EMPTY,
    start: 0,
  };
  #publicationLine = "";
  #phase = VERB;
  #state = 0;
  #heldLine: Buffer = EMPTY;
  #heldLineBytes = 0;
  #heldPayload: Buffer = EMPTY;
  #heldPayloadBytes = 0;
  #stopped = false;

  constructor(handler: ProtocolHandler, maxControlLineBytes: number) {
    this.#handler = handler;
    this.#maxControlLineBytes = maxControlLineBytes;
  }

  /** Makes the parser ignore the rest of its input. */
  stop(): void {
    this.#stopped = true;
    this.#heldLine = EMPTY;
    this.#heldPayload = EMPTY;
  }

  push(chunk: Buffer): void {
    let position = 0;
    while (position < chunk.length && !this.#stopped) {
      switch (this.#phase) {
        case VERB:
          position = this.#readVerb(chunk, position);
          break;
        case NEED_SPACE:
          if (!isSpace(chunk[position])) this.#fail("unknown-operation");
          this.#phase = SKIP_SPACE;
          break;
        case SKIP_SPACE:
          if (isSpace(chunk[position])) position++;
          else this.#phase = ARGUMENTS;
          break;
        case ARGUMENTS:
          position = this.#readArguments(chunk, position);
          break;
        case SKIP_LINE:
          position = this.#skipLine(chunk, position);
          break;
        default:
          position = this.#readPayload(chunk, position);
      }
    }
  }

  #readVerb(chunk: Buffer, from: number): number {
    let state = this.#state;
    for (let position = from; position < chunk.length; position++) {
      const byte = chunk[position] ?? 0;
      if (state === 0 && !this.#handler.mayBegin(byte)) {
        this.stop();
        return position;
      }
      state = nextVerbState(state, byte);
      if (state === 0) {
        this.#fail("unknown-operation");
        return position;
      }
      if (isCompleteVerb(state)) {
        this.#state = state;
        this.#phase = isWithoutArguments(state)
          ? SKIP_LINE
          : state === CONNECT || state === INFO
            ? SKIP_SPACE
            : NEED_SPACE;
        return position + 1;
      }
    }
    this.#state = state;
    return chunk.length;
  }

  #skipLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(LF, from);
    if (end < 0) return chunk.length;
    const verb = this.#state;
    this.#beginOperation();
    if (verb === PING) this.#handler.onPing();
    else if (verb === PONG) this.#handler.onPong();
    return end + 1;
  }

  #readArguments(chunk: Buffer, from: number): number {
    // The first byte of the arguments may be a line feed and belongs to them, as in the reference server.
    let end = this.#heldLineBytes > 0 ? from : from + 1;
    while (end < chunk.length && chunk[end] !== LF) end++;
    if (end >= chunk.length) {
      this.#hold(chunk, from, chunk.length);
      return chunk.length;
    }
    let line = chunk;
    let lineStart = from;
    let lineEnd = end;
    if (this.#heldLineBytes > 0) {
      this.#hold(chunk, from, end);
      if (this.#stopped) return end;
      line = this.#heldLine;
      lineStart = 0;
      lineEnd = this.#heldLineBytes;
      this.#heldLine = EMPTY;
      this.#heldLineBytes = 0;
    }
    if (lineEnd - lineStart > 1 && line[lineEnd - 1] === CR) lineEnd--;
    if (lineEnd - lineStart > this.#maxControlLineBytes) this.#fail("control-line-too-long");
    else this.#runOperation(line, lineStart, lineEnd);
    return end + 1;
  }

  #hold(chunk: Buffer, from: number, to: number): void {
    const needed = this.#heldLineBytes + (to - from);
    // One byte more than the limit, for the carriage return that does not count.
    if (needed > this.#maxControlLineBytes + 1) {
      this.#fail("control-line-too-long");
      return;
    }
    if (needed > this.#heldLine.length) {
      const larger = Buffer.allocUnsafe(Math.max(128, needed * 2));
      this.#heldLine.copy(larger, 0, 0, this.#heldLineBytes);
      this.#heldLine = larger;
    }
    chunk.copy(this.#heldLine, this.#heldLineBytes, from, to);
    this.#heldLineBytes = needed;
  }

  #runOperation(line: Buffer, start: number, end: number): void {
    const verb = this.#state;
    this.#beginOperation();
    switch (verb) {
      case PUB:
      case HPUB:
        this.#runPublish(line.toString("latin1", start, end), verb === HPUB);
        break;
      case SUB:
        this.#runSubscribe(splitArguments(line.toString("latin1", start, end)));
        break;
      case UNSUB:
        this.#runUnsubscribe(splitArguments(line.toString("latin1", start, end)));
        break;
      case CONNECT:
        this.#handler.onConnect(line.subarray(start, end));
        break;
      case INFO:
        this.#handler.onInfo(line.subarray(start, end));
        break;
      default:
        this.#handler.onErrorReport();
    }
  }

  #runPublish(line: string, withHeader: boolean): void {
    // Most publishers repeat themselves: the same line means the same publication, down to its strings with their hashes.
    if (line !== this.#publicationLine || withHeader !== this.#publication.headerSize >= 0) {
      if (!this.#readPublication(line, withHeader)) {
        this.#fail("bad-arguments");
        return;
      }
      this.#publicationLine = line;
    }
    this.#phase = PAYLOAD;
    this.#heldPayloadBytes = 0;
    this.#handler.onPublishArguments(this.#publication);
  }

  #readPublication(line: string, withHeader: boolean): boolean {
    const words = splitWords(line);
    const sizes = withHeader ? 2 : 1;
    const publication = this.#publication;
    const hasReply = words.length === sizes + 2;
    if (!hasReply && words.length !== sizes + 1) return false;
    publication.subject = words[0] ?? "";
    publication.reply = hasReply ? (words[1] ?? "") : "";
    publication.payloadSizeText = words[words.length - 1] ?? "";
    publication.payloadSize = parseSize(publication.payloadSizeText);
    publication.headerSizeText = withHeader ? (words[words.length - 2] ?? "") : "";
    publication.headerSize = withHeader ? parseSize(publication.headerSizeText) : -1;
    const isHeaderValid =
      !withHeader || (publication.headerSize >= 0 && publication.headerSize <= publication.payloadSize);
    return publication.payloadSize >= 0 && isHeaderValid;
  }

  #readPayload(chunk: Buffer, from: number): number {
    const publication = this.#publication;
    const total = publication.payloadSize + 2;
    if (this.#heldPayloadBytes === 0 && chunk.length - from >= total) {
      if (chunk[from + total - 2] !== CR || chunk[from + total - 1] !== LF) {
        this.#fail("unknown-operation");
        return chunk.length;
      }
      publication.source = chunk;
      publication.start = from;
      this.#finishPublish();
      return from + total;
    }
    if (this.#heldPayloadBytes === 0) this.#heldPayload = Buffer.allocUnsafeSlow(total);
    const copied = chunk.copy(
      this.#heldPayload,
      this.#heldPayloadBytes,
      from,
      Math.min(chunk.length, from + total - this.#heldPayloadBytes),
    );
    this.#heldPayloadBytes += copied;
    const held = this.#heldPayload;
    const size = publication.payloadSize;
    if (
      (this.#heldPayloadBytes > size && held[size] !== CR) ||
      (this.#heldPayloadBytes > size + 1 && held[size + 1] !== LF)
    ) {
      this.#fail("unknown-operation");
    } else if (this.#heldPayloadBytes === total) {
      publication.source = held;
      publication.start = 0;
      this.#heldPayload = EMPTY;
      this.#finishPublish();
    }
    return from + copied;
  }

  #finishPublish(): void {
    this.#beginOperation();
    this.#handler.onPublish(this.#publication);
    this.#publication.source = EMPTY;
  }

  #runSubscribe(words: string[]): void {
    const [subject, second, third] = words;
    if (subject === undefined || second === undefined || words.length > 3) this.#fail("bad-arguments");
    else if (third === undefined) this.#handler.onSubscribe(subject, undefined, second);
    else this.#handler.onSubscribe(subject, second, third);
  }

  #runUnsubscribe(words: string[]): void {
    const [sid, max] = words;
    if (sid === undefined || words.length > 2) this.#fail("bad-arguments");
    else this.#handler.onUnsubscribe(sid, max === undefined ? 0 : Math.max(0, parseSize(max)));
  }

  #beginOperation(): void {
    this.#phase = VERB;
    this.#state = 0;
  }

  #fail(failure: ProtocolFailure): void {
    if (this.#stopped) return;
    this.stop();
    this.#handler.onFailure(failure);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
