/** Whether an address is another server on the machine of the page: it may be an agent's, and look like the page. */

const LOOPBACK =
  /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\])\.?$/;

/** `page`: the page's own address. */
export const leadsToThisMachine = (href: string, page: string): boolean => {
  if (!URL.canParse(href, page)) return false;
  const [there, here] = [new URL(href, page), new URL(page)];
  if (there.origin === here.origin || !/^(?:https?|wss?|ftp):$/.test(there.protocol)) return false;
  return there.hostname === here.hostname || LOOPBACK.test(there.hostname);
};
