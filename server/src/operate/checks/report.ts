import { bytesInWords, counted } from '../words.ts';
import type { Findings } from './look.ts';
import type { Mended } from './mend.ts';

type Say = (line: string) => void;

/** As many ids as are told of one kind. */
const most = 20;

/** Tells the ids of recordings, one a line, and never what they are called. */
export function tellIds(ids: string[], say: Say) {
  for (const id of ids.slice(0, most)) say(`  ${id}`);
  if (ids.length > most) say(`  and ${ids.length - most} more`);
}

/** Tells what was found and needs nobody. @returns whether there was anything that is not there */
export function reportKnown(findings: Findings, say: Say): boolean {
  const { known, remaking, trashed, unshown, young } = findings;
  if (young > 0) say(`Too young to be judged, and left alone: ${counted(young, 'object')}.`);
  if (unshown > 0)
    say(`Missing of versions that nobody is shown, and left alone: ${counted(unshown, 'object')}.`);
  const tell = (ids: string[], what: string) => {
    if (ids.length === 0) return;
    say(what);
    tellIds(ids, say);
  };
  tell(
    remaking,
    `Pictures or sound are missing of ${counted(remaking.length, 'recording')}, and being made anew.`,
  );
  tell(
    trashed,
    `Objects are missing of ${counted(trashed.length, 'recording')} in the trash, and left alone: check again where one is taken back.`,
  );
  tell(
    known,
    `Known to be lost is what was uploaded of ${counted(known.length, 'recording')}: their owners are told, and a backup that has it brings it back with --mend --from.`,
  );
  return known.length + remaking.length + trashed.length > 0;
}

/** Tells what was found and what is to be done, or was done, about it. */
export function reportTrouble(
  findings: Findings,
  { mended, isLossAccepted }: { mended: Mended | undefined; isLossAccepted: boolean },
  say: Say,
) {
  const { orphans, orphanBytes, unmade, returned, brokenUploads, unsourced, others } = findings;
  const uploads = mended?.uploads ?? { completed: findings.uncompleted, lost: [], refused: [] };
  const tell = (count: number, what: string, done: string, todo: string) => {
    if (count > 0) say(`${what}: ${mended ? done : todo}.`);
  };
  const tellOf = (ids: string[], what: string, done: string, todo: string, which = '') => {
    tell(ids.length, `${what} of ${counted(ids.length, 'recording')}${which}`, done, todo);
    tellIds(ids, say);
  };
  tell(
    orphans.length,
    `No row names ${counted(orphans.length, 'object')} (${bytesInWords(orphanBytes)})`,
    mended?.isAllDeleted ? 'removed' : 'left, because a backup is at work: try again after it',
    '--mend removes them',
  );
  tellOf(
    unmade,
    'Pictures or sound are missing',
    'being prepared again',
    '--mend has them prepared again',
  );
  tellOf(
    returned,
    'What was lost is there again',
    'being prepared again',
    '--mend has it prepared again',
  );
  tellOf(
    uploads.completed,
    'What was uploaded arrived whole and is to be completed',
    'completed, and being prepared',
    '--mend completes it and has it prepared',
  );
  tellOf(
    uploads.refused,
    'What was uploaded could not be completed',
    'left, because the store refused it: look at the store, and try again',
    '',
  );
  tellOf(
    [...findings.lost, ...uploads.lost],
    'What was uploaded is missing, and nothing can be watched,',
    'their owners are told',
    'bring it back from a backup with --mend --from, or tell their owners with --mend',
  );
  tell(
    brokenUploads.length,
    `Bytes are lost of ${counted(brokenUploads.length, 'upload')} under way`,
    'they begin anew',
    '--mend lets them begin anew',
  );
  const elsewhere =
    'a backup may have it, for --mend --from; where none has, tell their owners with --mend --accept-loss';
  tellOf(
    unsourced,
    'What was uploaded is missing',
    isLossAccepted ? 'their owners are told' : elsewhere,
    elsewhere,
    ' that can still be watched',
  );
  if (others > 0) say(`Rows name ${counted(others, 'other object')} that is not there.`);
}
