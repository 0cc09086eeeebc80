/** All groups: what each is, how its agent does, and the ways on from it. */
import { useQuery } from "@tanstack/react-query";
import { Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { groupsQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { GroupList } from "./group-list.tsx";
import { RegisterGroup } from "./register-group.tsx";

const t = en.groups;

export const GroupsPage = () => {
  const groups = useQuery(groupsQuery);
  const [registering, setRegistering] = useState(false);
  const register = (
    <Button variant="solid" onClick={() => setRegistering(true)}>
      <Plus aria-hidden="true" />
      {t.register}
    </Button>
  );
  const isEmpty = groups.data?.length === 0;
  return (
    <Page title={t.title} about={t.intro} actions={!isEmpty && register}>
      <div className="overflow-hidden rounded-xl border bg-panel">
        <QueryView query={groups} what={t.what}>
          {(data) =>
            data.length === 0 ? (
              <Empty icon={UsersRound} title={t.emptyTitle} action={register}>
                {t.empty}
              </Empty>
            ) : (
              <GroupList groups={data} />
            )
          }
        </QueryView>
      </div>
      {registering && <RegisterGroup onClose={() => setRegistering(false)} />}
    </Page>
  );
};
