// What one connection still has to be sent: gathered into few large writes, and bounded.

import type { Socket } from "node:net";

const FIRST_SLAB_BYTES = 1024;
const LARGEST_SLAB_BYTES = 65_536;
/** From this size a payload is referenced, which costs a further element in the write, instead of copied. */
const REFERENCE_BYTES = 16_384;
/** Unwritten bytes from which there is nothing to gain by waiting for more. */
const EAGER_FLUSH_BYTES = 131_072;
/** Quiet flushes after which a slab that turned out too large is given back. */
const SHRINK_AFTER = 64;

/** Bytes go out in order, by `flush`. Over `maxPendingBytes` nothing more is taken and `onOverflow` is called, once. */
export class OutboundQueue {
  readonly #socket: Socket;
  readonly #maxPendingBytes: number;
  readonly #onOverflow: () => void;
  #full: Buffer[] = [];
  #fullBytes = 0;
  #slab: Buffer | undefined;
  #slabStart = 0;
  #slabEnd = 0;
  #nextSlabBytes = FIRST_SLAB_BYTES;
  #inFlightBytes = 0;
  #quietFlushes = 0;
  #closed = false;
  #drainWaiters: (() => void)[] = [];

  constructor(socket: Socket, maxPendingBytes: number, onOverflow: () => void) {
    this.#socket = socket;
    this.#maxPendingBytes = maxPendingBytes;
    this.#onOverflow = onOverflow;
  }

  get pendingBytes(): number {
    return this.#inFlightBytes + this.#unwrittenBytes;
  }

  get #unwrittenBytes(): number {
    return this.#fullBytes + this.#slabEnd - this.#slabStart;
  }

  /** So far behind that its producers should wait a moment. */
  get isCongested(): boolean {
    return !this.#closed && this.pendingBytes > this.#maxPendingBytes / 2;
  }

  /** Calls back once when the queue has been written, or closed. */
  whenDrained(callback: () => void): void {
    this.#drainWaiters.push(callback);
  }

  /** Takes a line of one character a byte. */
  pushText(text: string): void {
    if (!this.#admit(text.length)) return;
    this.#reserve(text.length).write(text, this.#slabEnd, text.length, "latin1");
    this.#slabEnd += text.length;
  }

  /** Takes a header line and the bytes that follow it. The source may be kept until it is written. */
  pushMessage(header: string, source: Buffer, start: number, end: number): void {
    const bodyBytes = end - start;
    if (!this.#admit(header.length + bodyBytes)) return;
    if (bodyBytes < REFERENCE_BYTES) {
      const slab = this.#reserve(header.length + bodyBytes);
      slab.write(header, this.#slabEnd, header.length, "latin1");
      source.copy(slab, this.#slabEnd + header.length, start, end);
      this.#slabEnd += header.length + bodyBytes;
    } else {
      this.#reserve(header.length).write(header, this.#slabEnd, header.length, "latin1");
      this.#slabEnd += header.length;
      this.#sealSlab();
      this.#full.push(source.subarray(start, end));
      this.#fullBytes += bodyBytes;
    }
    if (this.#unwrittenBytes > EAGER_FLUSH_BYTES) this.flush();
  }

  /** Hands everything to the socket, unless it is still busy with an earlier hand-over: then it follows by itself. */
  flush(): void {
    if (this.#inFlightBytes > 0 || this.#unwrittenBytes === 0 || this.#socket.destroyed) return;
    const bytes = this.#unwrittenBytes;
    this.#inFlightBytes = bytes;
    if (this.#full.length === 0 && this.#slab !== undefined) {
      this.#socket.write(this.#slab.subarray(this.#slabStart, this.#slabEnd), this.#onWritten);
      this.#slabStart = this.#slabEnd;
    } else {
      this.#sealSlab();
      this.#socket.cork();
      const last = this.#full.length - 1;
      for (let index = 0; index < last; index++) this.#socket.write(this.#full[index] ?? EMPTY);
      this.#socket.write(this.#full[last] ?? EMPTY, this.#onWritten);
      this.#socket.uncork();
      this.#full = [];
      this.#fullBytes = 0;
    }
    if (this.#socket.writableLength === 0) this.#afterWrite(bytes);
    else this.#slab = undefined;
    if (this.#slab === undefined) this.#slabStart = this.#slabEnd = 0;
  }

  /** Writes what is left, ends the socket, and destroys it when the peer does not follow within `graceMs`. */
  close(graceMs: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#releaseWaiters();
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (this.#full.length > 0 || this.#slabEnd > this.#slabStart) {
      this.#sealSlab();
      for (const buffer of this.#full) socket.write(buffer);
    }
    this.#full = [];
    this.#fullBytes = 0;
    this.#slab = undefined;
    socket.end();
    const timer = setTimeout(() => socket.destroy(), graceMs);
    timer.unref();
    socket.once("close", () => clearTimeout(timer));
  }

  /** Forgets what the socket was not given yet, and leaves one last line in its place. */
  replaceBy(lastLine: string): void {
    this.#full = [Buffer.from(lastLine, "latin1")];
    this.#fullBytes = lastLine.length;
    this.#slab = undefined;
    this.#slabStart = this.#slabEnd = 0;
  }

  #admit(bytes: number): boolean {
    if (this.#closed) return false;
    if (this.pendingBytes + bytes <= this.#maxPendingBytes) return true;
    this.#onOverflow();
    return false;
  }

  #reserve(bytes: number): Buffer {
    if (this.#slab !== undefined && this.#slab.length - this.#slabEnd >= bytes) return this.#slab;
    if (this.#slabEnd > this.#slabStart) {
      this.#nextSlabBytes = Math.min(this.#nextSlabBytes * 2, LARGEST_SLAB_BYTES);
      this.#sealSlab();
    }
    this.#slabStart = this.#slabEnd = 0;
    this.#slab = Buffer.allocUnsafeSlow(Math.max(this.#nextSlabBytes, bytes));
    return this.#slab;
  }

  #sealSlab(): void {
    if (this.#slab === undefined || this.#slabEnd === this.#slabStart) return;
    this.#full.push(this.#slab.subarray(this.#slabStart, this.#slabEnd));
    this.#fullBytes += this.#slabEnd - this.#slabStart;
    this.#slabStart = this.#slabEnd;
  }

  readonly #onWritten = (error?: Error | null): void => {
    if (error || this.#inFlightBytes === 0 || this.#socket.writableLength > 0) return;
    this.#inFlightBytes = 0;
    if (this.#unwrittenBytes > 0) this.flush();
    if (this.#inFlightBytes === 0) this.#releaseWaiters();
  };

  /** The socket took everything at once: the slab may be written again from its start. */
  #afterWrite(bytes: number): void {
    this.#inFlightBytes = 0;
    this.#slabStart = this.#slabEnd = 0;
    if (this.#slab !== undefined && this.#slab.length > FIRST_SLAB_BYTES) {
      this.#quietFlushes = bytes * 4 > this.#slab.length ? 0 : this.#quietFlushes + 1;
      if (this.#quietFlushes > SHRINK_AFTER) {
        this.#quietFlushes = 0;
        this.#nextSlabBytes = Math.max(FIRST_SLAB_BYTES, this.#slab.length / 2);
        this.#slab = undefined;
      }
    }
    this.#releaseWaiters();
  }

  #releaseWaiters(): void {
    if (this.#drainWaiters.length === 0) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const waiter of waiters) waiter();
  }
}

const EMPTY = Buffer.alloc(0);
