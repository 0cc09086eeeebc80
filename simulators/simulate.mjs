/** Where the simulators are started: plain JavaScript, so that a Node that is too old says so in a sentence. */
const wanted = 24;

if (Number(process.versions.node.split(".")[0]) >= wanted) {
  await import("./src/simulate.ts");
} else {
  process.stderr.write(
    `simulate: this is Node ${process.versions.node}, and the simulators need ${wanted} or newer.\n` +
      "Run `npm ci`, and start them with `npm run simulate -- …`: the right Node comes along.\n",
  );
  process.exitCode = 1;
}
