/** One member of a run: what it was asked, all that it did, and its messages. */
import type { SwarmMessageView, SwarmNodeView } from "@praktor/protocol/swarm";
import { useInfiniteQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { messagesQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Prose } from "../components/prose.tsx";
import { QueryView } from "../components/query-view.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { useTurns } from "../live/live-context.tsx";
import { flatten } from "../live/message-pages.ts";
import { stateTone } from "../swarm/state-tone.ts";
import { en } from "../text/en.ts";
import { LiveTurnView } from "./live-turn-view.tsx";
import { MessageRow } from "./message-row.tsx";
import { SwarmMessages } from "./swarm-messages.tsx";

const t = en.swarmRun;

export interface SwarmMemberProps {
  node: SwarmNodeView;
  messages: readonly SwarmMessageView[];
  onClose: () => void;
}

export const SwarmMember = ({ node, messages, onClose }: SwarmMemberProps) => {
  const transcript = useInfiniteQuery(messagesQuery(node.member_id, null));
  const live = [...useTurns().values()].find(({ id, state }) => id === node.turn_id && state === "running");
  const own = messages.filter(({ from, to }) => from === node.role || to === node.role || to === null);
  return (
    <Card
      title={node.role}
      aside={
        <div className="flex items-center gap-2">
          <Badge tone={stateTone(node.state)}>{t.state[node.state]}</Badge>
          <Button variant="ghost" size="iconSm" aria-label={en.close} onClick={onClose}>
            <X aria-hidden="true" />
          </Button>
        </div>
      }
    >
      <div className="grid gap-4 p-4 lg:grid-cols-2">
        <div className="min-w-0 space-y-3">
          {node.prompt !== "" && <p className="text-[13px] whitespace-pre-wrap text-muted">{node.prompt}</p>}
          {node.error !== null && <p className="text-[13px] text-bad">{node.error}</p>}
          {node.result !== null && (
            <div>
              <h3 className="mb-1 text-xs font-medium text-muted">{t.result}</h3>
              <Prose text={node.result} />
            </div>
          )}
          <h3 className="text-xs font-medium text-muted">{t.messages}</h3>
          <SwarmMessages messages={own} />
        </div>
        <div className="min-w-0">
          <h3 className="mb-2 text-xs font-medium text-muted">{t.transcript(node.role)}</h3>
          <ScrollArea aria-label={t.transcript(node.role)} className="max-h-128 space-y-4 overflow-y-auto">
            <QueryView query={transcript} what={t.transcript(node.role)}>
              {(pages) =>
                flatten(pages).map((message) => (
                  <MessageRow key={message.id} groupId={node.member_id} message={message} />
                ))
              }
            </QueryView>
            {live !== undefined && <LiveTurnView turn={live} />}
          </ScrollArea>
        </div>
      </div>
    </Card>
  );
};
