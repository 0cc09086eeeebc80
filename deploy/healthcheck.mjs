/** Asks the gateway whether it lives, for the image's HEALTHCHECK: exit code 0 when one of the container's addresses says so. */
import { networkInterfaces } from "node:os";

const port = process.env.PRAKTOR_WEB_PORT ?? "8080";
// In compose the page listens on the address of one network only, and the container does not know which is which.
const addresses = Object.values(networkInterfaces())
  .flat()
  .filter((address) => address?.family === "IPv4");
const answers = addresses.map(async (address) => {
  const answer = await fetch(`http://${address?.address}:${port}/healthz`, { signal: AbortSignal.timeout(3000) });
  if (!answer.ok) throw new Error(`/healthz answered ${answer.status}`);
});
await Promise.any(answers).then(
  () => process.exit(0),
  () => process.exit(1),
);
