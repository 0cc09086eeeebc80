/** A tool's input as people read it: a command, an edit, a file's new text, a list of things to do, or named fields. */

export interface Edit {
  before: string;
  after: string;
}

export type ToolInput =
  | { type: "command"; command: string; about: string | null }
  | { type: "edits"; file: string; edits: readonly Edit[] }
  | { type: "write"; file: string; text: string }
  | { type: "todos"; items: readonly { text: string; state: string }[] }
  | { type: "fields"; fields: readonly { name: string; value: string }[] }
  /** What could not be read as fields, as it came. */
  | { type: "text"; text: string };

type Fields = Record<string, unknown>;

/** `input` is JSON text, possibly cut at its end; what is there of it is read. `null` when there is nothing to show. */
export const readToolInput = (input: string | null): ToolInput | null => {
  if (input === null || input.trim() === "") return null;
  const fields = parseFields(input);
  if (fields === null) return { type: "text", text: input };
  return asCommand(fields) ?? asEdits(fields) ?? asWrite(fields) ?? asTodos(fields) ?? asFields(fields);
};

/** The fields of a JSON object, also of one that is cut in the middle of a text; `null` for anything else. */
export const parseFields = (input: string): Fields | null => {
  const cut = input.replace(/…$/, "");
  for (const end of ["", '"}', "}", '"}]}', "]}", '"]}', "}]}"]) {
    const fields = parseObject((end === "" ? input : cut) + end);
    if (fields !== null) return fields;
    // Cut in the middle of an escape, such as `\u00`.
    const whole = end.startsWith('"') ? parseObject(cut.replace(/\\(?:u[\da-f]{0,3})?$/i, "") + end) : null;
    if (whole !== null) return whole;
  }
  return null;
};

const parseObject = (text: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
};

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const asCommand = (fields: Fields): ToolInput | null => {
  const command = textOf(fields["command"]);
  return command === null ? null : { type: "command", command, about: textOf(fields["description"]) };
};

const asEdits = (fields: Fields): ToolInput | null => {
  const file = textOf(fields["file_path"]);
  if (file === null) return null;
  const list = Array.isArray(fields["edits"]) ? fields["edits"] : [fields];
  const edits = list.filter(isFields).flatMap((edit): Edit[] => {
    const [before, after] = [textOf(edit["old_string"]), textOf(edit["new_string"])];
    return before === null ? [] : [{ before, after: after ?? "" }];
  });
  return edits.length === 0 ? null : { type: "edits", file, edits };
};

const asWrite = (fields: Fields): ToolInput | null => {
  const [file, text] = [textOf(fields["file_path"]), textOf(fields["content"])];
  return file === null || text === null ? null : { type: "write", file, text };
};

const asTodos = (fields: Fields): ToolInput | null => {
  if (!Array.isArray(fields["todos"])) return null;
  const items = fields["todos"].filter(isFields).map((item) => ({
    text: textOf(item["content"]) ?? "",
    state: textOf(item["status"]) ?? "",
  }));
  return { type: "todos", items };
};

const asFields = (fields: Fields): ToolInput => ({
  type: "fields",
  fields: Object.entries(fields).map(([name, value]) => ({
    name: name.replaceAll("_", " "),
    value: textOf(value) ?? JSON.stringify(value, null, 2),
  })),
});
