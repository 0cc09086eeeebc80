/** A secret that an older Praktor kept in clear in its database. */
import type { SettingStore } from "./store/contract/setting-store.ts";

/** Moves it, and only then writes over it, as long as it was, so that its bytes are gone from the file too. Null: there is none. */
export async function moveFormerSetting(
  settings: SettingStore,
  key: string,
  move: (value: string) => Promise<void>,
): Promise<string | null> {
  const value = await settings.get(key);
  if (value === null || /^-*$/.test(value)) return null;
  await move(value);
  await settings.set(key, "-".repeat(value.length));
  return value;
}
