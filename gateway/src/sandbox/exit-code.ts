/** Exit codes as parents see them through an init or a shell. */

/** 128 plus the number of a signal is how an init reports that a signal ended its child: that is no exit code of the runner's. */
export function withoutSignals(exitCode: number | null): number | null {
  return exitCode !== null && exitCode > 128 && exitCode <= 128 + 64 ? null : exitCode;
}
