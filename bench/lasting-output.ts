/** Whoever reads a benchmark's output may leave, as `head` does: it goes on unheard, so that what it has started is put away. */
export function outliveReader(output: NodeJS.WritableStream): void {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
