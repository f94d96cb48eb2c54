/**
 * The addresses in what somebody typed or pasted: with commas, semicolons or blanks between, a line each, or as
 * mail programs write them, `Nia Rees <nia@school.test>`. Each once.
 */
export function addressesIn(text: string): string[] {
  const named = text.replace(/"[^"]*"/g, ' ');
  const plain = named.replace(/[^<,;\n]*<([^>]*)>/g, ' $1 ');
  const words = plain.split(/[\s,;]+/).filter((word) => word !== '');
  return [...new Map(words.map((word) => [word.toLowerCase(), word])).values()];
}
