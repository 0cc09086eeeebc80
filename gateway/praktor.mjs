#!/usr/bin/env node
/** Where the command `praktor` is called: plain JavaScript, so that a Node that is too old says so in a sentence. */
const wanted = 24;

if (Number(process.versions.node.split(".")[0]) >= wanted) {
  await import("./src/main.ts");
} else {
  process.stderr.write(
    `praktor: this is Node ${process.versions.node}, and Praktor needs ${wanted} or newer.\n` +
      "In a clone, run `npm ci` and call it with `npm run praktor -- …`: the right Node comes along.\n",
  );
  process.exitCode = 1;
}
