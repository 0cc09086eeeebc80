/** The instructions that a group's agent reads: its own and those of all groups, one at a time. */
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { MoonStar } from "lucide-react";
import { useState } from "react";
import { instructionsQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Segments } from "../components/segments.tsx";
import { Empty, LoadingRows } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { InstructionsEditor } from "./instructions-editor.tsx";

const t = en.instructions;

export const InstructionsCard = ({ group }: { group: GroupView }) => {
  const [whose, setWhose] = useState<"group" | "all">("group");
  // Once read it stays, also when the sandbox falls asleep again.
  const [wanted, setWanted] = useState(group.agent_status === "running");
  const shown = wanted || whose === "all";
  return (
    <Card
      title={t.title}
      aside={
        <Segments
          label={t.choice}
          value={whose}
          options={[
            { value: "group", label: t.ofGroup },
            { value: "all", label: t.ofAll },
          ]}
          onChange={setWhose}
        />
      }
    >
      {shown ? (
        <Loaded key={whose} groupId={whose === "all" ? null : group.id} />
      ) : (
        <Empty
          icon={MoonStar}
          title={t.asleepTitle}
          className="py-16"
          action={<Button onClick={() => setWanted(true)}>{t.wake}</Button>}
        >
          {t.asleep}
        </Empty>
      )}
    </Card>
  );
};

const Loaded = ({ groupId }: { groupId: string | null }) => {
  const instructions = useQuery(instructionsQuery(groupId));
  return (
    <QueryView
      query={instructions}
      what={t.what}
      loading={
        <>
          <LoadingRows />
          {groupId !== null && <p className="px-4 pb-4 text-xs text-muted">{t.waking}</p>}
        </>
      }
    >
      {(data) => (
        <InstructionsEditor groupId={groupId} opened={data} about={groupId === null ? t.aboutAll : t.aboutGroup} />
      )}
    </QueryView>
  );
};
