/** Who may talk to the bot: people let in, people who wait, and the code that lets in the next. */
import type { PairingView, PeopleView } from "@praktor/protocol/pairing";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UserRoundCheck, UserRoundX } from "lucide-react";
import { letIn, removePerson } from "../api/endpoints.ts";
import { groupsQuery, pairingQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Page } from "../components/page.tsx";
import { QueryView } from "../components/query-view.tsx";
import { Empty } from "../components/states.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { ago, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";
import { PairingCode } from "./people-code.tsx";
import { PersonRow } from "./people-row.tsx";
import { RemovePerson } from "./people-remove.tsx";

const t = en.people;

export const PeoplePage = () => {
  const pairing = useQuery(pairingQuery);
  return (
    <Page title={t.title} about={t.intro}>
      <QueryView query={pairing} what={t.what}>
        {(view) => (
          <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="space-y-4">
              {view.waiting.length > 0 && <Waiting view={view} />}
              <LetIn view={view} />
              {view.channels.length > 0 && <Channels view={view} />}
            </div>
            <PairingCode view={view} />
          </div>
        )}
      </QueryView>
    </Page>
  );
};

const Waiting = ({ view }: { view: PairingView }) => {
  const client = useQueryClient();
  const nowMs = useNow();
  const admit = useMutation({
    mutationFn: ({ id }: { id: string; name: string }) => letIn(id),
    onSuccess: (_, { name }) => toastDone(t.wasLetIn(name)),
    onError: (error, { name }) => toastFailed(t.failed(name), error),
    onSettled: () => client.invalidateQueries({ queryKey: pairingQuery.queryKey }),
  });
  return (
    <Card title={t.waiting} aside={<Badge tone="warn">{view.waiting.length}</Badge>}>
      <ul className="divide-y">
        {view.waiting.map((person) => (
          <PersonRow
            key={person.id}
            name={person.name}
            about={
              <>
                {t.id(person.id)} · <time title={moment(person.asked)}>{t.asked(ago(person.asked, nowMs))}</time>
              </>
            }
          >
            <Button size="sm" disabled={admit.isPending} onClick={() => admit.mutate(person)}>
              <UserRoundCheck aria-hidden="true" />
              {t.letIn}
              <span className="sr-only">: {person.name}</span>
            </Button>
          </PersonRow>
        ))}
      </ul>
    </Card>
  );
};

const LetIn = ({ view: { people, allowed } }: { view: PairingView }) => {
  const nowMs = useNow();
  const groups = useQuery(groupsQuery).data ?? [];
  const named = allowed.filter((id) => people.every((person) => person.id !== id));
  return (
    <Card title={t.mayTalk} aside={<Badge>{people.length + named.length}</Badge>}>
      {people.length + named.length === 0 ? (
        <Empty icon={UserRoundX} title={t.nobodyTitle}>
          {t.nobody}
        </Empty>
      ) : (
        <ul className="divide-y">
          {people.map((person) => (
            <PersonRow
              key={person.id}
              name={person.name}
              badge={person.is_owner ? <Badge tone="accent">{t.owner}</Badge> : null}
              about={
                <>
                  {t.id(person.id)} · <time title={moment(person.paired)}>{t.since(ago(person.paired, nowMs))}</time>
                </>
              }
            >
              <RemovePerson person={person} onRemove={() => removePerson(person.id)} />
            </PersonRow>
          ))}
          {named.map((id) => (
            // The settings have no names; a private chat has its person's id and name.
            <PersonRow
              key={id}
              name={groups.find((group) => group.id === id)?.name ?? t.unknown}
              about={`${t.id(id)} · ${t.bySettings}`}
            />
          ))}
        </ul>
      )}
    </Card>
  );
};

const Channels = ({ view: { channels, people } }: { view: PeopleView }) => {
  const nowMs = useNow();
  const groups = useQuery(groupsQuery).data ?? [];
  const nameOf = (id: string): string =>
    people.find((person) => person.id === id)?.name ?? groups.find((group) => group.id === id)?.name ?? t.id(id);
  return (
    <Card title={t.channels} aside={<Badge>{channels.length}</Badge>}>
      <ul className="divide-y">
        {channels.map(({ id, title, added_by: addedBy, added, is_answered: isAnswered }) => (
          <PersonRow
            key={id}
            name={title}
            badge={isAnswered ? null : <Badge tone="warn">{t.notAnswered}</Badge>}
            about={
              addedBy === null || added === null ? (
                t.addedByNobodyKnown
              ) : (
                <>
                  {t.addedBy(nameOf(addedBy))} · <time title={moment(added)}>{ago(added, nowMs)}</time>
                </>
              )
            }
          />
        ))}
      </ul>
    </Card>
  );
};
