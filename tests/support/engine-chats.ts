/** Chats of the tests with containers: every file has its own, so that none clears away another's while both run. */
const users = [
  "docker",
  "compose",
  "browser",
  "hostile-agent",
  "hostile-load",
  "network-turns",
  "runsc",
  "vault",
  "engine",
  "browser-hostile",
  "slim-image",
] as const;
const each = 10;

/** Chats that no real installation on the same engine has, ten for each user. */
export function engineChat(user: (typeof users)[number], index = 0): number {
  if (index < 0 || index >= each) throw new RangeError(`${user} has ${each} chats, so none of index ${index}`);
  return 990_000 + users.indexOf(user) * each + index;
}
