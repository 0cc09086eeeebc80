/** What a group's sandbox may reach: the policy, the hosts of its lists, and what was refused lately. */
import type { GroupNetworkView, NetworkPolicy } from "@praktor/protocol/network";
import type { GroupView } from "@praktor/protocol/rest";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useId, useState } from "react";
import { getGroupNetwork, patchGroup } from "../api/endpoints.ts";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Problem } from "../components/problem.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { TextArea } from "../components/text-area.tsx";
import { toastDone } from "../components/toasts.tsx";
import { useForm } from "../components/use-form.ts";
import { en } from "../text/en.ts";

const t = en.network;
const policies: readonly (NetworkPolicy | null)[] = [null, "open", "allowlist", "none"];
const asLines = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line !== "");

export const GroupNetwork = ({ group }: { group: GroupView }) => {
  const query = useQuery({
    queryKey: ["network", group.id],
    queryFn: ({ signal }) => getGroupNetwork(group.id, signal),
    refetchInterval: 15_000,
  });
  return (
    <Card title={t.title}>
      <QueryView query={query} what={t.what} loading={<LoadingRows rows={2} />}>
        {(network) => (
          <Form
            key={`${network.policy} ${network.allow.join(" ")} ${network.ask.join(" ")}`}
            group={group}
            network={network}
          />
        )}
      </QueryView>
    </Card>
  );
};

const Form = ({ group, network }: { group: GroupView; network: GroupNetworkView }) => {
  const client = useQueryClient();
  const id = useId();
  const [policy, setPolicy] = useState(network.policy);
  const [list, setList] = useState(network.allow.join("\n"));
  const [askList, setAskList] = useState(network.ask.join("\n"));
  const allow = asLines(list);
  const inForce = policy ?? network.default_policy;
  // Where nobody can be asked, no host may stand there as if somebody were.
  const ask = inForce === "open" ? [] : asLines(askList);
  const changed =
    policy !== network.policy || allow.join(" ") !== network.allow.join(" ") || ask.join(" ") !== network.ask.join(" ");
  const save = useMutation({
    mutationFn: () => patchGroup(group.id, { network: policy, network_allow: allow, approval_hosts: ask }),
    onSuccess: () => toastDone(t.saved),
    onSettled: () => client.invalidateQueries({ queryKey: ["network", group.id] }),
  });
  const { ref, onSubmit, wrong, problem } = useForm({
    fields: { network: policy, network_allow: allow, approval_hosts: ask },
    own: { ...hostWords("network_allow", allow), ...hostWords("approval_hosts", ask) },
    failed: t.failed,
    save,
  });
  return (
    <form ref={ref} className="space-y-3 p-4" noValidate onSubmit={onSubmit}>
      {network.not_enforced !== null && <p className="text-[13px] text-warn">{network.not_enforced}</p>}
      <fieldset className="space-y-2">
        <legend className="sr-only">{t.title}</legend>
        {policies.map((one) => (
          <label key={one ?? "default"} className="flex items-start gap-2 text-[13px]">
            <input type="radio" name={id} className="mt-0.5" checked={policy === one} onChange={() => setPolicy(one)} />
            <span>
              <span className="font-medium">
                {one === null ? t.asDefault(network.default_policy) : t.policies[one]}
              </span>
              {one !== null && <span className="block text-xs text-muted">{t.about[one]}</span>}
            </span>
          </label>
        ))}
      </fieldset>
      {inForce === "allowlist" && (
        <>
          <HostList label={t.hosts} hint={t.hostsHint} error={wrong("network_allow")} value={list} onChange={setList} />
          <HostList
            label={t.askHosts}
            hint={t.askHint}
            error={wrong("approval_hosts")}
            value={askList}
            onChange={setAskList}
          />
        </>
      )}
      {inForce === "open" && asLines(askList).length > 0 && (
        <p className="text-[13px] text-warn">{t.notAsked(asLines(askList).join(", "))}</p>
      )}
      {inForce === "allowlist" && network.refused.length > 0 && (
        <div>
          <h3 className="mb-1 text-[13px] font-medium">{t.refused}</h3>
          <ul className="space-y-1">
            {network.refused.slice(0, 5).map(({ host, reason }) => (
              <li key={host} className="flex items-center gap-2 text-xs">
                <span className="min-w-0 flex-1 truncate font-mono" title={reason}>
                  {host}
                </span>
                {!allow.includes(host) && !ask.includes(host) && (
                  <Button size="sm" aria-label={t.addOf(host)} onClick={() => setList([...allow, host].join("\n"))}>
                    <Plus aria-hidden="true" />
                    {t.add}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {network.pending && <p className="text-xs text-muted">{t.pending}</p>}
      {problem !== null && <Problem text={problem} />}
      <Button type="submit" variant="solid" disabled={!changed || save.isPending}>
        {save.isPending ? en.group.saving : en.group.save}
      </Button>
    </form>
  );
};

/** Which line is none, since all of them stand in one field. */
const hostWords = (field: string, hosts: readonly string[]): Record<string, string> =>
  Object.fromEntries(hosts.map((host, place) => [`${field}.${place}`, t.hostInvalid(host)]));

interface HostListProps {
  label: string;
  hint: string;
  error: string | undefined;
  value: string;
  onChange: (text: string) => void;
}

const HostList = ({ onChange, ...rest }: HostListProps) => (
  <TextArea
    rows={4}
    spellCheck={false}
    placeholder="example.org"
    className="font-mono text-xs placeholder:text-muted"
    onChange={({ target }) => onChange(target.value)}
    {...rest}
  />
);
