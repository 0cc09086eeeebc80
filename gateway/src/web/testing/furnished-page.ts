/** The page's server with every desk behind it – vault, pairing, approvals, audit log – and at least one of each thing that its routes name. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Approvals } from "../../agent/approvals.ts";
import { AuditLog } from "../../audit-log.ts";
import { Background } from "../../kit/background.ts";
import { timeSortedIds } from "../../kit/ids.ts";
import type { Logger } from "../../kit/logger.ts";
import { PraktorError } from "../../kit/praktor-error.ts";
import { migrations } from "../../store/migrations/all.ts";
import { openDatabase } from "../../store/open-database.ts";
import { SqliteStore } from "../../store/sqlite-store.ts";
import { Pairing } from "../../telegram/pairing.ts";
import { isOurField } from "../../vault/our-fields.ts";
import { Redactor } from "../../vault/redactor.ts";
import { Vault } from "../../vault/vault.ts";
import { VaultDesk } from "../../vault-desk.ts";
import type { WebWorkspace } from "../ports.ts";
import { directoryWorkspace } from "./directory-workspace.ts";
import { Harness, ManualClock } from "./harness.ts";
import type { Answer } from "./send.ts";

const Made = z.object({ id: z.string() });
const team = { agents: [{ role: "one", prompt: "p" }] };

export class FurnishedPage implements AsyncDisposable {
  readonly harness: Harness;
  readonly #background: Background;
  readonly #approvals: Approvals;
  readonly #pairing: Pairing;
  readonly #conversationId: string;
  #asked = 0;

  private constructor(
    harness: Harness,
    parts: { background: Background; approvals: Approvals; pairing: Pairing; conversationId: string },
  ) {
    this.harness = harness;
    this.#background = parts.background;
    this.#approvals = parts.approvals;
    this.#pairing = parts.pairing;
    this.#conversationId = parts.conversationId;
  }

  static async start(logger: Logger): Promise<FurnishedPage> {
    const directory = await mkdtemp(join(tmpdir(), "praktor-page-"));
    const clock = new ManualClock();
    const connection = openDatabase(join(directory, "page.db"), migrations, logger);
    // These tests cut no power: waiting for the disk at each commit would only make them slow.
    connection.exec("pragma synchronous = off");
    const store = new SqliteStore(connection, clock, timeSortedIds(clock));
    const background = new Background((error) => logger.error({ err: error }, "background work failed"));
    const redactor = new Redactor();
    const redact = (text: string): string => redactor.redact(text);
    const audit = new AuditLog({ store: store.audit, background, clock, logger, keepDays: 9, redact });
    const vault = new Vault({
      store: store.vault,
      logger,
      passphrase: "a passphrase of a test",
      keyFile: undefined,
      onValues: (secrets) =>
        redactor.know(
          "vault",
          secrets.map(({ value }) => value),
        ),
    });
    await vault.start();
    const pairing = await Pairing.load(store.settings, clock, { allowFrom: [] }, audit);
    const { conversations, groups } = store;
    const approvals = new Approvals({
      store: store.approvals,
      conversations,
      groups,
      clock,
      audit,
      publish: () => {},
      render: () => [],
      onOutgoing: () => {},
    });
    const refresh = (): Promise<{ restarted: []; later: [] }> => Promise.resolve({ restarted: [], later: [] });
    const harness = new Harness(directory, store, clock, {
      logger,
      audit,
      pairing: {
        view: () => ({ ...pairing.view(), channels: [] }),
        offer: () => pairing.offer(),
        letIn: (id) => pairing.letIn(id),
        remove: (id) => pairing.remove(id),
      },
      approvals,
      vault: new VaultDesk({ vault, audit, groups, refresh }),
      redactor: { redact, redactDeep: (value) => redactor.redactDeep(value, isOurField) },
      workspace: likeASandbox(directoryWorkspace(join(directory, "files"))),
      maxFileBytes: 64 * 1024,
    });
    await harness.server.start(AbortSignal.timeout(20_000));
    await groups.create({ id: "home", name: "Home", folder: "home" });
    const { id: conversationId } = await conversations.ensure({
      groupId: "home",
      kind: "page",
      address: { channel: "web" },
      title: "Page",
    });
    return new FurnishedPage(harness, { background, approvals, pairing, conversationId });
  }

  /** Makes anew what may have been deleted, and returns what it is called: see `requestsOf`. */
  async furnish(): Promise<Record<string, string>> {
    this.#asked += 1;
    const key = `key${this.#asked}`;
    const conversationId = this.#conversationId;
    const wish = { group_id: "home", name: "Task", schedule: "@daily", prompt: "Do it." };
    const made = await Promise.all([
      this.#ask("POST", "/api/tasks", wish),
      this.#ask("POST", "/api/swarms", { task: "Together", group_id: "home", ...team }),
    ]);
    await this.#ask("PUT", "/api/swarm-templates/crew", { title: "Crew", ...team });
    await this.#ask("PUT", "/api/vault/TOKEN", { value: "a secret value of a test" });
    await this.#ask("PUT", "/api/vault/TOKEN/groups/home", {});
    await this.#ask("PUT", "/api/groups/home/files/content?path=notes.txt", {});
    await this.#ask("POST", "/api/agents/home/start", {});
    const said = await this.#ask("POST", "/api/groups/home/messages", { text: "Hello" });
    await this.#pairing.knocked({ id: "77", name: "Eve" });
    const question = await this.#approvals.askPerson({
      groupId: "home",
      conversationId,
      turnId: null,
      key,
      question: "May I?",
      choices: [{ id: "allow", label: "Allow" }],
      patienceMs: 60_000,
    });
    const { turn_id: turn } = z.object({ turn_id: z.string() }).parse(said.json);
    const { version } = z.object({ version: z.string() }).parse((await this.#ask("GET", "/api/instructions")).json);
    const [task, swarm] = made.map(({ json }) => Made.parse(json).id);
    return {
      groups: "home",
      agents: "home",
      group_id: "home",
      group_folder: "home",
      conversations: conversationId,
      conversation_id: conversationId,
      turns: turn,
      tasks: task ?? "",
      swarms: swarm ?? "",
      "swarm-templates": "crew",
      template: "crew",
      vault: "TOKEN",
      pairing: "77",
      approvals: question.id,
      choice: "allow",
      path: "notes.txt",
      files: "notes.txt",
      schedule: "@daily",
      timezone: "UTC",
      version,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background.idle();
    await this.harness[Symbol.asyncDispose]();
    await this.#background[Symbol.asyncDispose]();
    await rm(this.harness.directory, { recursive: true, force: true });
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.harness.send({ method, path, ...(body === undefined ? {} : { body }) });
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer;
  }
}

/** A runner answers what its disk refuses – a name too long, a directory in the way – with a code of its own. */
function likeASandbox(workspace: WebWorkspace): WebWorkspace {
  const refuse = (error: unknown): never => {
    if (error instanceof PraktorError || !(error instanceof Error && "errno" in error)) throw error;
    throw new PraktorError("invalid", error.message);
  };
  return {
    list: (...of) => workspace.list(...of).catch(refuse),
    read: (...of) => workspace.read(...of).catch(refuse),
    write: (...of) => workspace.write(...of).catch(refuse),
  };
}
