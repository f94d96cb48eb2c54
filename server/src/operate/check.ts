import type { Config } from '@second-look/infra/config';
import { openStore, placeOf } from '@second-look/infra/object-store/open';
import { type Findings, look } from './checks/look.ts';
import { type Mended, mend } from './checks/mend.ts';
import { type Command, OperatorProblem } from './command.ts';
import { bytesInWords, counted } from './words.ts';

export const checkCommand: Command = {
  usage: '[--mend [--accept-loss]]',
  summary: 'find objects without rows and rows without objects, and mend them on request',
  help: `Holds the store against the database, while the product runs: objects that no row names, objects that rows
name and the store does not have or has in another size, uploads that arrived whole and that the store never
completed, and uploads under way that have lost bytes. It says how many, and names nothing.

With --mend it removes objects that no row names and that are a day old; completes uploads and has them
prepared; has recordings prepared again whose pictures or sound are missing; tells the owner of a recording
whose video is gone for good, where nothing of it can be watched; and lets lost uploads begin anew. A recording
that lost what was uploaded and can still be watched is left as it is: a backup may have it. Where most of what
rows name is not there it changes nothing, because then it is most likely the wrong store or a disk that is not
mounted; --accept-loss says that it is neither.

Never use --mend after the database alone was set back to an earlier day: it no longer names the lessons that
were uploaded since, and they are deleted once they are a day old.

It ends with 1 where something was found, with --mend where something is left.`,
  options: { mend: { type: 'boolean' }, 'accept-loss': { type: 'boolean' } },
  words: [0, 0],
  async run({ open, options, say }) {
    const { config } = await open();
    const store = await openStore(config, say);
    const findings = await look(config, store);
    say(
      `The store holds ${counted(findings.objects, 'object')} (${bytesInWords(findings.sizeBytes)}).`,
    );
    const { orphans, unmade, uncompleted, lost, brokenUploads, unsourced, otherMissing, young } =
      findings;
    if (young > 0) say(`Too young to be judged, and left alone: ${counted(young, 'object')}.`);
    const mendable = [orphans, unmade, uncompleted, lost, brokenUploads].flat().length;
    const others = unsourced + otherMissing;
    if (mendable + others === 0) {
      say('All is well: every older object is named by a row, and every row has its objects.');
      return 0;
    }
    if (options.mend) refuseOtherStore(config, findings, options['accept-loss'] === true);
    const mended = options.mend ? await mend(config, store, findings) : undefined;
    report(findings, mended, say);
    const isMended = mended?.isAllDeleted && mended.uploads.refused.length === 0;
    return isMended && others === 0 ? 0 : 1;
  },
};

/**
 * A store that is not the database's, or a disk that is not mounted, looks as if nearly everything were lost:
 * what follows from that (lessons given up, objects deleted) would stay when the right one came back.
 */
function refuseOtherStore(config: Config, findings: Findings, isLossAccepted: boolean) {
  const { orphans, found, missing } = findings;
  if (found === 0 && orphans.length > 0)
    throw new OperatorProblem(
      'The database names nothing of what the store holds, so nothing was changed: look whether DATABASE_URL, DATA_DIR and S3_* are of one installation.',
    );
  if (missing > found && !isLossAccepted)
    throw new OperatorProblem(
      `Of ${counted(found + missing, 'object')} that rows name, ${missing} are not in ${placeOf(config)}, so nothing was changed: look whether its disk is mounted and whether DATABASE_URL, DATA_DIR and S3_* are of one installation. Where they really are lost, and no backup has them, add --accept-loss.`,
    );
}

function report(findings: Findings, mended: Mended | undefined, say: (line: string) => void) {
  const { orphans, orphanBytes, unmade, brokenUploads, unsourced, otherMissing } = findings;
  const uploads = mended?.uploads ?? { completed: findings.uncompleted, lost: [], refused: [] };
  const lost = [...findings.lost, ...uploads.lost];
  const tell = (count: number, what: string, done: string, todo: string) => {
    if (count > 0) say(`${what}: ${mended ? done : todo}.`);
  };
  tell(
    orphans.length,
    `No row names ${counted(orphans.length, 'object')} (${bytesInWords(orphanBytes)})`,
    mended?.isAllDeleted ? 'removed' : 'left, because a backup is at work: try again after it',
    '--mend removes them',
  );
  tell(
    unmade.length,
    `Pictures or sound are missing of ${counted(unmade.length, 'recording')}`,
    'being prepared again',
    '--mend has them prepared again',
  );
  tell(
    uploads.completed.length,
    `What was uploaded arrived whole and is to be completed of ${counted(uploads.completed.length, 'recording')}`,
    'completed, and being prepared',
    '--mend completes it and has it prepared',
  );
  tell(
    uploads.refused.length,
    `What was uploaded could not be completed of ${counted(uploads.refused.length, 'recording')}`,
    'left, because the store refused it: look at the store, and try again',
    '',
  );
  tell(
    lost.length,
    `What was uploaded is missing, and nothing can be watched, of ${counted(lost.length, 'recording')}`,
    'their owners are told',
    'restore a backup that has it, or tell their owners with --mend',
  );
  tell(
    brokenUploads.length,
    `Bytes are lost of ${counted(brokenUploads.length, 'upload')} under way`,
    'they begin anew',
    '--mend lets them begin anew',
  );
  if (unsourced > 0)
    say(
      `What was uploaded is missing of ${counted(unsourced, 'recording')} that can still be watched: a backup may have it.`,
    );
  if (otherMissing > 0)
    say(`Rows name ${counted(otherMissing, 'other object')} that is not there.`);
}
