import './strings.ts';
import type { Recording } from '@second-look/core/contract';
import { formatClock, formatDate, toDay } from '../../app/format.ts';
import { i18n, language } from '../../app/i18n.ts';
import { firstName } from '../../ui/person.ts';

export type Audience = NonNullable<Recording['audience']>;

export interface SentenceOptions {
  now?: Date;
  /** `full`: "Seen by you and Carys, until 3 May". `short`, for a card: "You and Carys, until 3 May". */
  form?: 'full' | 'short';
  /** At most so many are named, the others counted. All are named where this is left out. */
  most?: number;
}

/** Says in one sentence who can see a recording of the reader's own. */
export function audienceSentence(
  audience: Audience,
  { now = new Date(), form = 'full', most = Number.POSITIVE_INFINITY }: SentenceOptions = {},
): string {
  const t = i18n.getFixedT(language, 'recordings');
  const seeing = audience.filter(({ expiresAt }) => !expiresAt || new Date(expiresAt) > now);
  if (seeing.length === 0) return t('audience.onlyYou');

  const until = (expiresAt: string) => {
    const date = new Date(expiresAt);
    return toDay(date) === toDay(now) ? formatClock(date) : formatDate(date, { now });
  };
  const ends = new Set(seeing.map(({ expiresAt }) => expiresAt && until(expiresAt)));
  const sharedEnd = ends.size === 1 ? [...ends][0] : null;

  // One left over is named rather than counted: "1 other" would take as much room as the name.
  const named = seeing.length <= most + 1 ? seeing : seeing.slice(0, most);
  const names = shortNames(seeing).slice(0, named.length);
  const people = named.map(({ expiresAt }, index) =>
    expiresAt && !sharedEnd
      ? t('audience.nameUntil', { name: names[index], date: until(expiresAt) })
      : (names[index] ?? ''),
  );
  const others = seeing.length - named.length;
  const list = new Intl.ListFormat(language).format([
    t(form === 'full' ? 'audience.you' : 'audience.You'),
    ...people,
    ...(others > 0 ? [t('audience.others', { count: others })] : []),
  ]);
  const who = form === 'full' ? t('audience.seenBy', { list }) : list;
  return sharedEnd ? t('audience.until', { who, date: sharedEnd }) : who;
}

/** First names where they tell people apart, whole names where they do not. Groups keep their names. */
export function shortNames(named: Pick<Audience[number], 'type' | 'name'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { type, name } of named) {
    const short = type === 'user' ? firstName(name) : name;
    counts.set(short, (counts.get(short) ?? 0) + 1);
  }
  return named.map(({ type, name }) =>
    type === 'user' && counts.get(firstName(name)) === 1 ? firstName(name) : name,
  );
}
