/** The credentials file that `ptask` reads: NATS' own format, readable by this user alone. */
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces the file in one step, so that a reader never sees half of it. */
export async function writeCredentialsFile(path: string, jwt: string, seed: Uint8Array): Promise<void> {
  const content = `-----BEGIN NATS USER JWT-----
${jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
${new TextDecoder().decode(seed)}
------END USER NKEY SEED------
`;
  const temporary = `${path}.${process.pid}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, content, { mode: 0o600 });
  // The mode of `writeFile` is only for new files: one left behind by a killed runner keeps its own.
  await chmod(temporary, 0o600);
  await rename(temporary, path);
}
