/** Asks for the installation's password. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef } from "react";
import { ApiError, sentence } from "../api/api-error.ts";
import { signIn } from "../api/endpoints.ts";
import { sessionQuery } from "../api/queries.ts";
import { Brand } from "../app/brand.tsx";
import { Button } from "../components/button.tsx";
import { Field } from "../components/field.tsx";
import { useTitle } from "../components/page.tsx";
import { en } from "../text/en.ts";

const t = en.session;

export const SignInPage = () => {
  useTitle(t.title);
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
  const focusPassword = (): void => form.current?.querySelector("input")?.focus();
  useEffect(focusPassword, [enter.isError]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get("password");
    if (typeof password === "string" && password !== "") enter.mutate(password);
  };
  return (
    <main className="grid h-dvh place-items-center overflow-y-auto p-4">
      <div className="w-full max-w-sm rounded-2xl border bg-panel p-6">
        <Brand />
        <h1 className="mt-6 text-lg font-semibold tracking-tight">{t.title}</h1>
        <p className="mt-1 text-muted">{t.intro}</p>
        <form ref={form} onSubmit={submit} className="mt-5 space-y-4">
          <Field
            label={t.password}
            name="password"
            type="password"
            autoComplete="current-password"
            maxLength={1024}
            required
            error={enter.isError ? reason(enter.error) : undefined}
          />
          <Button variant="solid" type="submit" disabled={enter.isPending} className="w-full">
            {enter.isPending ? t.busy : t.submit}
          </Button>
        </form>
      </div>
    </main>
  );
};

const reason = (error: unknown): string =>
  error instanceof ApiError && error.status === 401 ? t.wrong : sentence(error);
