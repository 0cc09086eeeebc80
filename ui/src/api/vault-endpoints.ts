/** The REST API of the vault: one function for each call that its page makes. Values go in, none comes out. */
import { type SecretAssign, VaultChange, VaultView } from "@praktor/protocol/vault";
import { queryOptions } from "@tanstack/react-query";
import { request } from "./request.ts";

const secret = (name: string): string => `/api/vault/${encodeURIComponent(name)}`;
const place = (name: string, groupId: string): string => `${secret(name)}/groups/${encodeURIComponent(groupId)}`;

/** No event tells of changes that the command line makes. */
export const vaultQuery = queryOptions({
  queryKey: ["vault"],
  queryFn: ({ signal }) => request(VaultView, "/api/vault", { signal }),
  refetchInterval: 60_000,
});

export const setSecret = (name: string, value: string): Promise<VaultChange> =>
  request(VaultChange, secret(name), { method: "PUT", json: { value } });

export const deleteSecret = (name: string): Promise<VaultChange> =>
  request(VaultChange, secret(name), { method: "DELETE" });

export const assignSecret = (name: string, groupId: string, json: SecretAssign): Promise<VaultChange> =>
  request(VaultChange, place(name, groupId), { method: "PUT", json });

export const unassignSecret = (name: string, groupId: string): Promise<VaultChange> =>
  request(VaultChange, place(name, groupId), { method: "DELETE" });
