/** A turn as the page draws it while it runs: what the agent thinks, does and says, in order. */
import type { TurnState } from "@praktor/protocol/events";

export interface ToolBlock {
  type: "tool";
  id: string;
  name: string;
  /** JSON text of the tool's input. */
  input: string | null;
  output: string | null;
  isError: boolean;
  durationMs: number | null;
  done: boolean;
}

export interface TextBlock {
  type: "text";
  id: string;
  text: string;
}

interface ThinkingBlock {
  type: "thinking";
  id: string;
  text: string;
}

export type Block = TextBlock | ThinkingBlock | ToolBlock;

interface Piece {
  index: number;
  content: string;
}

export interface LiveTurn {
  id: string;
  groupId: string;
  conversationId: string;
  state: TurnState;
  attempt: number;
  error: string | null;
  queuedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  blocks: readonly Block[];
  /** For each kind of stream the smallest index not seen yet: what comes below it came before. */
  next: { text: number; thinking: number };
  /**
   * Text pieces of a turn that was joined in its middle, kept until a snapshot tells what came before them; `null` once
   * the text is known from its beginning.
   */
  joinedAt: readonly Piece[] | null;
  /** Why what was streamed became void, until something new streams in. */
  restartReason: string | null;
}

export const isLive = (turn: LiveTurn): boolean => turn.state === "queued" || turn.state === "running";

export const toolsOf = (turn: LiveTurn): ToolBlock[] => turn.blocks.filter((block) => block.type === "tool");
