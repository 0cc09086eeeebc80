/** How far something is. */

/** `share` from 0 to 1. */
export const Progress = ({ label, share }: { label: string; share: number }) => (
  <progress
    aria-label={label}
    value={share}
    max={1}
    className="block h-1 w-full min-w-24 overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-solid [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-solid"
  />
);
