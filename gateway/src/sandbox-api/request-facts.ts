/** What a Messages API call says of its cost, and of what the endpoint would fetch for it; from its JSON as the endpoint reads it. */
import { JsonWalker, type JsonRule } from "../kit/json-walker.ts";

export interface RequestFacts {
  /** Null where none is named. */
  model: string | null;
  maxOutputTokens: number | null;
  fast: boolean;
  /** Perhaps computed in the United States only: an organization may have that as its default. */
  usOnly: boolean;
  images: number;
  /** Its prompt may be as long as the model takes: it holds what its bytes do not bound. */
  openInput: boolean;
  /** The endpoint may run the model several times for it. */
  samplings: number;
  /** Models that may answer in place of its own; an empty name stands for whichever the endpoint chooses. */
  otherModels: string[];
  /** What the endpoint would reach for it, in words; web search is told apart. */
  reaches: ReadonlySet<string>;
  searchesWeb: boolean;
}

/** The endpoint's own loop ends after so many: https://platform.claude.com/docs/en/agents-and-tools/tool-use/server-tools */
const mostSamplings = 10;
const longestModelName = 256;

/** Run here by the agent, or by nobody; the only types that a closed network lets through. */
const localTool = /^(?:custom|(?:bash|text_editor|computer|memory)_\d{8})$/;
/** Run at the endpoint, which then reaches nothing: it looks through the request's own tools, or asks another of its models. */
const harmlessTool = /^(?:tool_search_tool_(?:regex|bm25)(?:_\d{8})?|advisor_\d{8})$/;
const searchTool = /^web_search_\d{8}$/;
/** Compatible endpoints' own names for what they fetch or look up; the Messages API knows none of them. */
const foreignMembers = ["image_url", "video_url", "audio_url", "file_url", "file"];
/** Told apart in a budget: one list of the Messages API's has three at most. */
const mostFallbacks = 8;
/**
 * What else a call may say in a closed network, from the Messages API (https://platform.claude.com/docs/en/api/beta/messages/create)
 * and, in the last line, of Claude Code's own: nothing by which the endpoint would reach further.
 */
const harmlessNames = new Set(
  `betas cache_control diagnostics fallback_credit_token metadata output_config output_format service_tier stop_sequences stream
  temperature thinking tool_choice top_k top_p
  context_hint data_flow program_use_case_id safeguards tags`.split(/\s+/),
);
/**
 * What messages are made of: Claude Code's own list of it, and what the results of tools hold besides
 * (https://platform.claude.com/docs/en/api/beta/messages/create).
 */
const knownBlocks = new Set(
  `advisor_tool_result bash_code_execution_tool_result browser_state code_execution_tool_result compaction connector_text
  container_upload document fallback image mcp_tool_listing mcp_tool_result mcp_tool_use mid_conv_system redacted_thinking
  search_result server_tool_use text text_editor_code_execution_tool_result thinking tool_addition tool_reference tool_removal
  tool_result tool_search_tool_result tool_use web_fetch_tool_result web_search_tool_result
  advisor_redacted_result advisor_result advisor_tool_result_error bash_code_execution_output bash_code_execution_result
  bash_code_execution_tool_result_error code_execution_output code_execution_result code_execution_tool_result_error
  encrypted_code_execution_result text_editor_code_execution_create_result text_editor_code_execution_str_replace_result
  text_editor_code_execution_tool_result_error text_editor_code_execution_view_result tool_search_tool_result_error
  tool_search_tool_search_result web_fetch_result web_fetch_tool_result_error web_search_result web_search_tool_result_error`.split(
    /\s+/,
  ),
);
/** A variant of a model that searches the web before it answers. */
const onlineVariant = /:online\b/i;
const ownSources: ReadonlySet<unknown> = new Set(["base64", "text", "content"]);

export class RequestReader {
  #model: string | null = null;
  #maxOutputTokens: number | null = null;
  #fast = false;
  #usOnly = true;
  #images = 0;
  #openInput = false;
  #samplings = 1;
  /** The most that an entry of `fallbacks` may write. */
  #fallbackTokens = 0;
  readonly #otherModels: string[] = [];
  #searchesWeb = false;
  readonly #reaches = new Set<string>();
  readonly #seen = new Set<string>();
  #problem: string | null = null;
  readonly #walker: JsonWalker;

  constructor() {
    this.#walker = new JsonWalker(this.#topRule());
  }

  /** The next bytes. False: it cannot be read, and `end` says why. */
  push(bytes: Uint8Array): boolean {
    return this.#walker.push(bytes) && this.#problem === null;
  }

  /** All bytes came. */
  end(): RequestFacts | { problem: string } {
    if (!this.#walker.end()) return { problem: this.#problem ?? "The request is no JSON that Praktor can read." };
    if (this.#problem !== null) return { problem: this.#problem };
    return {
      model: this.#model,
      maxOutputTokens: this.#maxOutputTokens === null ? null : Math.max(this.#maxOutputTokens, this.#fallbackTokens),
      fast: this.#fast,
      usOnly: this.#usOnly,
      images: this.#images,
      openInput: this.#openInput,
      samplings: this.#samplings,
      otherModels: this.#otherModels,
      reaches: this.#reaches,
      searchesWeb: this.#searchesWeb,
    };
  }

  #refuse(problem: string): void {
    this.#problem ??= problem;
  }

  #reach(what: string): void {
    // Bounded: a hostile list of tools may name any number.
    if (this.#reaches.size < 8) this.#reaches.add(what);
  }

  #remote(what: string): void {
    this.#reach(what);
    this.#openInput = true;
  }

  #topRule(): JsonRule {
    const blocks = this.#blocksRule();
    const messages: JsonRule = { element: { member: named({ content: blocks }) } };
    const kept = (name: string): JsonRule =>
      notEmpty(() => this.#remote(`a conversation that the endpoint keeps (${notPermitted(name)})`));
    const known: Record<string, JsonRule> = {
      model: { scalar: (value) => this.#readModel(value), filled: () => this.#readModel(undefined) },
      max_tokens: this.#maxTokensRule((tokens) => (this.#maxOutputTokens = tokens)),
      speed: this.#speedRule(),
      inference_geo: { scalar: (value) => (this.#usOnly = value !== "global") },
      messages,
      system: blocks,
      tools: { element: this.#toolRule() },
      fallbacks: this.#fallbacksRule(),
      // What was said before, and with which tools, is not in the request.
      thread: kept("thread"),
      resumption: { member: named({ token: kept("resumption") }) },
      compaction: notEmpty(() => (this.#samplings = mostSamplings)),
      context_management: this.#managementRule(),
      mcp_servers: notEmpty(() => this.#server("MCP servers (mcp_servers)")),
      container: notEmpty(() => this.#server("a container (container)")),
      plugins: notEmpty(() => this.#server("an endpoint's plugins (plugins)")),
      // Which of them answers, at which price, nobody here could know.
      models: notEmpty(() => this.#refuse("The request names other models (models) beside its own.")),
    };
    const members = named(known);
    return {
      member: (name) => {
        const rule = members(name);
        const place = folded(name);
        // Empty ones ask for it too.
        if (place === "web_search_options") this.#server("a web search of the endpoint's own (web_search_options)");
        if (rule === null && place !== "web_search_options" && !harmlessNames.has(place ?? "")) {
          // Claude Code leaves out what an endpoint refuses in these words.
          this.#reach(`something that Praktor does not know (${notPermitted(inWords(name ?? "?"))})`);
        }
        // Which of two the endpoint would take is its own affair.
        if (rule !== null && place !== null) {
          if (this.#seen.has(place)) this.#refuse(`The request names ${place} twice.`);
          this.#seen.add(place);
        }
        return rule;
      },
    };
  }

  /** Of a message's content, a tool's result and a document made of blocks. */
  #blocksRule(): JsonRule {
    const source: JsonRule = {};
    const foreign = notEmpty(() => this.#remote("an image, document or recording by URL"));
    const blocks: JsonRule = {};
    const block: JsonRule = {
      member: named({
        ...Object.fromEntries(foreignMembers.map((name) => [name, foreign])),
        type: { scalar: (value) => this.#readBlock(value), filled: () => this.#readBlock(undefined) },
        source,
        content: blocks,
        // Tools may be defined in the middle of a conversation.
        tool: { member: named({ definition: this.#toolRule() }) },
        file_id: notEmpty(() => this.#remote("an uploaded file")),
      }),
    };
    blocks.element = block;
    if (block.member) blocks.member = block.member;
    source.member = named({
      type: {
        scalar: (value) => {
          if (!ownSources.has(value)) this.#remote("an image or document that is not in the request itself");
        },
      },
      url: notEmpty(() => this.#remote("an image or document by URL")),
      file_id: notEmpty(() => this.#remote("an uploaded file")),
      content: blocks,
    });
    return blocks;
  }

  /** Edits of the context that the model itself writes are further runs of it. */
  #managementRule(): JsonRule {
    const type: JsonRule = {
      scalar: (value) => {
        if (typeof value !== "string" || !value.startsWith("clear_")) this.#samplings = mostSamplings;
      },
    };
    const edits = named({ edits: { element: { member: named({ type }) } } });
    const other = notEmpty(() => (this.#samplings = mostSamplings));
    return { member: (name) => edits(name) ?? other, element: { filled: () => (this.#samplings = mostSamplings) } };
  }

  #maxTokensRule(tell: (tokens: number) => void): JsonRule {
    return {
      scalar: (value) => this.#readMaxTokens(value, tell),
      filled: () => this.#readMaxTokens(undefined, tell),
    };
  }

  #speedRule(): JsonRule {
    return { scalar: (value) => (this.#fast ||= value !== null && value !== "standard") };
  }

  #toolRule(): JsonRule {
    return { member: named({ type: { scalar: (value) => this.#readTool(value) } }) };
  }

  /** A list, or a word for what the endpoint has as its own: each may run once, as its own entry says. */
  #fallbacksRule(): JsonRule {
    const model = (value: unknown): void => this.#readFallback(value);
    const entry = named({
      model: { scalar: model, filled: () => model(undefined) },
      max_tokens: this.#maxTokensRule((tokens) => (this.#fallbackTokens = Math.max(this.#fallbackTokens, tokens))),
      speed: this.#speedRule(),
    });
    return {
      scalar: (value) => (value === null ? undefined : this.#readFallback("")),
      member: () => {
        this.#readFallback("");
        return null;
      },
      element: { member: entry, scalar: () => this.#readFallback("") },
    };
  }

  #readFallback(value: unknown): void {
    if (typeof value !== "string" || value.length > longestModelName)
      return this.#refuse("The request's fallbacks name what is no model.");
    if (this.#otherModels.length >= mostFallbacks) return this.#refuse("The request's fallbacks are too many.");
    this.#otherModels.push(value);
    this.#samplings = Math.max(this.#samplings, value === "" ? 4 : this.#otherModels.length + 1);
    if (onlineVariant.test(value)) this.#server("a model that searches the web (:online)");
  }

  #readModel(value: unknown): void {
    if (typeof value !== "string" || value.length > longestModelName)
      return this.#refuse("The request's model is no name of a model.");
    this.#model = value;
    if (onlineVariant.test(value)) this.#server("a model that searches the web (:online)");
  }

  #readMaxTokens(value: unknown, tell: (tokens: number) => void): void {
    if (value === null) return;
    if (typeof value === "number" && value >= 0) tell(value);
    else this.#refuse("The request's max_tokens is no number.");
  }

  #readBlock(type: unknown): void {
    if (type === "image") this.#images += 1;
    // A few bytes of a packed PDF can hold hundreds of pages.
    if (type === "document") this.#openInput = true;
    if (type === "container_upload") this.#remote("an uploaded file");
    if (typeof type !== "string") this.#reach("a content block whose type is no word");
    else if (!knownBlocks.has(type)) this.#reach(`a content block that Praktor does not know (${inWords(type)})`);
  }

  #readTool(type: unknown): void {
    if (type === null || (typeof type === "string" && localTool.test(type))) return;
    this.#samplings = mostSamplings;
    if (typeof type === "string" && harmlessTool.test(type)) return;
    if (typeof type === "string" && searchTool.test(type)) this.#searchesWeb = true;
    else this.#reach(`the tool ${typeof type === "string" ? type.slice(0, 64) : "of an unknown type"}`);
  }

  #server(what: string): void {
    this.#reach(what);
    this.#openInput = true;
    this.#samplings = mostSamplings;
  }
}

/** Whatever an agent called it, on one line. */
const inWords = (name: string): string => JSON.stringify(name.slice(0, 64)).slice(1, -1);

/** In the Messages API's own words for what it does not take. */
const notPermitted = (name: string): string => `${name}: Extra inputs are not permitted`;

/** Some endpoints take names in whatever case: what one of them could read as a name is read as it. */
function folded(name: string | null): string | null {
  return name === null ? null : name.toUpperCase().toLowerCase();
}

function named(rules: Readonly<Record<string, JsonRule>>): (name: string | null) => JsonRule | null {
  const known = new Map(Object.entries(rules));
  return (name) => known.get(folded(name) ?? "") ?? null;
}

function notEmpty(tell: () => void): JsonRule {
  return { filled: tell, scalar: (value) => (value === null ? undefined : tell()) };
}
