// Runs in the page and is worth the list of what could run or fetch there: elements, handlers, addresses that are code.
(() => {
  const found = [];
  const forbidden = new Set("script iframe object embed base meta link style audio video".split(" "));
  const addresses = new Set("href src action formaction data srcdoc xlink:href".split(" "));
  const main = document.querySelector("main") ?? document.body;
  for (const element of document.body.querySelectorAll("*")) {
    const name = element.tagName.toLowerCase();
    if (main.contains(element) && forbidden.has(name)) found.push(name);
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith("on")) found.push(`${name} ${attribute}`);
      if (addresses.has(attribute) && /^[\s\p{Cc}]*(?:javascript|vbscript|data:text)/iu.test(value))
        found.push(`${name} ${attribute}=${value}`);
      // A link may lead elsewhere when somebody clicks it; nothing may be fetched from there unasked.
      if (attribute === "src" && value.includes("evil.invalid")) found.push(`${name} ${attribute}=${value}`);
    }
  }
  return found;
})();
