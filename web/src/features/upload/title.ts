import './strings.ts';
import { formatDate, toDate, toDay } from '../../app/format.ts';
import { i18n } from '../../app/i18n.ts';

/** Names that cameras, recorders, phones and apps give by themselves. They say nothing of the lesson. */
const cameraName =
  /^(img|mvimg|vid|video|aud|audio|ptt|voice([ _-]?(memo|note|recording))?|memo|zoom|mov|movie|mvi|dsc[nf]?|dji|gopr|g[hxp]|pxl|clip|rec|((new|standard) )?recording|screen ?rec(ording)?|rpreplay|whatsapp (video|audio|ptt)|export|untitled|sequence|lesson)?(?:at|am|pm|hd|mp|wa|copy|final|[\s\d.:,()~-])*$/i;
/** iOS names a trimmed or exported video by a random id. */
const randomName = /^(trim\.)?[0-9a-f]{4,}(-[0-9a-f]{4,})*$/i;
const datePattern =
  /(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d{3,5}(?!\d))/;
/** What may follow a date: `_104512`, `-WA0003`, ` at 10.45.12`. */
const timePattern = /^[\sT_-]*(?:at[\s_])?([01]\d|2[0-3])[-_.:]?[0-5]\d[-_.:]?[0-5]\d(?!\d)/i;

export interface Guess {
  title: string;
  /** A calendar day, `2026-11-12`. */
  lessonDate: string;
}

/**
 * Guesses a lesson's title and date from its file: "8M2 fractions_starter 2026-11-12.mp4" is called
 * "8M2 fractions starter"; "IMG_2041.MOV" says nothing and becomes "Lesson on 12 November".
 */
export function guessTitle(filename: string, lastModifiedMs: number, now = new Date()): Guess {
  let name = filename.replace(/\.[a-z0-9]{2,5}$/i, '');
  let day = toDay(new Date(lastModifiedMs || now.getTime()));

  const found = datePattern.exec(name);
  if (found) {
    const [text, year, month, date] = found;
    const before = name.slice(0, found.index);
    const after = name.slice(found.index + text.length).replace(timePattern, '');
    const named = new Date(Number(year), Number(month) - 1, Number(date));
    // 31 February is a number, not a date; a day to come is not when it was filmed.
    if (named.getDate() === Number(date) && named <= now) {
      name = `${before} ${after}`;
      day = toDay(named);
    }
  }
  const words = name.replace(/_+/g, ' ').replace(/\s+/g, ' ').trim();
  const trimmed = words.replace(/^[\s\-–,.]+|[\s\-–,.]+$/g, '');
  const isTelling = /\p{L}/u.test(trimmed) && !cameraName.test(trimmed) && !isRandom(trimmed);
  return {
    title: isTelling
      ? trimmed.slice(0, 200)
      : i18n.t('upload:guess', { date: formatDate(toDate(day), { now, month: 'long' }) }),
    lessonDate: day,
  };
}

/** "facade" is a word; eight hexadecimal digits or more, or any behind "trim.", are none. */
function isRandom(name: string): boolean {
  return randomName.test(name) && (/^trim\./i.test(name) || /\d/.test(name)) && name.length >= 8;
}
