/** How long an agent waits for a page in a cold browser, in the hardened container that agents have, and what browser and page weigh. */
import { agentImage, docker } from "../tests/support/engine.ts";

export const name = "browser";

const rounds = 7;
const roundsFromDisk = 5;
const container = "praktor-bench-browser";
const memoryMb = 2048;
/** Takes the browser's files out of the machine's memory, as after a boot, and leaves everybody else's there. */
const forget = `import os
for folder in ["/usr/lib/chromium", "/opt/praktor/browser", "/usr/share/fonts"]:
  for root, _, names in os.walk(folder):
    for name in names:
      file = os.open(os.path.join(root, name), os.O_RDONLY)
      os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
      os.close(file)`;

/** Sixty entries, a form and some text: what a list of news or wares looks like. */
const page = `<!doctype html><title>Bench</title><h1>Sixty things</h1><form><label>Name <input name=n></label><label>Plan <select><option>Free<option>Paid</select></label><button>Send</button></form><ul>${Array.from({ length: 60 }, (_, index) => `<li><a href=/thing/${index}>Thing number ${index}, about something rather interesting</a> by author ${index}, ${index} comments</li>`).join("")}</ul>`;

export async function run(): Promise<void> {
  await docker("rm", "-f", "-v", container).catch(() => "");
  const hardened = ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--read-only", "--user", "10321:10321"];
  const limits = ["--memory", `${memoryMb}m`, "--cpus", "2", "--pids-limit", "512", "--shm-size", "512m", "--init"];
  const writable = ["/home/praktor", "/workspace/group"].flatMap((path) => [
    "--tmpfs",
    `${path}:rw,uid=10321,gid=10321,mode=0755`,
  ]);
  await docker(
    "run",
    "-d",
    "--name",
    container,
    ...hardened,
    ...limits,
    ...writable,
    // On a disk, as in a group's container.
    "-v",
    "/home/praktor/.claude",
    "--tmpfs",
    "/tmp",
    agentImage,
    "sleep",
    "600",
  );
  try {
    const server = `require("http").createServer((q,s)=>s.setHeader("content-type","text/html").end(process.env.PAGE)).listen(8000)`;
    await docker("exec", "-d", "-e", `PAGE=${page}`, container, "node", "-e", server);
    const firstMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      firstMs.push(await timed("agent-browser open http://127.0.0.1:8000/"));
      await shell("agent-browser close");
    }
    const fromDiskMs: number[] = [];
    for (let round = 0; round < roundsFromDisk; round += 1) {
      await docker("exec", container, "python3", "-c", forget);
      fromDiskMs.push(await timed("agent-browser open http://127.0.0.1:8000/"));
      if (round < roundsFromDisk - 1) await shell("agent-browser close");
    }
    const nextMs = await timed("agent-browser open http://127.0.0.1:8000/next");
    const chars = async (command: string): Promise<number> => Number(await shell(`agent-browser ${command} | wc -c`));
    const tokens = (count: number): string => `${count} characters, about ${Math.round(count / 4)} tokens`;
    console.log(`browser: ${rounds} cold starts in ${agentImage}, hardened, ${memoryMb} MB`);
    console.log(`first page, cold browser   ${spread(firstMs)}   first of all ${firstMs[0]} ms`);
    console.log(`… its program from disk    ${spread(fromDiskMs)}`);
    console.log(`next page                  ${nextMs} ms`);
    console.log(`a page of sixty links:     snapshot -i ${tokens(await chars("snapshot -i"))}`);
    console.log(`                           read        ${tokens(await chars("read"))}`);
    const used = await shell(
      "cat /sys/fs/cgroup/memory.peak /sys/fs/cgroup/memory/memory.max_usage_in_bytes 2>/dev/null",
    );
    console.log(`memory of it all, at most  ${Math.round(Number(used.split("\n")[0]) / 1024 / 1024)} MB`);
  } finally {
    await docker("rm", "-f", "-v", container);
  }
}

function spread(valuesMs: number[]): string {
  const sorted = valuesMs.toSorted((left, right) => left - right);
  return `p50 ${sorted[Math.floor(sorted.length / 2)]} ms   worst ${sorted.at(-1)} ms`;
}

async function shell(script: string): Promise<string> {
  return await docker("exec", container, "bash", "-c", `(${script}) || true`);
}

/** Measured inside, without the engine's own way into the container. */
async function timed(command: string): Promise<number> {
  const out = await shell(`s=$(date +%s%N); ${command} >/dev/null; echo $(( ($(date +%s%N) - s) / 1000000 ))`);
  return Number(out.split("\n").at(-1));
}
