/** A team as a drawing: members as boxes, edges as arrows. Loaded only where it is drawn; a list or table always holds the same. */
import {
  type Connection,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { useMemo, useState } from "react";
import { Badge } from "../components/badge.tsx";
import { cn } from "../lib/cn.ts";
import { useTheme } from "../lib/theme.ts";
import { en } from "../text/en.ts";
import { layout, type Place } from "./layout.ts";
import type { Tone } from "./state-tone.ts";

export interface GraphMember {
  id: string;
  title: string;
  /** A line below the title. */
  detail: string;
  state: { word: string; tone: Tone } | null;
  lead: boolean;
  active: boolean;
}

export interface GraphEdge {
  from: string;
  to: string;
  kind: "directed" | "mutual";
  label: string | null;
  active: boolean;
}

export interface TeamGraphProps {
  label: string;
  members: readonly GraphMember[];
  edges: readonly GraphEdge[];
  /** Absent: the drawing is only looked at. */
  onConnect?: (from: string, to: string) => void;
  onEdge?: (edge: GraphEdge) => void;
  onMember?: (id: string) => void;
}

type MemberNode = Node<{ member: GraphMember; edits: boolean }, "member">;

const NODE_TYPES = { member: MemberBox };

export const TeamGraph = ({ label, members, edges, onConnect, onEdge, onMember }: TeamGraphProps) => {
  const [theme] = useTheme();
  const [moved, setMoved] = useState<ReadonlyMap<string, Place>>(new Map());
  const lead = members.find((member) => member.lead)?.id ?? null;
  const shape = `${members.map(({ id }) => id).join(" ")}|${edges.map(({ from, to, kind }) => `${from} ${to} ${kind}`).join("|")}|${lead}`;
  const places = useMemo(
    () =>
      layout(
        members.map(({ id }) => id),
        edges,
        lead,
      ),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- states and labels change all the time, the shape seldom
    [shape],
  );
  const edits = onConnect !== undefined;
  const nodes = members.map((member): MemberNode => ({
    id: member.id,
    type: "member",
    position: moved.get(member.id) ?? places.get(member.id) ?? { x: 0, y: 0 },
    data: { member, edits },
  }));
  const title = (id: string): string => members.find((member) => member.id === id)?.title ?? id;
  const drawn = edges.map((edge): Edge<{ edge: GraphEdge }> => {
    const arrow = { type: MarkerType.ArrowClosed };
    const y = (id: string): number => (moved.get(id) ?? places.get(id))?.y ?? 0;
    // Partners stand below each other.
    const [source, target] =
      edge.kind === "mutual" && y(edge.from) > y(edge.to) ? [edge.to, edge.from] : [edge.from, edge.to];
    return {
      id: `${edge.from} ${edge.to}`,
      ariaLabel: en.swarmForm.edgeText[edge.kind](title(edge.from), title(edge.to)),
      source,
      target,
      sourceHandle: edge.kind === "mutual" ? "below" : "after",
      targetHandle: edge.kind === "mutual" ? "above" : "before",
      data: { edge },
      animated: edge.active,
      ...(edge.label === null ? {} : { label: edge.label }),
      markerEnd: arrow,
      ...(edge.kind === "mutual" ? { markerStart: arrow } : {}),
    };
  });
  return (
    <section aria-label={label} className="team-graph h-full min-h-64">
      <ReactFlow
        key={edits ? "edits" : shape}
        colorMode={theme}
        nodes={nodes}
        edges={drawn}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={{ padding: 0.15, maxZoom: 1 }}
        minZoom={0.2}
        nodesConnectable={edits}
        elementsSelectable
        edgesFocusable={edits}
        deleteKeyCode={null}
        preventScrolling={false}
        zoomOnScroll={false}
        onConnect={({ source, target }: Connection) => onConnect?.(source, target)}
        onEdgeClick={(_, { data }) => data !== undefined && onEdge?.(data.edge)}
        onNodeClick={(_, { id }) => onMember?.(id)}
        onNodesChange={(changes) => {
          for (const change of changes) {
            if (change.type !== "position" || change.position === undefined) continue;
            const { id, position } = change;
            setMoved((before) => new Map(before).set(id, position));
          }
        }}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
};

function MemberBox({ data: { member, edits } }: NodeProps<MemberNode>) {
  return (
    <div
      className={cn(
        "w-48 rounded-xl border bg-panel px-3 py-2 text-left text-text",
        member.active && "border-accent ring-2 ring-accent/30",
      )}
    >
      <Handle id="before" type="target" position={Position.Left} isConnectable={edits} />
      <Handle id="above" type="target" position={Position.Top} isConnectable={false} className="opacity-0" />
      <p className="flex items-center gap-2 text-[13px] font-medium">
        <span className="min-w-0 flex-1 truncate">{member.title}</span>
        {member.lead && <span aria-hidden="true">★</span>}
      </p>
      {member.state !== null && (
        <Badge tone={member.state.tone} className="mt-1">
          {member.state.word}
        </Badge>
      )}
      {member.detail !== "" && <p className="mt-1 truncate text-xs text-muted">{member.detail}</p>}
      <Handle id="after" type="source" position={Position.Right} isConnectable={edits} />
      <Handle id="below" type="source" position={Position.Bottom} isConnectable={false} className="opacity-0" />
    </div>
  );
}
