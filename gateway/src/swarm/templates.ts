/** Templates of teams: YAML files that came with Praktor, and those that people saved beside the database, which win. */
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { SwarmTeam, SwarmTemplateName, type SwarmTemplateView } from "@praktor/protocol/swarm";
import { parse, stringify } from "yaml";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { planSwarm } from "./plan.ts";

export interface SwarmTemplatesOptions {
  shippedFolder: string;
  /** Made when the first one is saved. */
  savedFolder: string;
  logger: Logger;
}

const suffix = ".yaml";

export class SwarmTemplates {
  readonly #options: SwarmTemplatesOptions;

  constructor(options: SwarmTemplatesOptions) {
    this.#options = options;
  }

  /** By name. A file that is no team is left out, and the log says why. */
  async list(): Promise<SwarmTemplateView[]> {
    const { shippedFolder, savedFolder } = this.#options;
    const shipped = await this.#read(shippedFolder, true);
    const saved = await this.#read(savedFolder, false);
    const all = new Map([...shipped, ...saved].map((template) => [template.name, template]));
    return [...all.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  }

  async find(name: string): Promise<SwarmTeam | null> {
    return (await this.list()).find((template) => template.name === name) ?? null;
  }

  /** Rejects with `invalid` and a sentence when the team could not run. */
  async save(name: string, team: SwarmTeam): Promise<SwarmTemplateView> {
    const path = this.#path(name);
    planSwarm(team);
    await mkdir(this.#options.savedFolder, { recursive: true, mode: 0o700 });
    // A name of its own: two who save at once would otherwise take each other's draft away.
    const draft = `${path}.${randomUUID()}.tmp`;
    try {
      await writeFile(draft, stringify(team), { mode: 0o600 });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    return { ...team, name, shipped: false };
  }

  /** A shipped one of the same name is there again afterwards. Rejects with `not_found`. */
  async remove(name: string): Promise<void> {
    const path = this.#path(name);
    await rm(path).catch((cause: unknown) => {
      throw new PraktorError("not_found", `There is no saved template “${name}”.`, { cause });
    });
  }

  #path(name: string): string {
    return join(this.#options.savedFolder, `${SwarmTemplateName.parse(name)}${suffix}`);
  }

  async #read(folder: string, shipped: boolean): Promise<SwarmTemplateView[]> {
    const files = await readdir(folder).catch(() => []);
    const templates: SwarmTemplateView[] = [];
    for (const file of files.filter((name) => name.endsWith(suffix)).toSorted()) {
      try {
        const name = SwarmTemplateName.parse(basename(file, suffix));
        const team = SwarmTeam.parse(parse(await readFile(join(folder, file), "utf8")));
        planSwarm(team);
        templates.push({ ...team, name, shipped });
      } catch (error) {
        this.#options.logger.warn({ file, error: errorMessage(error) }, "a template of a team cannot be used");
      }
    }
    return templates;
  }
}
