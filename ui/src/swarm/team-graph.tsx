/** A team as a drawing: members as boxes, what goes between them as lines. Loaded only where it is drawn; a list or table always holds the same. */
import {
  type Connection,
  ConnectionMode,
  Controls,
  type EdgeChange,
  type FinalConnectionState,
  type NodeChange,
  MarkerType,
  ReactFlow,
  type ReactFlowInstance,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTheme } from "../lib/theme.ts";
import { en } from "../text/en.ts";
import { layout, type Place } from "./layout.ts";
import { type GraphMember, MemberBox, type MemberNode } from "./member-box.tsx";
import { sidesOf } from "./sides.ts";
import type { EdgeKind, TeamPart } from "./team-draft.ts";
import { colourOf, type GraphLine, type LineEdge, TeamLine } from "./team-line.tsx";

export interface TeamGraphProps {
  label: string;
  members: readonly GraphMember[];
  lines: readonly GraphLine[];
  chosen: TeamPart | null;
  onChoose: (part: TeamPart | null) => void;
  /** Absent: the drawing is only looked at. */
  edit?: TeamEditing;
}

export interface TeamEditing {
  onConnect: (from: string, to: string, kind: EdgeKind) => void;
  /** An edge was drawn to where nobody is: who stands there now. */
  onGrow: (at: string, way: EdgeKind | "reverse") => string;
  onRemove: (part: TeamPart) => void;
  /** Something was chosen by keyboard: on to where it is changed. */
  onEnter: () => void;
}

interface Size {
  width: number;
  height: number;
}

const measured = (size: Size | undefined) => (size === undefined ? {} : { measured: size });
const NODE_TYPES = { member: MemberBox };
const EDGE_TYPES = { line: TeamLine };
const FIT = { padding: 0.15, maxZoom: 1 };

export const TeamGraph = ({ label, members, lines, chosen, onChoose, edit }: TeamGraphProps) => {
  const [theme] = useTheme();
  const [moved, setMoved] = useState<ReadonlyMap<string, Place>>(new Map());
  // Without its size a member is measured anew at every change, and its lines are taken away meanwhile.
  const [sizes, setSizes] = useState<ReadonlyMap<string, Size>>(new Map());
  const flow = useRef<ReactFlowInstance<MemberNode, LineEdge>>(null);
  const box = useRef<HTMLElement>(null);
  const lead = members.find((member) => member.lead)?.id ?? null;
  const edges = lines.flatMap(({ from, to, kind }) => (kind === "said" ? [] : [{ from, to, kind }]));
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
  // An opened drawing gets another size too: a phone is turned, a window made smaller.
  useEffect(() => {
    if (box.current === null) return undefined;
    const observer = new ResizeObserver(() => void flow.current?.fitView(FIT));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  // What was added or moved over is brought into view; who stands where a person put them does not move for it.
  useEffect(() => {
    const frame = requestAnimationFrame(() => void flow.current?.fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [shape]);
  const placeOf = (id: string): Place => moved.get(id) ?? places.get(id) ?? { x: 0, y: 0 };
  const all = members.map(({ id }) => placeOf(id));
  const edits = edit !== undefined;
  const nodes = members.map((member): MemberNode => ({
    id: member.id,
    ...measured(sizes.get(member.id)),
    type: "member",
    position: placeOf(member.id),
    selected: chosen?.type === "member" && chosen.key === member.id,
    selectable: !member.added,
    focusable: !member.added,
    ariaRole: "group",
    ariaLabel: [
      member.title,
      ...(member.lead ? [en.swarmRun.lead] : []),
      ...(member.added ? [en.swarmForm.addedLead] : []),
      member.state?.word,
      member.refusal,
    ]
      .filter((part) => part !== undefined && part !== null)
      .join(", "),
    data: { member, edits: edits && !member.added },
  }));
  const title = (id: string): string => members.find((member) => member.id === id)?.title ?? id;
  const drawn = lines.map((line): LineEdge => {
    const { turned, ...sides } = sidesOf(line.kind, placeOf(line.from), placeOf(line.to), all);
    const isChosen = chosen?.type === "edge" && chosen.from === line.from && chosen.to === line.to;
    const arrow = { type: MarkerType.ArrowClosed, width: 14, height: 14, color: colourOf(line, isChosen) };
    return {
      id: `${line.from} ${line.to}`,
      type: "line",
      ariaLabel: en.swarmForm.edgeText[line.kind](title(line.from), title(line.to)),
      source: turned ? line.to : line.from,
      target: turned ? line.from : line.to,
      ...sides,
      selected: isChosen,
      selectable: edits,
      focusable: edits,
      data: { line, turned },
      ...(line.kind === "said" ? {} : { markerEnd: arrow }),
      ...(line.kind === "mutual" ? { markerStart: arrow } : {}),
    };
  });
  const partOf = (element: Element | null): TeamPart | null => {
    const id = element?.closest("[data-id]")?.getAttribute("data-id") ?? null;
    if (members.some((member) => member.id === id && !member.added)) return { type: "member", key: id ?? "" };
    const line = lines.find(({ from, to }) => `${from} ${to}` === id);
    return line === undefined ? null : { type: "edge", from: line.from, to: line.to };
  };
  const onNodes = (changes: NodeChange<MemberNode>[]): void => {
    for (const change of changes) {
      if (change.type === "select" && change.selected) onChoose({ type: "member", key: change.id });
      if (change.type === "dimensions" && change.dimensions !== undefined) {
        const { id, dimensions } = change;
        setSizes((before) => new Map(before).set(id, dimensions));
      }
      if (change.type !== "position" || change.position === undefined) continue;
      const { id, position } = change;
      setMoved((before) => new Map(before).set(id, position));
    }
  };
  const onEdges = (changes: EdgeChange<LineEdge>[]): void => {
    for (const change of changes) {
      const line = change.type === "select" && change.selected && drawn.find(({ id }) => id === change.id)?.data?.line;
      if (line) onChoose({ type: "edge", from: line.from, to: line.to });
    }
  };
  const connect = ({ source, target, sourceHandle }: Connection): void =>
    edit?.onConnect(source, target, sourceHandle === "below" ? "mutual" : "directed");
  const grow = (
    event: MouseEvent | TouchEvent,
    { fromNode, fromHandle, toNode, isValid }: FinalConnectionState,
  ): void => {
    if (edit === undefined || flow.current === null || fromNode === null || isValid === true) return;
    const way = fromHandle?.id === "after" ? "directed" : fromHandle?.id === "before" ? "reverse" : "mutual";
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    const under = point === undefined ? null : document.elementFromPoint(point.clientX, point.clientY);
    if (point === undefined || under === null) return;
    const there = under.closest(".react-flow__node")?.getAttribute("data-id") ?? null;
    if (there !== null && there !== fromNode.id && members.some(({ id, added }) => id === there && !added)) {
      const [from, to] = way === "reverse" ? [there, fromNode.id] : [fromNode.id, there];
      edit.onConnect(from, to, way === "mutual" ? "mutual" : "directed");
    }
    // Beside the drawing, on its controls or next to somebody's side nobody is meant to stand.
    if (toNode !== null || !under.matches(".react-flow__pane")) return;
    const place = flow.current.screenToFlowPosition({ x: point.clientX, y: point.clientY });
    const id = edit.onGrow(fromNode.id, way);
    setMoved((before) => new Map(before).set(id, place));
  };
  const onKey = (event: KeyboardEvent): void => {
    const part = event.target instanceof Element ? partOf(event.target) : null;
    if (part === null) return;
    if (event.key === "Delete" || event.key === "Backspace") edit?.onRemove(part);
    if (event.key === "Enter" || event.key === " ") edit?.onEnter();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys are pressed on the members and edges in it
    <section ref={box} aria-label={label} className="team-graph h-full min-h-64" onKeyDown={onKey}>
      <ReactFlow
        colorMode={theme}
        nodes={nodes}
        edges={drawn}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onInit={(instance) => {
          flow.current = instance;
        }}
        fitView
        fitViewOptions={FIT}
        minZoom={0.2}
        connectionMode={ConnectionMode.Strict}
        nodesConnectable={edits}
        selectNodesOnDrag={false}
        multiSelectionKeyCode={null}
        selectionKeyCode={null}
        deleteKeyCode={null}
        preventScrolling={false}
        zoomOnScroll={false}
        ariaLabelConfig={edits ? en.swarmForm.drawingKeys : en.swarmRun.graphKeys}
        onConnect={connect}
        onConnectEnd={grow}
        onNodesChange={onNodes}
        onEdgesChange={onEdges}
        onPaneClick={() => onChoose(null)}
      >
        <Controls showInteractive={false} className="max-md:hidden!" />
      </ReactFlow>
    </section>
  );
};
