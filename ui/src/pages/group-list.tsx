/** The groups as a table; on a phone as cards. */
import type { GroupView } from "@praktor/protocol/rest";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { Dot } from "../components/dot.tsx";
import { GroupMark } from "../components/group-mark.tsx";
import { cn } from "../lib/cn.ts";
import { ago, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";
import { StopAgent } from "./stop-agent.tsx";

const t = en.groups;

export const GroupList = ({ groups }: { groups: readonly GroupView[] }) => {
  const [stopping, setStopping] = useState<GroupView | null>(null);
  const row = (group: GroupView) => ({ group, onStop: () => setStopping(group) });
  return (
    <>
      <table className="hidden w-full md:table">
        <thead>
          <tr className="border-b text-left text-xs text-muted">
            <Heading className="pl-4">{t.name}</Heading>
            <Heading>{t.type}</Heading>
            <Heading>{t.folder}</Heading>
            <Heading>{t.model}</Heading>
            <Heading>{t.agent}</Heading>
            <Heading className="text-right">{t.messages}</Heading>
            <Heading>{t.lastActive}</Heading>
            <Heading className="pr-4">
              <span className="sr-only">{t.actions}</span>
            </Heading>
          </tr>
        </thead>
        <tbody className="divide-y">
          {groups.map((group) => (
            <TableRow key={group.id} {...row(group)} />
          ))}
        </tbody>
      </table>
      <ul className="divide-y md:hidden">
        {groups.map((group) => (
          <CardRow key={group.id} {...row(group)} />
        ))}
      </ul>
      {stopping !== null && <StopAgent group={stopping} onClose={() => setStopping(null)} />}
    </>
  );
};

interface RowProps {
  group: GroupView;
  onStop: () => void;
}

const TableRow = ({ group, onStop }: RowProps) => (
  <tr className="hover:bg-raised/50">
    <Cell className="pl-4">
      <Name group={group} />
    </Cell>
    <Cell>
      <TypeBadge group={group} />
    </Cell>
    <Cell className="font-mono text-xs text-muted">{group.folder}</Cell>
    <Cell className="text-[13px] text-muted">{group.model ?? t.defaultModel}</Cell>
    <Cell>
      <AgentState group={group} />
    </Cell>
    <Cell className="text-right tabular-nums">{group.message_count.toLocaleString("en-GB")}</Cell>
    <Cell className="whitespace-nowrap text-muted">
      <LastActive group={group} />
    </Cell>
    <Cell className="pr-4 text-right">
      <Stop group={group} onStop={onStop} />
    </Cell>
  </tr>
);

const CardRow = ({ group, onStop }: RowProps) => (
  <li className="space-y-3 p-4">
    <div className="flex items-start justify-between gap-3">
      <Name group={group} />
      <TypeBadge group={group} />
    </div>
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2 text-[13px]">
      <Fact label={t.folder}>
        <span className="font-mono text-xs">{group.folder}</span>
      </Fact>
      <Fact label={t.model}>{group.model ?? t.defaultModel}</Fact>
      <Fact label={t.messages}>{group.message_count.toLocaleString("en-GB")}</Fact>
      <Fact label={t.lastActive}>
        <LastActive group={group} />
      </Fact>
    </dl>
    <div className="flex h-8 items-center justify-between">
      <AgentState group={group} />
      <Stop group={group} onStop={onStop} />
    </div>
  </li>
);

const Heading = ({ className, children }: { className?: string; children: ReactNode }) => (
  <th scope="col" className={cn("h-10 px-3 font-medium whitespace-nowrap", className)}>
    {children}
  </th>
);

const Cell = ({ className, children }: { className?: string; children: ReactNode }) => (
  <td className={cn("h-14 px-3", className)}>{children}</td>
);

const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="min-w-0">
    <dt className="text-xs text-muted">{label}</dt>
    <dd className="truncate">{children}</dd>
  </div>
);

const Name = ({ group }: { group: GroupView }) => (
  <Link to="/groups/$id" params={{ id: group.id }} className="group/name flex min-w-0 items-center gap-3 rounded-lg">
    <GroupMark group={group} />
    <span className="min-w-0">
      <span className="block truncate font-medium group-hover/name:text-accent">{group.name}</span>
      <span className="block truncate font-mono text-xs text-muted">{group.id}</span>
    </span>
  </Link>
);

const TypeBadge = ({ group }: { group: GroupView }) => (
  <Badge tone={group.is_main ? "accent" : "neutral"}>{group.type === "main" ? t.main : t.standard}</Badge>
);

const AgentState = ({ group }: { group: GroupView }) => (
  <span className="inline-flex items-center gap-2 text-[13px] whitespace-nowrap">
    <Dot tone={group.agent_status === "running" ? "ok" : "off"} />
    {group.agent_status === "running" ? t.running : t.stopped}
  </span>
);

const LastActive = ({ group }: { group: GroupView }) => {
  const nowMs = useNow();
  if (group.last_active === null) return t.never;
  return (
    <time dateTime={group.last_active} title={moment(group.last_active)}>
      {ago(group.last_active, nowMs)}
    </time>
  );
};

const Stop = ({ group, onStop }: RowProps) =>
  group.agent_status === "running" && (
    <Button size="sm" aria-label={t.stopOf(group.name)} onClick={onStop}>
      {t.stop}
    </Button>
  );
