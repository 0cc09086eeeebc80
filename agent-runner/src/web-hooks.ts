/** What an agent is told beside the bare error when a tool of the web fails: whose word it is and what else it can do. */
import type { Options, PostToolUseFailureHookInput } from "@anthropic-ai/claude-agent-sdk";

export function webHooks(): NonNullable<Options["hooks"]> {
  return {
    PostToolUseFailure: [
      {
        matcher: "WebSearch|WebFetch|Bash",
        hooks: [
          (input) => {
            const note = input.hook_event_name === "PostToolUseFailure" ? noteOn(input) : null;
            if (note === null) return Promise.resolve({});
            return Promise.resolve({
              hookSpecificOutput: { hookEventName: "PostToolUseFailure", additionalContext: `[Praktor: ${note}]` },
            });
          },
        ],
      },
    ],
  };
}

function noteOn({ tool_name: tool, error, is_interrupt: interrupted }: PostToolUseFailureHookInput): string | null {
  if (interrupted === true) return null;
  // A Messages call with a search tool in it, which the endpoint runs; one without answers with an error that names neither.
  if (tool === "WebSearch")
    return "WebSearch is run by the model's endpoint, not by this sandbox, and that endpoint answered with an error: probably it offers no web search. Do not repeat the call. If you know an address, use WebFetch or the browser; else tell the person that this installation's model endpoint has no web search.";
  // Of a refused tunnel curl and git tell the number alone; WebFetch says no more than that the proxy blocked it.
  const refused = tool === "Bash" ? /\b403 from proxy|tunnel failed, response 403/i : /EGRESS_BLOCKED/;
  if (refused.test(error))
    return "this group's network does not let its agents reach that host, by WebFetch, the browser or anything else. Do not look for a way around it; tell the person which host was needed: they can allow it in the group's settings. If people were asked about it, nobody said yes.";
  return null;
}
