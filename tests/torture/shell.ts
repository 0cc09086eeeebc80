/** Programs of the machine that a fault needs: mounting, filling, cutting. */
import { execFileSync } from "node:child_process";

/** Returns what it printed; throws with what it complained about. */
export function run(program: string, ...arguments_: string[]): string {
  return execFileSync(program, arguments_, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

export function works(program: string, ...arguments_: string[]): boolean {
  try {
    run(program, ...arguments_);
    return true;
  } catch {
    return false;
  }
}
