/** Reads the settings from the YAML file and the environment. Every error names the file, the line and the key, or the variable. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { issueWords } from "@praktor/protocol/issue-words";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { environmentKeys, readVariable } from "./environment.ts";
import { settingAdvice } from "./nearest-setting.ts";
import { Settings } from "./schema.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `PRAKTOR_CONFIG` names the file, `config/praktor.yaml` by default; a missing file is fine, see `missingSettingsFile`. An empty variable counts as unset.
 * Rejects with `PraktorError<"config">`, all problems in one message.
 */
export async function loadSettings(environment: Environment): Promise<Settings> {
  const file = environment.PRAKTOR_CONFIG || "config/praktor.yaml";
  const text = await readSettingsFile(file);
  return parseSettings(file, text, environment);
}

/** The pure part of `loadSettings`. */
export function parseSettings(file: string, text: string, environment: Environment): Settings {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [syntaxError] = document.errors;
  if (syntaxError) {
    const { line, col } = lines.linePos(syntaxError.pos[0]);
    throw new PraktorError("config", `${file}:${line}:${col}: ${syntaxError.message}`);
  }
  const values = valuesOf(document, file) ?? {};
  if (typeof values !== "object" || values === null || Array.isArray(values)) {
    throw new PraktorError("config", `${file}:1: must hold keys such as "telegram:" at its top level`);
  }
  // A section whose keys are all commented out is null in YAML.
  const filled = Object.entries(values).filter(([, section]) => section !== null);
  const merged: Record<string, unknown> = structuredClone(Object.fromEntries(filled));
  const fromEnvironment = applyEnvironment(merged, environment);
  const parsed = Settings.safeParse(merged);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, { file, lines, document, fromEnvironment }));
  throw new PraktorError("config", problems.toSorted(byLine).join("\n"));
}

/** The file that `PRAKTOR_CONFIG` names and that is not there, or null: the defaults hold then, and whoever named it should hear so. */
export function missingSettingsFile({ PRAKTOR_CONFIG: file = "" }: Environment): string | null {
  return file === "" || existsSync(file) ? null : resolve(file);
}

/** What the document says. An alias without its anchor, or too many of them, comes out only here. */
function valuesOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new PraktorError("config", `${file}:1: cannot be read as YAML: ${errorMessage(error)}`, { cause: error });
  }
}

async function readSettingsFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw new PraktorError("config", `The settings file ${file} cannot be read: ${String(error)}`, { cause: error });
  }
}

/** Writes the variables into `values`, and returns which key came from which variable. */
function applyEnvironment(values: Record<string, unknown>, environment: Environment): Map<string, string> {
  const origins = new Map<string, string>();
  for (const { variable, path, read } of environmentKeys) {
    const text = environment[variable];
    if (text === undefined || text === "") continue;
    const [section, name] = path;
    const existing = values[section];
    const target = typeof existing === "object" && existing !== null ? (existing as Record<string, unknown>) : {};
    target[name] = readVariable(read, text);
    values[section] = target;
    origins.set(path.join("."), variable);
  }
  return origins;
}

interface Origin {
  file: string;
  lines: LineCounter;
  document: Document;
  fromEnvironment: Map<string, string>;
}

function describe(issue: z.core.$ZodIssue, origin: Origin): string[] {
  const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((path) => {
    const key = path.join(".");
    const variable = origin.fromEnvironment.get(path.slice(0, 2).join("."));
    const what = wordsOf(issue, path);
    if (variable !== undefined) return `${variable} (${key}): ${what}`;
    return `${origin.file}:${lineOf(path, origin)}: ${key}: ${what}`;
  });
}

function wordsOf(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string {
  if (issue.code === "unrecognized_keys") return `is not a setting of Praktor: ${settingAdvice(path.map(String))}`;
  return issueWords(issue, { object: "a section with keys of its own" });
}

/** The line of the deepest node on the path that the file has. */
function lineOf(path: PropertyKey[], { document, lines }: Origin): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function byLine(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}
