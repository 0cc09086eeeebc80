#!/usr/bin/env node
/** Where the command `praktor` begins and ends: only this file ends the process. */
import { enableCompileCache } from "node:module";

// Stripping types and compiling is half of the start, so nothing is loaded before this; the cache lies in the system's temporary folder.
enableCompileCache();
const { runCommandLine } = await import("./command-line.ts");
// Libraries may keep a timer or a socket; everything of ours was released.
process.exit(await runCommandLine());
