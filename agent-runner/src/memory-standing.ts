/** Who goes first when the sandbox's memory is full: the browser, not the agent. */
import { readFile, writeFile } from "node:fs/promises";

const file = "/proc/self/oom_score_adj";
/** Still before the gateway and the engine (0), and behind Chromium, which sets its own processes to 200 and 300. */
const wanted = 100;

/**
 * Lowers this process's and so its children's standing where a container has raised it. Most kernels let nobody lower what the
 * engine has set; there Chromium cannot lower its own either, and stays where it was put: at 1000.
 */
export async function standBehindTheBrowser(): Promise<void> {
  try {
    if (Number(await readFile(file, "utf8")) > wanted) await writeFile(file, String(wanted));
  } catch {
    // Not allowed, or not Linux.
  }
}
