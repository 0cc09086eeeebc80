/** Secrets of the installation: `/api/vault` and what `praktor vault` asks of a running gateway. Values go in and never out. */
import { z } from "zod";
import { GroupId } from "./ids.ts";

export const SecretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, "must be 1 to 64 letters, digits, '_', '.' or '-', not a digit first");
/** What the vault's key is derived from: whoever has the database can try passphrases as long as they like. */
export const VaultPassphrase = z.string().min(12);
/** As an environment variable, or as a file in the sandbox's memory. */
export const SecretDelivery = z.enum(["env", "file"]);
export type SecretDelivery = z.infer<typeof SecretDelivery>;

/** In characters that are no white space. A shorter value could not be taken out of answers without ordinary words. */
export const shortestSecret = 6;

export const SecretSet = z.object({ value: z.string().max(100_000) });
/** `target`: the variable's or the file's name; absent: the secret's own. */
export const SecretAssign = z.object({
  delivery: SecretDelivery.default("env"),
  target: z.string().min(1).max(64).optional(),
});
export type SecretAssign = z.input<typeof SecretAssign>;

const time = z.iso.datetime();
export const SecretView = z.object({
  name: SecretName,
  created: time,
  updated: time,
  groups: z.array(
    z.object({ group_id: GroupId, group_name: z.string(), delivery: SecretDelivery, target: z.string() }),
  ),
});
export type SecretView = z.infer<typeof SecretView>;

export const VaultView = z.object({
  /** `off`: no key is configured. `locked`: the key is not the one that the secrets are under. */
  state: z.enum(["open", "off", "locked"]),
  /** A sentence: why, and what to do. Null when it is open. */
  reason: z.string().nullable(),
  secrets: z.array(SecretView),
});
export type VaultView = z.infer<typeof VaultView>;

/** What a change means for sandboxes that run: those that were idle were stopped and start anew with it; the others follow once their work is done. */
export const VaultChange = z.object({ restarted: z.array(GroupId), restart_later: z.array(GroupId) });
export type VaultChange = z.infer<typeof VaultChange>;

/** What `praktor vault` asks over the local socket. */
export const VaultOrder = z.discriminatedUnion("type", [
  z.object({ type: z.literal("view") }),
  z.object({ type: z.literal("set"), name: z.string(), value: z.string() }),
  z.object({ type: z.literal("reveal"), name: z.string() }),
  z.object({ type: z.literal("delete"), name: z.string() }),
  z.object({
    type: z.literal("assign"),
    name: z.string(),
    group: z.string(),
    delivery: SecretDelivery,
    target: z.string().optional(),
  }),
  z.object({ type: z.literal("unassign"), name: z.string(), group: z.string() }),
  z.object({ type: z.literal("rotate"), passphrase: VaultPassphrase.nullable() }),
]);
export type VaultOrder = z.infer<typeof VaultOrder>;
export const RevealedSecret = z.object({ value: z.string() });
