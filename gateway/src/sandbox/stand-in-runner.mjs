/** Stands in for the agent-runner in the tests of the sandboxes: does what its environment asks and prints what it sees. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { PRAKTOR_WORKSPACE: workspace = "", STAND_IN: orders = "" } = process.env;
const ordered = new Set(orders.split(","));

const counter = join(workspace, "starts");
let starts = 0;
try {
  starts = Number(readFileSync(counter, "utf8"));
} catch {
  // The first start.
}
mkdirSync(workspace, { recursive: true });
writeFileSync(counter, String(starts + 1));

// What a swarm's member sees: it leaves word for the others, and reads what it is told to.
const { GROUP_ID: id, PRAKTOR_GROUP_FILES: group, PRAKTOR_SWARM_FILES: swarm, STAND_IN_READ: wanted } = process.env;
if (swarm) writeFileSync(join(swarm, `of-${id}`), `hello from ${id}`);
if (wanted) {
  const [place, name] = wanted.split(":");
  try {
    console.log(`read ${readFileSync(join(place === "group" ? group : swarm, name), "utf8")}`);
  } catch {
    console.log("read nothing");
  }
}
if (group) {
  try {
    writeFileSync(join(group, "written"), "");
    console.log("wrote the group's files");
  } catch {
    console.log("the group's files are only to read");
  }
}

if (ordered.has("fills")) {
  const films = join(workspace, "films");
  mkdirSync(films);
  writeFileSync(join(films, "one"), Buffer.alloc(3 * 1024 * 1024, 1));
  if (ordered.has("closes")) chmodSync(films, 0);
}

process.on("SIGTERM", () => {
  console.log("asked to end");
  if (!ordered.has("stubborn")) process.exit(0);
});
console.log(`environment ${JSON.stringify(process.env)}`);
console.log(`starts ${starts + 1}`);
console.log(`uid ${process.getuid?.()}`);
console.error("ready");

if (ordered.has("fail")) {
  console.error("cannot go on");
  process.exitCode = 3;
} else if (ordered.has("hog")) {
  const held = [];
  setInterval(() => held.push(Buffer.alloc(16 * 1024 * 1024, 1)), 5);
} else if (ordered.has("busy")) {
  setInterval(() => {
    const until = performance.now() + 20;
    while (performance.now() < until);
  }, 40);
} else {
  setInterval(() => {}, 1000);
}
