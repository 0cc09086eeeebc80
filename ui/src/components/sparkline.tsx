/** Some values over time as a line, newest at the right; says its range to who does not see it. */

export interface SparklineProps {
  values: readonly number[];
  /** The value at the top; the line is never steeper than what fits. */
  top: number;
  /** How many values fill the width. */
  room: number;
  label: string;
}

const WIDTH = 120;
const HEIGHT = 28;

export const Sparkline = ({ values, top, room, label }: SparklineProps) => {
  const step = WIDTH / Math.max(1, room - 1);
  const points = values.map((value, place): [number, number] => [
    WIDTH - (values.length - 1 - place) * step,
    HEIGHT - 1 - (Math.min(value, top) / Math.max(top, Number.EPSILON)) * (HEIGHT - 2),
  ]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const first = points[0]?.[0] ?? WIDTH;
  return (
    <>
      <span className="sr-only">{label}</span>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-7 w-full text-accent"
      >
        <line
          x1="0"
          x2={WIDTH}
          y1={HEIGHT - 0.5}
          y2={HEIGHT - 0.5}
          className="stroke-line"
          vectorEffect="non-scaling-stroke"
        />
        {points.length > 1 && (
          <>
            <polygon points={`${first.toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} className="fill-accent-soft" />
            <polyline
              points={line}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
          </>
        )}
      </svg>
    </>
  );
};
