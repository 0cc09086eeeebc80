/** What a group's sandbox may reach beside the gateway: the policy, the hosts of an allow-list, and how the page sees both. */
import { z } from "zod";

/** `open`: the internet. `allowlist`: named hosts, through the gateway's forward proxy. `none`: nothing but the gateway. */
export const NetworkPolicy = z.enum(["open", "allowlist", "none"]);
export type NetworkPolicy = z.infer<typeof NetworkPolicy>;

const label = "[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?";
const hostPattern = new RegExp(`^(?=.{1,253}(?::|$))${label}(?:\\.${label})*(?::[1-9]\\d{0,4})?$`);

/** One exact host name (no wildcard), with a port where it is not 80 or 443. Written in small letters. */
export const AllowedHost = z
  .string()
  .trim()
  .toLowerCase()
  .regex(hostPattern, {
    error: "must be a host name such as example.org, or with a port such as example.org:8443",
    abort: true,
  })
  .refine((host) => Number(host.split(":")[1] ?? 443) <= 65_535, "must have a port up to 65535");

export const AllowedHosts = z
  .array(AllowedHost)
  .max(200, "must be 200 hosts at most")
  .transform((hosts) => [...new Set(hosts)]);

/** A host that the group's agent asked for and did not get. */
export const RefusedHost = z.object({ host: z.string(), reason: z.string(), time: z.iso.datetime() });
export type RefusedHost = z.infer<typeof RefusedHost>;

export const GroupNetworkView = z.object({
  /** Null: as `sandbox.network` says. */
  policy: NetworkPolicy.nullable(),
  default_policy: NetworkPolicy,
  allow: z.array(z.string()),
  /** Reached only after a person's yes, on `allow` or not. A bare name asks at every port. */
  ask: z.array(z.string()),
  /** Why policies do not hold in this installation; null where they do. */
  not_enforced: z.string().nullable(),
  /** The running sandbox still has the former policy: it is replaced when its turns have ended. */
  pending: z.boolean(),
  /** Newest first. */
  refused: z.array(RefusedHost),
});
export type GroupNetworkView = z.infer<typeof GroupNetworkView>;
