/** Tells where the web may listen when the gateway is a container: on its own network, never on those of the agents. */
import type Docker from "dockerode";
import { sandboxError } from "../sandbox-error.ts";
import { Engine } from "./engine.ts";
import { findOwnContainer } from "./own-container.ts";

/**
 * The gateway's address on its own network (`praktor-net` in compose), or undefined when it is not a container: then loopback is
 * right. Ask before the gateway joins its groups' bridges, or at any time while the own network has that name.
 * Rejects with `start_failed` when it is a container without any network of its own.
 */
export async function gatewayWebAddress(
  docker: Docker,
  signal: AbortSignal,
  { network = "praktor-net" }: { network?: string } = {},
): Promise<string | undefined> {
  const own = await findOwnContainer(new Engine(docker), signal);
  if (own === undefined) return undefined;
  const joined = own.NetworkSettings.Networks;
  const named = Object.keys(joined).find((name) => name === network || name.endsWith(`_${network}`));
  const notTheAgents = Object.keys(joined).find((name) => !name.startsWith(`${network}-`));
  const address = joined[named ?? notTheAgents ?? ""]?.IPAddress;
  if (address !== undefined && address !== "") return address;
  throw sandboxError("start_failed", `The gateway's container is not on the network ${network}.`, {
    hint: `Start it with compose.yaml, or with \`docker run --network ${network}\`.`,
  });
}
