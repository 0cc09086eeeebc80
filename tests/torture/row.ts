/** What a row of the torture table is: a fault, the goal, and what came of it. */

export interface RowOptions {
  seed: number;
  /** The form that belongs into every test run. */
  short: boolean;
  /** Tells how far it has come. */
  say: (line: string) => void;
}

export interface RowReport {
  /** What was done and measured, for the table. */
  figures: string[];
  /** Where the goal was missed; empty is a pass. */
  faults: string[];
  /** Why it could not run here. */
  skipped?: string;
}

export interface Row {
  number: number;
  fault: string;
  goal: string;
  run(options: RowOptions): Promise<RowReport>;
}
