/** The demo's team: who is in it, and what each says and does when it hears something. */
import type { ToolCall } from "../messages/script.ts";

export interface Cue {
  /** In what was said to it since its last answer; the first cue that fits is taken. */
  hears: RegExp;
  /** Tools of the swarm, one after the other, before it speaks. */
  does: readonly ToolCall[];
  says: string;
}

const send = (to: string, text: string): ToolCall => ({ name: "swarm_send", input: { to, text } });
const board = (key: string, value: string): ToolCall => ({ name: "swarm_board_write", input: { key, value } });

const page = [
  "Twice a day the sea rises and falls. The **Moon** pulls at the water: on the side that faces it a little more than at",
  "the Earth's middle, on the far side a little less. So two bulges form, and the Earth turns beneath them.",
  "\n\nThe **Sun** does the same with half the strength. At new and full moon both pull in one line: spring tides, the",
  "highest. At half moon they stand crosswise: neap tides, the lowest.",
].join(" ");

/** As the API takes it. */
export const team = {
  name: "A page on tides",
  task: "Write a short page for visitors of the harbour museum: why are there tides?",
  agents: [
    { role: "researcher", prompt: "Find the figures, each with where it comes from." },
    { role: "writer", prompt: "Make a page of the figures that a twelve-year-old can follow." },
    { role: "critic", prompt: "Read each draft as a visitor would; two rounds at most." },
    { role: "editor", prompt: "Give the last draft its final form." },
  ],
  edges: [
    { from: "researcher", to: "writer", kind: "directed" },
    { from: "writer", to: "critic", kind: "mutual" },
    { from: "writer", to: "editor", kind: "directed" },
  ],
  lead: "editor",
};

export const cues: Readonly<Record<string, readonly Cue[]>> = {
  researcher: [
    {
      hears: /./,
      does: [
        board("Figures", "Moon two thirds, Sun one third of the tide. High water every 12 h 25 min."),
        {
          name: "swarm_broadcast",
          input: { text: "The figures are on the board. Say 12 h 25 min, not “twice a day”." },
        },
      ],
      says: [
        "- The Moon brings about two thirds of the tide, the Sun one third (tidal forces 2.2 to 1).",
        "- High water comes every 12 h 25 min: half a lunar day.",
        "- In the open ocean the tide is about half a metre; coasts make more of it.",
      ].join("\n"),
    },
  ],
  writer: [
    {
      hears: /Two things/,
      does: [
        board("Draft 2", "With the 12 h 25 min, without the word “gravity gradient”."),
        send("critic", "Both are in: draft 2."),
      ],
      says: page,
    },
    {
      hears: /./,
      does: [
        send(
          "critic",
          "Draft 1: “Twice a day the sea rises and falls, for the Moon's gravity gradient forms two bulges…”",
        ),
      ],
      says: "The first draft is with the critic.",
    },
  ],
  critic: [
    { hears: /Both are in/, does: [], says: "Draft 2 can be read aloud to a school class. Nothing is left to say." },
    {
      hears: /Draft 1/,
      does: [send("writer", "Two things: nobody knows a “gravity gradient”, and the 12 h 25 min are missing.")],
      says: "The writer has my remarks.",
    },
    { hears: /./, does: [], says: "I read as soon as there is a draft." },
  ],
  editor: [
    {
      hears: /./,
      does: [{ name: "swarm_board_read", input: {} }],
      says: `# Why are there tides?\n\n${page}\n\nHigh water comes every **12 hours and 25 minutes**, so each day it is later.`,
    },
  ],
};
