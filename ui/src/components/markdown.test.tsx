/** What of an agent's Markdown can be clicked. */
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import { Markdown } from "./markdown.tsx";

afterEach(() => vi.unstubAllGlobals());

test("a link to another server on the page's machine is text that names it, others are links", () => {
  vi.stubGlobal("location", { href: "http://127.0.0.1:8080/history" });
  const text =
    "[Report](http://127.0.0.1:9999/x) ![p](http://localhost:9999/y.png) http://127.0.0.1:9999/z [Far](https://example.org/)";
  const page = renderToStaticMarkup(<Markdown text={text} />);
  expect([...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual(["https://example.org/"]);
  expect(page).toContain("Report");
  expect(page).toContain("http://127.0.0.1:9999/x");
  expect(page.match(/http:\/\/127\.0\.0\.1:9999\/z/g)).toHaveLength(1);
  expect(page).toContain("http://localhost:9999/y.png");
});

test("what the parser would take minutes for is shown as it is written", () => {
  const text = `${"- ".repeat(20_000)}<x>`;
  expect(renderToStaticMarkup(<Markdown text={text} />)).toContain(`${"- ".repeat(20_000)}&lt;x&gt;`);
});
