/** Ends a child process with its gateway, also when the gateway is killed and can say nothing any more. */

/**
 * A module for Node's `--import`. The child's standard input is a pipe that only the gateway holds: a byte on it asks the child to
 * end (it gets SIGTERM, so that the way through bubblewrap, which forwards no signals, is the same), its end means that the
 * gateway is gone: the child has one second, then its whole process group is killed.
 */
export const parentWatch = `data:text/javascript,${encodeURIComponent(`
  const ask = () => process.kill(process.pid, "SIGTERM");
  const gone = () => {
    setTimeout(() => process.kill(0, "SIGKILL"), 1000).unref();
    ask();
  };
  process.stdin.on("data", ask).once("close", gone).on("error", () => {});
  process.stdin.unref();
`)}`;
