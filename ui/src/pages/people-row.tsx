/** One person in a list, with what may be done about them. */
import type { ReactNode } from "react";

export interface PersonRowProps {
  name: string;
  badge?: ReactNode;
  about: ReactNode;
  children?: ReactNode;
}

export const PersonRow = ({ name, badge, about, children }: PersonRowProps) => (
  <li className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5">
    <div className="min-w-0 flex-1 basis-40">
      <p className="flex items-center gap-2">
        <span className="truncate font-medium">{name}</span>
        {badge}
      </p>
      <p className="text-[13px] wrap-anywhere text-muted">{about}</p>
    </div>
    {children}
  </li>
);
