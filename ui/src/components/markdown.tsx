/** Markdown as safe elements: no raw HTML, links that tell nothing to where they lead, images only from here. */
import { CatchBoundary } from "@tanstack/react-router";
import { type ComponentProps, createContext, useContext } from "react";
import ReactMarkdown, { type Components, defaultUrlTransform, type ExtraProps } from "react-markdown";
import remarkBreaks from "remark-breaks";
import remarkGfm from "remark-gfm";
import { isHeavy } from "../lib/heavy-markdown.ts";
import { leadsToThisMachine } from "../lib/leads-to-this-machine.ts";
import { en } from "../text/en.ts";
import { ScrollArea } from "./scroll-area.tsx";

/** In a chat a line break is meant as one; Telegram shows it too. */
const PLUGINS = [remarkGfm, remarkBreaks];
const DATA_IMAGE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,/;

const address = (url: string, key: string): string =>
  key === "src" && DATA_IMAGE.test(url) ? url : defaultUrlTransform(url);

/** An agent's server on this machine may ask for the page's password: its address can be read and copied, not clicked. */
const Link = ({ href = "", children }: ComponentProps<"a">) => {
  if (!leadsToThisMachine(href, location.href)) {
    return (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {children}
      </a>
    );
  }
  return (
    <span title={en.history.linkToThisMachine}>
      {children !== href && <>{children} </>}
      <code>{href}</code>
    </span>
  );
};

const isOurs = (src: string): boolean => DATA_IMAGE.test(src) || /^\/(?!\/)/.test(src);

const Image = ({ src, alt }: ComponentProps<"img">) => {
  const where = typeof src === "string" ? src : "";
  if (isOurs(where)) return <img src={where} alt={alt ?? ""} />;
  return <Link href={where}>{en.history.imageOmitted(alt === undefined || alt === "" ? where : alt)}</Link>;
};

/** The page has its own outline; in it every heading of a text stands below the page's first. */
const Heading = ({ children, node }: ComponentProps<"h2"> & ExtraProps) => (
  <h2 className={node?.tagName}>{children}</h2>
);

const COMPONENTS: Components = {
  h1: Heading,
  h2: Heading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <Image src={src} alt={alt} />,
  input: ({ checked }) => (
    <input
      type="checkbox"
      checked={checked === true}
      disabled
      aria-label={checked === true ? en.history.taskDone : en.history.taskOpen}
    />
  ),
  table: ({ children }) => (
    <ScrollArea aria-label={en.history.table} className="table-frame">
      <table>{children}</table>
    </ScrollArea>
  ),
  pre: ({ children }) => (
    <ScrollArea aria-label={en.history.code} className="code-frame">
      <pre>{children}</pre>
    </ScrollArea>
  ),
};

const AsWritten = ({ text }: { text: string }) => <p className="whitespace-pre-wrap">{text}</p>;

const Source = createContext("");
const Failed = () => <AsWritten text={useContext(Source)} />;

/** What its parser would take too long for, or fails on, is shown as it is written: one answer must not take the page along. */
export const Markdown = ({ text }: { text: string }) =>
  isHeavy(text) ? (
    <AsWritten text={text} />
  ) : (
    <Source value={text}>
      <CatchBoundary getResetKey={() => text} errorComponent={Failed}>
        <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={address}>
          {text}
        </ReactMarkdown>
      </CatchBoundary>
    </Source>
  );
