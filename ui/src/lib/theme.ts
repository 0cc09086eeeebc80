/** The theme: the person's choice where there is one, else the system's. `public/theme.js` applies it before the first paint. */
import { useSyncExternalStore } from "react";

export type Theme = "dark" | "light";

const KEY = "praktor.theme";
const listeners = new Set<() => void>();

const current = (): Theme => (document.documentElement.dataset["theme"] === "light" ? "light" : "dark");

const apply = (theme: Theme): void => {
  document.documentElement.dataset["theme"] = theme;
  for (const listener of listeners) listener();
};

const chosen = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  const system = matchMedia("(prefers-color-scheme: light)");
  const follow = (): void => {
    if (chosen() === null) apply(system.matches ? "light" : "dark");
  };
  system.addEventListener("change", follow);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", follow);
  };
};

/** The theme in force and what turns it over; the choice is kept in this browser. */
export const useTheme = (): [Theme, () => void] => {
  const theme = useSyncExternalStore(subscribe, current);
  const toggle = (): void => {
    const next = theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // Without storage the choice holds until the page is closed.
    }
    apply(next);
  };
  return [theme, toggle];
};
