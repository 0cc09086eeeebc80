/** What the engine does to every container without being asked: system calls that it filters, the runtime, what an image brings along. */
import { z } from "zod";
import type { PraktorError } from "../../kit/praktor-error.ts";
import { sandboxError } from "../sandbox-error.ts";
import type { Engine } from "./engine.ts";

const list = z
  .array(z.string())
  .nullish()
  .transform((items) => items ?? []);

const Info = z.object({
  SecurityOptions: list,
  DefaultRuntime: z.string().default("runc"),
  Runtimes: z.record(z.string(), z.unknown()).default({}),
});

const Image = z.object({
  Id: z.string(),
  Config: z.object({ Env: list, Cmd: list, Entrypoint: list }),
});

export interface EngineFacts {
  /** Whether containers get a seccomp profile, the engine's own or another. */
  filtersSystemCalls: boolean;
  defaultRuntime: string;
  runtimes: string[];
}

export interface ImageFacts {
  id: string;
  environment: string[];
  command: string[];
  entrypoint: string[];
}

export async function engineFacts(engine: Engine, signal: AbortSignal): Promise<EngineFacts> {
  const asked = engine.call("Asking for the engine's settings", signal, (docker) => docker.info());
  const { SecurityOptions, DefaultRuntime, Runtimes } = Info.parse(await asked);
  // "name=seccomp,profile=default"; of later engines "…=builtin", or the path of an own one.
  const seccomp = SecurityOptions.find((option) => /^(?:name=)?seccomp\b/.test(option));
  return {
    filtersSystemCalls: seccomp !== undefined && !/\bprofile=unconfined\b/.test(seccomp),
    defaultRuntime: DefaultRuntime,
    runtimes: Object.keys(Runtimes),
  };
}

/** Undefined when the engine has no such image. */
export async function imageFacts(engine: Engine, image: string, signal: AbortSignal): Promise<ImageFacts | undefined> {
  const found = await engine.find("Looking for the agent's image", signal, (docker) =>
    docker.getImage(image).inspect(),
  );
  if (found === undefined) return undefined;
  const { Id, Config } = Image.parse(found);
  return { id: Id, environment: Config.Env, command: Config.Cmd, entrypoint: Config.Entrypoint };
}

export const systemCallsUnfiltered = (): PraktorError =>
  sandboxError(
    "not_isolated",
    "The container engine lets containers make every system call: it has no seccomp profile.",
    {
      hint: 'Set `"seccomp-profile": "builtin"` in the engine\'s daemon.json (in Docker Desktop: Settings, Docker Engine) and restart the engine.',
    },
  );

/** Null where containers run under what they are meant to. */
export function otherRuntime({ defaultRuntime }: EngineFacts): string | null {
  if (defaultRuntime === "runc") return null;
  return `The container engine runs containers with ${defaultRuntime} where nothing else is asked for, and agents are isolated as that does it: if you mean it, say so with \`sandbox.runtime: ${defaultRuntime}\`, else with \`sandbox.runtime: runc\`.`;
}
