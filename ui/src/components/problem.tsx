/** What keeps a form from being sent, at the place where it is to be mended. */
import { CircleAlert } from "lucide-react";

export const Problem = ({ text }: { text: string }) => (
  <div role="alert" className="flex gap-2 rounded-lg bg-bad-soft px-3 py-2 text-[13px] text-bad">
    <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
    <p>{text}</p>
  </div>
);
