/** Model calls as a sandbox of group a makes them, and how the endpoint refuses one. */
import { z } from "zod";
import { type EndpointBench, tokenOf } from "./endpoint-bench.ts";

export const ApiError = z.object({
  type: z.literal("error"),
  error: z.object({ type: z.string(), message: z.string() }),
});
export const auth = { authorization: `Bearer ${tokenOf("a")}` };

export function post(bench: EndpointBench, init: RequestInit = {}): Promise<Response> {
  return fetch(`${bench.url}/model/v1/messages?beta=true`, { method: "POST", headers: auth, body: "{}", ...init });
}
