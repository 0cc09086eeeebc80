/** A value that must not stand in the shell's history: from standard input, or typed without being shown. */
import { text } from "node:stream/consumers";
import { isCancel, password } from "@clack/prompts";
import { VaultPassphrase } from "@praktor/protocol/vault";
import { PraktorError } from "../kit/praktor-error.ts";

/** `question` is asked at a terminal; what is piped in loses one line break at its end, unless `exact`. */
export async function readSecret(question: string, exact = false): Promise<string> {
  if (!process.stdin.isTTY) {
    const value = await text(process.stdin);
    return exact ? value : value.replace(/\r?\n$/, "");
  }
  const typed = await password({ message: question });
  if (isCancel(typed) || typed === "") throw new PraktorError("cancelled", "Nothing was typed, nothing was changed.");
  return typed;
}

/** Typed twice at a terminal, because a mistake in it would be found at the next start. */
export async function readNewPassphrase(): Promise<string> {
  const first = await readSecret("New passphrase");
  if (!VaultPassphrase.safeParse(first).success) {
    throw new PraktorError("invalid", "A passphrase has at least 12 characters; nothing was changed.");
  }
  if (process.stdin.isTTY && (await readSecret("Once more")) !== first) {
    throw new PraktorError("invalid", "The two are not the same; nothing was changed.");
  }
  return first;
}
