/** A value that is being typed, once it has stood for a moment. */
import { useEffect, useState } from "react";

export const useSettled = (value: string, delayMs = 250): string => {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
};
