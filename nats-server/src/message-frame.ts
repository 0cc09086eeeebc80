// How a published message looks on its way to one subscription.

import type { OutboundQueue } from "./outbound-queue.ts";
import type { Publication } from "./protocol-handler.ts";

/** Queues the message, without its header block for a client that does not take headers. Returns the bytes of payload sent. */
export function pushFrame(queue: OutboundQueue, publication: Publication, sid: string, takesHeaders: boolean): number {
  const { subject, reply, headerSize, payloadSize, headerSizeText, payloadSizeText, source, start } = publication;
  const target = reply === "" ? `${subject} ${sid}` : `${subject} ${sid} ${reply}`;
  // The payload's own CR LF follows it in the source.
  const end = start + payloadSize + 2;
  if (headerSize <= 0) {
    queue.pushMessage(`MSG ${target} ${payloadSizeText}\r\n`, source, start, end);
    return payloadSize;
  }
  if (takesHeaders) {
    queue.pushMessage(`HMSG ${target} ${headerSizeText} ${payloadSizeText}\r\n`, source, start, end);
    return payloadSize;
  }
  queue.pushMessage(`MSG ${target} ${payloadSize - headerSize}\r\n`, source, start + headerSize, end);
  return payloadSize - headerSize;
}
