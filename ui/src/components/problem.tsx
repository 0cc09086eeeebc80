/** What keeps a form from being sent, at the place where it is to be mended. */
import { CircleAlert } from "lucide-react";

export interface ProblemProps {
  text: string;
  /** It is to be mended here, in no field. */
  isPlace?: boolean;
}

export const Problem = ({ text, isPlace = false }: ProblemProps) => (
  <div
    role="alert"
    tabIndex={isPlace ? -1 : undefined}
    data-faulty={isPlace}
    className="flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad"
  >
    <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
    <p>{text}</p>
  </div>
);
