/** The group's workspace on its page; a sleeping sandbox is woken only when someone asks for it. */
import type { GroupView } from "@praktor/protocol/rest";
import { MoonStar } from "lucide-react";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Empty } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { FilesPanel } from "./files-panel.tsx";

const t = en.group;

export const GroupFiles = ({ group }: { group: GroupView }) => {
  const [path, setPath] = useState("");
  const [wanted, setWanted] = useState(group.agent_status === "running");
  return (
    <Card title={t.files}>
      {wanted ? (
        <div className="flex h-96">
          <FilesPanel groupId={group.id} path={path} onPath={setPath} wide />
        </div>
      ) : (
        <Empty
          icon={MoonStar}
          title={t.filesAsleepTitle}
          action={<Button onClick={() => setWanted(true)}>{t.filesWake}</Button>}
        >
          {t.filesAsleep}
        </Empty>
      )}
    </Card>
  );
};
