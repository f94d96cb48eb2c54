const rightToLeft = /[\p{Bidi_C}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]/u;

/**
 * What somebody wrote, to stand within other words: whichever way it runs, and whatever marks of direction it
 * holds, the words around it keep their order (Unicode Annex 9: FIRST STRONG ISOLATE to its POP).
 */
export function isolated(text: string): string {
  if (!rightToLeft.test(text)) return text;
  // Its own isolates are left out: a POP among them would end this one.
  return `\u2068${text.replace(/[\u2066-\u2069]/g, '')}\u2069`;
}
