/** The schedules that the simple form can say, to and from cron. */

export interface SimpleSchedule {
  repeat: "hourly" | "daily" | "weekdays" | "weekly" | "monthly";
  /** "09:00"; of an hourly one only the minutes count. */
  time: string;
  /** 0 is Sunday; of a weekly one. */
  weekday: number;
  /** Of a monthly one. */
  dayOfMonth: number;
}

export const defaultSimple: SimpleSchedule = { repeat: "weekdays", time: "09:00", weekday: 1, dayOfMonth: 1 };

export const toCron = ({ repeat, time, weekday, dayOfMonth }: SimpleSchedule): string => {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  switch (repeat) {
    case "hourly":
      return `${minute} * * * *`;
    case "daily":
      return `${minute} ${hour} * * *`;
    case "weekdays":
      return `${minute} ${hour} * * 1-5`;
    case "weekly":
      return `${minute} ${hour} * * ${weekday}`;
    case "monthly":
      return `${minute} ${hour} ${dayOfMonth} * *`;
    default:
      return repeat satisfies never;
  }
};

/** Null for what only cron can say. */
export const fromCron = (expression: string): SimpleSchedule | null => {
  const match = /^(\d{1,2}) (\d{1,2}|\*) (\d{1,2}|\*) \* (1-5|[0-6]|\*)$/.exec(expression);
  if (!match) return null;
  const [, minute = "", hour = "", day = "", weekday = ""] = match;
  const time = `${(hour === "*" ? "0" : hour).padStart(2, "0")}:${minute.padStart(2, "0")}`;
  const simple = { ...defaultSimple, time };
  if (hour === "*") return day === "*" && weekday === "*" ? { ...simple, repeat: "hourly" } : null;
  if (day !== "*") return weekday === "*" ? { ...simple, repeat: "monthly", dayOfMonth: Number(day) } : null;
  if (weekday === "*") return { ...simple, repeat: "daily" };
  if (weekday === "1-5") return { ...simple, repeat: "weekdays" };
  return { ...simple, repeat: "weekly", weekday: Number(weekday) };
};
