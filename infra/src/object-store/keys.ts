const part = '[A-Za-z0-9][A-Za-z0-9._-]*';
const key = new RegExp(`^${part}(?:/${part})*$`);
const folder = new RegExp(`^(?:${part}/)+$`);
const prefix = new RegExp(`^(?:${part}/)*(?:${part})?$`);

/** Whether a name that is found in a store can be a key; a part of one can stand alone. */
export function isKey(text: string): boolean {
  return key.test(text);
}

/** The shape of keys is the same on every store, so that what one takes another takes too. @throws where it is none */
export function checkKey(text: string): string {
  return check(text, key);
}

/** A key's beginning that ends with `/`. @throws where it is none */
export function checkFolder(text: string): string {
  return check(text, folder);
}

/** A key's beginning, also the empty one. @throws where it is none */
export function checkPrefix(text: string): string {
  return check(text, prefix);
}

function check(text: string, shape: RegExp): string {
  if (!shape.test(text)) throw new Error(`No key of an object: ${text}`);
  return text;
}
