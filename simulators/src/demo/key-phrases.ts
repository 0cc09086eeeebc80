/** What a task is about, in a few of its own words: those between the small ones. Pure. */

const small = new Set(
  "a about above after all also an and are as at be been but by can could do does each every few find for from get give had has have he her here his how i if in into is it its just let like make many me more most much must my no nor not of off on only or other our out over please plan prepare say she should show so some such suggest tell than that the their them then there these they this those through to too under up us very was we were what when where which while who whom why will with would write you your".split(
    " ",
  ),
);
const usual = ["the question itself", "the limits", "the next step"] as const;

/** Three, in the order in which the text has them; the usual ones stand in where it has fewer. */
export function keyPhrases(text: string): [string, string, string] {
  const phrases: string[] = [];
  for (const part of text.split(/[^\p{L}\p{N}'’ -]+/u)) {
    let words: string[] = [];
    const flush = (): void => {
      const phrase = words.slice(-3).join(" ");
      if (phrase.length > 2 && !phrases.includes(phrase)) phrases.push(phrase);
      words = [];
    };
    for (const word of part.split(/\s+/)) {
      if (word === "" || small.has(word.toLowerCase())) flush();
      else words.push(word);
    }
    flush();
  }
  const [one = usual[0], two = usual[1], three = usual[2]] = phrases;
  return [one, two, three];
}
