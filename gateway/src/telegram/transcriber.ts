/** Speech to text through an OpenAI-compatible endpoint. https://platform.openai.com/docs/api-reference/audio/createTranscription */
import { z } from "zod";
import { deadline } from "../kit/deadline.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";

export interface TranscriberOptions {
  /** Up to and with `/v1`. */
  baseUrl: string;
  apiKey: string | undefined;
  model: string;
  /** ISO 639-1; absent: the endpoint finds out. */
  language: string | undefined;
  /** An endpoint may repeat the key in its errors. */
  redact: (text: string) => string;
}

export interface Recording {
  bytes: Uint8Array<ArrayBuffer>;
  name: string;
  mimeType: string;
}

const Answer = z.object({ text: z.string() });
const timeoutMs = 120_000;
const longestTranscript = 100_000;

export class Transcriber {
  readonly #options: TranscriberOptions;

  constructor(options: TranscriberOptions) {
    this.#options = options;
  }

  /** Rejects with `speech_failed`. An empty text: nothing was said. */
  async transcribe({ bytes, name, mimeType }: Recording, signal: AbortSignal): Promise<string> {
    const { baseUrl, apiKey, model, language, redact } = this.#options;
    const form = new FormData();
    form.set("file", new Blob([bytes], { type: mimeType }), name);
    form.set("model", model);
    form.set("response_format", "json");
    if (language !== undefined) form.set("language", language);
    try {
      const answer = await fetch(`${baseUrl.replace(/\/+$/, "")}/audio/transcriptions`, {
        method: "POST",
        headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
        body: form,
        signal: deadline(signal, timeoutMs),
      });
      if (!answer.ok) throw new Error(`it answered ${answer.status}: ${redact(await answer.text()).slice(0, 200)}`);
      return Answer.parse(await answer.json())
        .text.trim()
        .slice(0, longestTranscript)
        .toWellFormed();
    } catch (error) {
      throw new PraktorError("speech_failed", `The speech endpoint failed: ${errorMessage(error)}`, { cause: error });
    }
  }
}
