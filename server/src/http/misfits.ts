const numbers = new Intl.NumberFormat('en-GB');
const choices = new Intl.ListFormat('en-GB', { type: 'disjunction' });

const types: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object with fields',
  null: 'null',
};

const formats: Record<string, string> = {
  email: 'an e-mail address',
  uuid: 'an id (a UUID)',
  date: 'a day, as in 2026-05-03',
  datetime: 'a moment with its time zone, as in 2026-05-03T14:30:00Z',
};

const unfit = 'This does not fit.';

const units: Record<string, [one: string, many: string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

/** What zod's issues tell besides their code (zod 4, `$ZodIssue`), as far as a sentence is made of it. */
interface Particulars {
  expected?: string;
  format?: string;
  origin?: string;
  maximum?: number | bigint;
  minimum?: number | bigint;
  inclusive?: boolean;
  values?: unknown[];
}

/**
 * Why a value does not fit, in a sentence for a person.
 * @param code of zod's issue
 * @param particulars the rest of zod's issue
 * @param value what was sent; `undefined` where nothing was
 * @param own the message: with the code `custom`, the contract's own sentence
 */
export function misfitSentence(
  code: string,
  particulars: Particulars,
  value: unknown,
  own: string | undefined,
): string {
  if (code === 'custom' && own) return own;
  if (value === undefined) return 'This is missing.';
  const { expected = '', format = '', origin = '', values = [], inclusive = true } = particulars;
  switch (code) {
    case 'invalid_type':
      return expected in types ? `This has to be ${types[expected]}.` : unfit;
    case 'invalid_format':
      return format in formats ? `This has to be ${formats[format]}.` : unfit;
    case 'invalid_value':
      return `This has to be ${choices.format(values.map((one) => JSON.stringify(one)))}.`;
    case 'too_big':
      return limit(inclusive ? 'at most' : 'less than', origin, particulars.maximum);
    case 'too_small':
      if (origin in units && particulars.minimum === 1) return 'This must not be empty.';
      return limit(inclusive ? 'at least' : 'more than', origin, particulars.minimum);
    default:
      return unfit;
  }
}

/** "This has to be at most 24.", "This has to have at most 200 characters." */
function limit(words: string, origin: string, bound: number | bigint = 0): string {
  const [one, many] = units[origin] ?? [];
  const amount = `${words} ${numbers.format(bound)}`;
  return many
    ? `This has to have ${amount} ${bound === 1 ? one : many}.`
    : `This has to be ${amount}.`;
}

// Fastify's names for what is wrong with a body before anybody looks into it.
const unreadable: Record<string, string> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty: send JSON, or no content type.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not JSON, although its content type says so.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE:
    'The body has to be JSON, with the content type application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
};

/** Why a request could not be read at all. @param reason the code of Fastify's error */
export function unreadableSentence(reason: unknown): string {
  return unreadable[String(reason)] ?? 'The request cannot be read.';
}
