/** What the store promises about single values by a key. */

export interface SettingStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** Adds one and returns it: the gateway's epoch. */
  increment(key: string): Promise<number>;
}
