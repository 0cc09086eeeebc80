/** Frames as server-sent events; who reads slowly loses output, never memory. */
import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";

const heldBytes = 512 * 1024;

export interface FrameStream {
  body: ReadableStream<Uint8Array>;
  send: (frame: SandboxFrame) => void;
  close: () => void;
}

/** `onCancel`: nobody reads any more. */
export function frameStream(onCancel: () => void): FrameStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let missing = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      start(made) {
        controller = made;
      },
      cancel() {
        controller = null;
        onCancel();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: heldBytes }),
  );
  const write = (frame: SandboxFrame): void =>
    controller?.enqueue(encoder.encode(`data: ${JSON.stringify(frame)}\n\n`));
  return {
    body,
    send(frame) {
      if ((controller?.desiredSize ?? 0) <= 0 && frame.type !== "end") {
        if (frame.type === "log") missing += frame.text.length;
        return;
      }
      if (missing > 0) write({ type: "gap", characters: missing });
      missing = 0;
      write(frame);
    },
    close() {
      controller?.close();
      controller = null;
    },
  };
}
