/** For tests: Telegram's rules for HTML messages, read from its documentation and checked apart from the code that writes them. */

/** https://core.telegram.org/bots/api#html-style: the tags that Praktor may use, with the attributes that they may carry. */
const tagForms: Readonly<Record<string, RegExp>> = {
  b: /^$/,
  i: /^$/,
  s: /^$/,
  a: /^ href="[^"<>]+"$/,
  code: /^(?: class="language-[^"<>\s]+")?$/,
  pre: /^$/,
  blockquote: /^$/,
};
const styles = new Set(["b", "i", "s"]);

/** The text that a person sees; throws an Error that names the broken rule. */
export function visibleText(html: string): string {
  const open: string[] = [];
  let text = "";
  let rest = html;
  while (rest !== "") {
    const token = /^(?:<(\/?)([a-z]+)([^<>]*)>|&(lt|gt|amp|quot);|[^<>&]+)/.exec(rest);
    if (!token) throw new Error(`not escaped: ${JSON.stringify(rest.slice(0, 40))}`);
    const [whole, slash, tag, attributes, reference] = token;
    rest = rest.slice(whole.length);
    if (reference !== undefined) text += { lt: "<", gt: ">", amp: "&", quot: '"' }[reference] ?? "";
    else if (tag === undefined) text += whole;
    else if (slash === "/") close(open, tag);
    else openTag(open, tag, attributes ?? "", rest);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(" > ")}`);
  return text;
}

function close(open: string[], tag: string): void {
  const last = open.pop();
  if (last !== tag) throw new Error(`</${tag}> closes <${last ?? "nothing"}>`);
}

function openTag(open: string[], tag: string, attributes: string, rest: string): void {
  if (!tagForms[tag]?.test(attributes)) throw new Error(`not a tag of Telegram's: <${tag}${attributes}>`);
  const isLanguage = tag === "code" && attributes !== "";
  if (isLanguage !== (tag === "code" && open.at(-1) === "pre"))
    throw new Error("a language belongs to <pre><code> alone");
  if (!isLanguage && (open.includes("code") || open.includes("pre"))) throw new Error(`<${tag}> in code`);
  const isCode = tag === "pre" || (tag === "code" && !isLanguage);
  if (isCode && open.some((outer) => styles.has(outer) || outer === "a"))
    throw new Error(`code in ${open.join(" > ")}`);
  if (open.includes(tag) && !isLanguage) throw new Error(`<${tag}> in itself`);
  if (rest.startsWith(`</${tag}>`)) throw new Error(`<${tag}> is empty`);
  open.push(tag);
}
