/** The contract, on a SQLite file. */
import { storeContract } from "./store.contract.ts";
import { temporaryDatabases } from "./temporary-database.ts";

const databases = temporaryDatabases();

storeContract((clock) => databases.open(clock));
