/** A labelled choice among known values, each with its own words. */
import { Select } from "./select.tsx";

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  texts: Readonly<Record<T, string>>;
  error?: string | undefined;
  onChange: (value: T) => void;
}

export const Choice = <T extends string>({ label, value, texts, error, onChange }: ChoiceProps<T>) => {
  const isKnown = (given: string): given is T => given in texts;
  return (
    <Select
      label={label}
      value={value}
      error={error}
      onChange={({ target }) => isKnown(target.value) && onChange(target.value)}
    >
      {Object.keys(texts)
        .filter(isKnown)
        .map((known) => (
          <option key={known} value={known}>
            {texts[known]}
          </option>
        ))}
    </Select>
  );
};
