/** Which of the bot's messages is the one that shows a longer turn at work; the answer comes after it. */

export const isStatus = (text: string): boolean => /^⏳ [^\n]+ · (?:\d+ min )?\d+ s(?:\n|$)/.test(text);
