/** A member in the drawing of a team. */
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { Star } from "lucide-react";
import { Badge } from "../components/badge.tsx";
import { cn } from "../lib/cn.ts";
import type { Tone } from "./state-tone.ts";

export interface GraphMember {
  id: string;
  title: string;
  /** A line below the title. */
  detail: string;
  state: { word: string; tone: Tone } | null;
  lead: boolean;
  /** By Praktor: it stands there to be seen, and cannot be changed. */
  added: boolean;
  /** A message reaches it just now. */
  hears: boolean;
  /** Why the team would be refused because of it. */
  refusal: string | null;
}

export type MemberNode = Node<{ member: GraphMember; edits: boolean }, "member">;

/** Edges meet a member's side that is nearest: `after` and `before` left to right, `below` and `above`, `side` past others of a column. */
export type HandleId = "before" | "after" | "above" | "below" | "side";

export const MemberBox = ({ data: { member, edits }, selected }: NodeProps<MemberNode>) => {
  const handle = (id: HandleId, type: "source" | "target", position: Position) => (
    <Handle
      id={id}
      type={type}
      position={position}
      isConnectable={edits && id !== "side"}
      className={edits && id !== "side" ? "size-2.5!" : "opacity-0"}
    />
  );
  return (
    <div
      data-faulty={member.refusal !== null}
      className={cn(
        "w-48 rounded-xl border bg-panel px-3 py-2 text-left text-text",
        member.added && "border-dashed border-line-strong bg-transparent",
        member.hears && "border-accent",
        member.refusal !== null && "border-bad",
        selected && "border-accent ring-2 ring-accent/30",
      )}
    >
      {handle("before", "target", Position.Left)}
      {handle("above", "target", Position.Top)}
      <p className="flex items-center gap-2 text-[13px] font-medium">
        <span className="min-w-0 flex-1 truncate">{member.title}</span>
        {member.lead && <Star className="size-3.5 shrink-0 fill-current text-accent" aria-hidden="true" />}
      </p>
      {member.state !== null && (
        <Badge tone={member.state.tone} className="mt-1">
          {member.state.word}
        </Badge>
      )}
      {member.refusal !== null && <p className="mt-1 text-xs text-bad">{member.refusal}</p>}
      {member.detail !== "" && <p className="mt-1 truncate text-xs text-muted">{member.detail}</p>}
      {handle("after", "source", Position.Right)}
      {handle("side", "target", Position.Right)}
      {handle("below", "source", Position.Bottom)}
    </div>
  );
};
