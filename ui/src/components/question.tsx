/** What an agent asks people, with a button for each choice, or what came of it: in its conversation and on the dashboard. */
import type { MessageApproval } from "@praktor/protocol/approvals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Clock3, X } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { answerApproval } from "../api/endpoints.ts";
import { approvalsQuery } from "../api/queries.ts";
import { approvalOutcome, withoutSign } from "../lib/approval-outcome.ts";
import { cn } from "../lib/cn.ts";
import { clock, moment, until } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";
import { Button } from "./button.tsx";
import { Prose } from "./prose.tsx";
import { toastFailed } from "./toasts.tsx";

const t = en.approvals;

export interface QuestionProps {
  approval: MessageApproval;
  /** Markdown. */
  text: string;
  /** What the person is called who answered in Telegram, where that is known. */
  person?: string | undefined;
  /** For where an answered question is not shown any more. */
  onAnswered?: (choice: string) => void;
}

export const Question = ({ approval, text, person, onAnswered }: QuestionProps) => {
  const id = useId();
  // Whoever pressed a button with the keyboard goes on where it was.
  const pressed = useRef(false);
  return (
    <div className="space-y-2">
      {/* Whoever says yes must have seen all of it. */}
      <div id={id} className="[&_code]:wrap-anywhere! [&_pre]:whitespace-pre-wrap">
        <Prose text={withoutSign(text)} />
      </div>
      {approval.state === "open" ? (
        <Choices
          approval={approval}
          questionId={id}
          onPress={() => {
            pressed.current = true;
          }}
          onAnswered={onAnswered}
        />
      ) : (
        <Outcome approval={approval} person={person} focused={pressed} />
      )}
    </div>
  );
};

interface ChoicesProps {
  approval: MessageApproval;
  questionId: string;
  onPress: () => void;
  onAnswered: QuestionProps["onAnswered"];
}

const Choices = ({ approval, questionId, onPress, onAnswered }: ChoicesProps) => {
  const client = useQueryClient();
  const nowMs = useNow(10_000);
  const answer = useMutation({
    mutationFn: (choice: string) => answerApproval(approval.id, choice),
    onSuccess: (_, choice) => onAnswered?.(choice),
    onError: (error) => toastFailed(t.failed, error),
    // The event that tells of it may be late, or lost.
    onSettled: () =>
      Promise.all(
        [approvalsQuery.queryKey, ["messages", approval.group_id]].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <div className="flex flex-wrap gap-2">
        {approval.choices.map(({ id, label }) => {
          const Icon = ICONS[id];
          return (
            <Button
              key={id}
              size="sm"
              variant={id === "allow" ? "solid" : "outline"}
              aria-describedby={questionId}
              disabled={answer.isPending || answer.isSuccess}
              onClick={() => {
                onPress();
                answer.mutate(id);
              }}
            >
              {Icon !== undefined && <Icon aria-hidden="true" />}
              {withoutSign(label)}
            </Button>
          );
        })}
      </div>
      <p className="text-xs text-muted">{t.until(until(approval.expires, nowMs))}</p>
    </div>
  );
};

const ICONS: Readonly<Record<string, typeof Check | undefined>> = { allow: Check, deny: X };

interface OutcomeProps {
  approval: MessageApproval;
  person: string | undefined;
  /** Whether a button was pressed here before. */
  focused: { readonly current: boolean };
}

const Outcome = ({ approval, person, focused }: OutcomeProps) => {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (focused.current) line.current?.focus({ preventScroll: true });
  }, [focused]);
  const { words, choice } = approvalOutcome(approval, person);
  const Icon = (choice === null ? undefined : ICONS[choice]) ?? Clock3;
  return (
    <p
      ref={line}
      tabIndex={-1}
      className={cn(
        "flex w-fit items-center gap-2 rounded text-[13px] font-medium",
        choice === "allow" ? "text-ok" : choice === "deny" ? "text-bad" : "text-muted",
      )}
    >
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      <span>{words}</span>
      {approval.settled !== null && (
        <time
          dateTime={approval.settled}
          title={moment(approval.settled)}
          className="text-xs font-normal text-muted tabular-nums"
        >
          {clock(approval.settled)}
        </time>
      )}
    </p>
  );
};
