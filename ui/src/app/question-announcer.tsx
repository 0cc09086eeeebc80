/** Tells who listens to the page of a new question, on whatever page they are. */
import { useQuery } from "@tanstack/react-query";
import { approvalsQuery, groupsQuery } from "../api/queries.ts";
import { withoutSign } from "../lib/approval-outcome.ts";
import { en } from "../text/en.ts";

export const QuestionAnnouncer = () => {
  const { data = [] } = useQuery(approvalsQuery);
  const newest = data.at(-1);
  const groups = useQuery({ ...groupsQuery, enabled: newest !== undefined });
  const name = groups.data?.find(({ id }) => id === newest?.group_id)?.name ?? newest?.group_id ?? "";
  return (
    <p role="alert" className="sr-only">
      {newest !== undefined && en.approvals.announced(name, firstLine(withoutSign(newest.question)), data.length)}
    </p>
  );
};

/** Its words without what only a drawing needs. */
const firstLine = (markdown: string): string =>
  (markdown.split("\n", 1)[0] ?? "").replaceAll(/\*\*|\\(?=[^\w\s])/g, "");
