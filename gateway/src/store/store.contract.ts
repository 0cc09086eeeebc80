/** The store's contract as tests: a store on any database must pass them. */
import { approvalsContract } from "./approvals.contract.ts";
import { groupsContract } from "./groups.contract.ts";
import { inboxContract } from "./inbox.contract.ts";
import { outboxContract } from "./outbox.contract.ts";
import { recordsContract } from "./records.contract.ts";
import { swarmsContract } from "./swarms.contract.ts";
import { talkContract } from "./talk.contract.ts";
import { tasksContract } from "./tasks.contract.ts";
import { turnsContract } from "./turns.contract.ts";
import { vaultContract } from "./vault.contract.ts";
import type { MakeStore } from "./contract-fixture.ts";

/** Call it at the top of a test file. `make` opens an empty store and sees to its end. */
export function storeContract(make: MakeStore): void {
  groupsContract(make);
  talkContract(make);
  recordsContract(make);
  inboxContract(make);
  turnsContract(make);
  outboxContract(make);
  tasksContract(make);
  vaultContract(make);
  approvalsContract(make);
  swarmsContract(make);
}
