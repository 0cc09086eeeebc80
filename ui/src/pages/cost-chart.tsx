/** What each of 30 days cost, as bars. Loaded when it is first shown: it brings uPlot along. */
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { DaySum } from "../lib/usage-sums.ts";
import { en } from "../text/en.ts";

export interface CostChartProps {
  days: readonly DaySum[];
  /** `tokens` where nothing has a price. */
  unit: "cost" | "tokens";
}

const HEIGHT = 168;
const t = en.usage;

export const CostChart = ({ days, unit }: CostChartProps) => {
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  useEffect(() => {
    const root = place.current;
    if (root === null) return undefined;
    const chart = new uPlot(optionsOf(root, days, unit, setPointed), dataOf(days, unit), root);
    const watch = new ResizeObserver(() => chart.setSize({ width: root.clientWidth, height: HEIGHT }));
    watch.observe(root);
    return () => {
      watch.disconnect();
      chart.destroy();
    };
  }, [days, unit]);
  const shown = days[pointed ?? days.length - 1];
  return (
    <figure className="px-2 pt-3">
      <p className="sr-only">{t.chartLabel}</p>
      <div ref={place} aria-hidden="true" className="h-42" />
      <figcaption className="px-2 pb-2 text-xs text-muted tabular-nums" aria-hidden="true">
        {shown && `${t.day(shown.day)}: ${t.amount(shown)}`}
      </figcaption>
    </figure>
  );
};

const dataOf = (days: readonly DaySum[], unit: CostChartProps["unit"]): uPlot.AlignedData => [
  days.map((_, index) => index),
  days.map((day) => (unit === "cost" ? day.cost_usd : day.tokens)),
];

const optionsOf = (
  root: HTMLElement,
  days: readonly DaySum[],
  unit: CostChartProps["unit"],
  onPoint: (index: number | null) => void,
): uPlot.Options => {
  const style = getComputedStyle(root);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour("muted"), font: `11px ${style.fontFamily}`, ticks: { show: false } };
  return {
    width: root.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    padding: [8, 16, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { setScale: false, x: false, y: false } },
    scales: {
      x: { time: false, range: [-0.6, days.length - 0.4] },
      y: { range: (_, __, most) => [0, most * 1.1 || 1] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        grid: { show: false },
        splits: () => days.map((_, index) => index).filter((index) => (days.length - 1 - index) % 7 === 0),
        values: (_, places) => places.map((index) => t.day(days[index]?.day ?? "")),
      },
      {
        ...axis,
        size: 56,
        grid: { stroke: colour("line"), width: 1 },
        values: (_, values) => values.map((value) => (unit === "cost" ? t.axisCost(value) : t.axisTokens(value))),
      },
    ],
    series: [
      {},
      {
        fill: colour("accent"),
        width: 0,
        points: { show: false },
        ...(uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.7, 28], radius: 0.15 }) }),
      },
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)] },
  };
};
