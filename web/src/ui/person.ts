/** Each carries white text with a contrast of 4.5 or more. */
const personColours = [
  '#b4573d',
  '#44699c',
  '#7c604e',
  '#5f7431',
  '#7a55b8',
  '#0e6b64',
  '#a5497a',
  '#4d6673',
  '#56539e',
  '#2f7440',
  '#9c3f4f',
  '#86602a',
] as const;

/** The first letters of the first and the last name: "Amira Khan" → "AK". */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return ends
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase('en-GB');
}

/** The same colour for the same person, everywhere and always. */
export function personColour(id: string): string {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.charCodeAt(0)) >>> 0;
  return personColours[sum % personColours.length] ?? personColours[0];
}

export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name;
}
