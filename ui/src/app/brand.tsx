/** The mark and the name. */
import { en } from "../text/en.ts";

export const Brand = () => (
  <div className="flex items-center gap-2.5">
    <svg viewBox="0 0 32 32" className="size-8 shrink-0" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-solid" />
      <path
        d="M11 25V8h6.2a5.4 5.4 0 0 1 0 10.8H11"
        fill="none"
        stroke="#fff"
        strokeWidth="3.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
    <div className="leading-tight">
      <p className="font-semibold tracking-tight">{en.product}</p>
      <p className="text-xs text-muted">{en.missionControl}</p>
    </div>
  </div>
);
