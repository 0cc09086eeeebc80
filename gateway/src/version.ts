/** The version of this build: the one place that the CLI, the API and the runner's handshake read. */
import manifest from "../package.json" with { type: "json" };

export const version: string = manifest.version;
