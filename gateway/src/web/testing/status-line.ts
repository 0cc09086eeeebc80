/** One raw request, as bytes that no client library would send. */
import { connect } from "node:net";

/**
 * The first line of the answer; empty when the connection was closed without one, null when nothing came for so long. `thenEndMs`: says
 * after a while that nothing more follows, so that a request that announces more is not waited for; before the answer it would end it.
 */
export function statusLine(
  url: string,
  request: string | Uint8Array,
  { patienceMs, thenEndMs }: { patienceMs: number; thenEndMs?: number },
): Promise<string | null> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = "";
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request));
    const finish = (line: string | null): void => {
      clearTimeout(timer);
      clearTimeout(ending);
      socket.destroy();
      resolve(line);
    };
    const timer = setTimeout(() => finish(null), patienceMs);
    const ending = thenEndMs === undefined ? undefined : setTimeout(() => socket.end(), thenEndMs);
    socket.on("data", (data) => {
      received += data.toString("latin1");
      if (received.includes("\r\n")) finish(received.split("\r\n", 1)[0] ?? "");
    });
    socket.on("close", () => finish(""));
    socket.on("error", () => finish(""));
  });
}
