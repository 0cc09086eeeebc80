/** Stands in for a page that threw: says so, and offers to load it anew. */
import type { ErrorComponentProps } from "@tanstack/react-router";
import { CircleAlert } from "lucide-react";
import { sentence } from "../api/api-error.ts";
import { Button } from "../components/button.tsx";
import { Empty } from "../components/states.tsx";
import { en } from "../text/en.ts";

export const PageFailed = ({ error }: ErrorComponentProps) => (
  <div role="alert" className="grid h-full place-items-center">
    <Empty
      icon={CircleAlert}
      heading="h1"
      title={en.error.page}
      action={<Button onClick={() => location.reload()}>{en.error.reload}</Button>}
    >
      {sentence(error)}
    </Empty>
  </div>
);
