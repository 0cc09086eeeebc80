// Names that the reference server keeps for traffic between servers; clients may not use them.

const QUEUE = "_sys_";
const PUBLISH_PREFIX = "_GR_.";
const REPLY_PREFIXES = ["_R_.", "_GR_.", "$JS.ACK."];

export function isReservedForPublish(subject: string): boolean {
  return subject.startsWith(PUBLISH_PREFIX);
}

export function isReservedReply(reply: string): boolean {
  return reply !== "" && REPLY_PREFIXES.some((prefix) => reply.startsWith(prefix));
}

export function isReservedQueue(queue: string | undefined): boolean {
  return queue === QUEUE;
}
