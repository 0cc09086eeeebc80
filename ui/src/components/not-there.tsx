/** A page whose subject does not exist: what was looked for, and the way back. */
import { SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { useTitle } from "./page.tsx";
import { Empty } from "./states.tsx";

export interface NotThereProps {
  title: string;
  /** A link. */
  back: ReactNode;
  children: ReactNode;
}

export const NotThere = ({ title, back, children }: NotThereProps) => {
  useTitle(title);
  return (
    <div className="grid h-full place-items-center">
      <Empty icon={SearchX} heading="h1" title={title} action={<Button asChild>{back}</Button>}>
        {children}
      </Empty>
    </div>
  );
};
