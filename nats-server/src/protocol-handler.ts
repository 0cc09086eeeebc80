// What the protocol parser tells a connection: one call for each operation of the client.

/** One published message. It is reused: read it during the call only. Strings hold one character a byte. */
export interface Publication {
  subject: string;
  /** Empty when there is none. */
  reply: string;
  /** -1 for a message without a header block. */
  headerSize: number;
  payloadSize: number;
  /** The sizes as the client wrote them, which is how they are passed on. */
  headerSizeText: string;
  payloadSizeText: string;
  /** Holds the payload at `start`, followed by CR LF. It may be kept; nobody writes to it again. */
  source: Buffer;
  start: number;
}

export type ProtocolFailure = "unknown-operation" | "bad-arguments" | "control-line-too-long";

/** What a parser asks of its connection. A method may end the connection by calling `stop` on the parser. */
export interface ProtocolHandler {
  /** First byte of each operation; false stops the parser. */
  mayBegin(firstByte: number): boolean;
  onConnect(json: Buffer): void;
  /** The sizes of a publication are known and its payload is not yet read. */
  onPublishArguments(publication: Publication): void;
  onPublish(publication: Publication): void;
  onSubscribe(subject: string, queue: string | undefined, sid: string): void;
  /** `max` is 0 for "now". */
  onUnsubscribe(sid: string, max: number): void;
  onPing(): void;
  onPong(): void;
  onInfo(json: Buffer): void;
  onErrorReport(): void;
  onFailure(failure: ProtocolFailure): void;
}
