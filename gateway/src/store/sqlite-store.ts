/** The store on one SQLite file. */
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../kit/clock.ts";
import type { Ids } from "../kit/ids.ts";
import type { Logger } from "../kit/logger.ts";
import type { Pruned, RunsKept, Store } from "./contract.ts";
import { ApprovalsRepository } from "./approvals-repository.ts";
import { AuditRepository } from "./audit-repository.ts";
import { ConversationsRepository } from "./conversations-repository.ts";
import { Database } from "./database.ts";
import { takeDatabaseFile } from "./database-file.ts";
import { GroupsRepository } from "./groups-repository.ts";
import { checkHealth } from "./health.ts";
import { InboxRepository } from "./inbox-repository.ts";
import { MessagesRepository } from "./messages-repository.ts";
import { migrations } from "./migrations/all.ts";
import { openDatabase } from "./open-database.ts";
import { OutboxRepository } from "./outbox-repository.ts";
import { prune } from "./prune.ts";
import { SandboxesRepository } from "./sandboxes-repository.ts";
import { SettingsRepository } from "./settings-repository.ts";
import { TaskRunsRepository } from "./task-runs-repository.ts";
import { SwarmsRepository } from "./swarms-repository.ts";
import { TasksRepository } from "./tasks-repository.ts";
import { TroublesRepository } from "./troubles-repository.ts";
import { TurnsRepository } from "./turns-repository.ts";
import { UsageRepository } from "./usage-repository.ts";
import { VaultRepository } from "./vault-repository.ts";

interface SqliteStoreOptions {
  /** The database file; its directory is made where it is missing. */
  path: string;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

export class SqliteStore implements Store {
  readonly groups: GroupsRepository;
  readonly conversations: ConversationsRepository;
  readonly inbox: InboxRepository;
  readonly messages: MessagesRepository;
  readonly turns: TurnsRepository;
  readonly outbox: OutboxRepository;
  readonly sandboxes: SandboxesRepository;
  readonly settings: SettingsRepository;
  readonly usage: UsageRepository;
  readonly troubles: TroublesRepository;
  readonly tasks: TasksRepository;
  readonly runs: TaskRunsRepository;
  readonly vault: VaultRepository;
  readonly audit: AuditRepository;
  readonly swarms: SwarmsRepository;
  readonly approvals: ApprovalsRepository;
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #file: Disposable | undefined;

  /** Rejects with `store_unusable`, `store_corrupt`, `store_too_new`, `store_migration` or `store_full`. */
  static async open({ path, clock, ids, logger }: SqliteStoreOptions): Promise<SqliteStore> {
    const file = takeDatabaseFile(path);
    try {
      return new SqliteStore(openDatabase(path, migrations, logger), clock, ids, file);
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
  }

  /** On a connection that `openDatabase` made; it is closed with the store, and then the file is given back. */
  constructor(connection: DatabaseSync, clock: Clock, ids: Ids, file?: Disposable) {
    const database = new Database(connection);
    this.#database = database;
    this.#file = file;
    this.#clock = clock;
    this.swarms = new SwarmsRepository(database, clock, ids);
    this.groups = new GroupsRepository(database, clock);
    this.conversations = new ConversationsRepository(database, clock, ids);
    this.inbox = new InboxRepository(database, clock, ids);
    this.messages = new MessagesRepository(database, clock);
    this.turns = new TurnsRepository(database, clock);
    this.outbox = new OutboxRepository(database, clock);
    this.sandboxes = new SandboxesRepository(database, clock);
    this.settings = new SettingsRepository(database);
    this.usage = new UsageRepository(database);
    this.troubles = new TroublesRepository(database);
    this.tasks = new TasksRepository(database, clock);
    this.runs = new TaskRunsRepository(database, clock, ids);
    this.vault = new VaultRepository(database, clock);
    this.approvals = new ApprovalsRepository(database, clock, ids);
    this.audit = new AuditRepository(database, clock);
  }

  health(): Promise<{ ok: boolean; detail: string }> {
    return checkHealth(this.#database, this.#clock);
  }

  prune(runsKept: RunsKept): Promise<Pruned> {
    return prune(this.#database, this.#clock, runsKept);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database[Symbol.asyncDispose]();
    this.#file?.[Symbol.dispose]();
  }
}
