import { resolve } from 'node:path';
import type { Config } from '@second-look/infra/config';
import { placeOf } from '@second-look/infra/object-store/open';
import { bringBack } from './checks/bring-back.ts';
import { type Findings, look } from './checks/look.ts';
import { mend } from './checks/mend.ts';
import { reportKnown, reportTrouble } from './checks/report.ts';
import { type Command, OperatorProblem, UsageProblem } from './command.ts';
import { openStoreNow } from './store.ts';
import { bytesInWords, counted } from './words.ts';

export const checkCommand: Command = {
  usage: '[--mend [--from <folder of backups>] [--accept-loss]]',
  summary: 'find objects without rows and rows without objects, and mend them on request',
  help: `Holds the store against the database, while the product runs: objects that no row names, objects that rows
name and the store does not have or has in another size, uploads that arrived whole and that the store never
completed, and uploads under way that have lost bytes. It says how many, and the ids of the recordings; no
title is shown.

With --mend it removes objects that no row names and that are a day old; completes uploads and has them
prepared; has recordings prepared again whose pictures or sound are missing; tells the owner of a recording
whose video is gone for good, where nothing of it can be watched; and lets lost uploads begin anew. A recording
that lost what was uploaded and can still be watched is left as it is: a backup may have it.

--from takes a folder of backups, and first brings back every object that is missing and that one of them has,
each checked as it goes. Nothing else is taken from them. A recording whose loss its owner was told of is
prepared again once it has what was uploaded.

Where most of what rows name is not there --mend changes nothing, because then it is most likely the wrong
store or a disk that is not mounted. --accept-loss says that it is neither and that no backup has it, and has
the owners told also of what is lost while it can still be watched. What they are told of is listed as known
from then on, by backups as well.

Never use --mend after the database alone was set back to an earlier day: it no longer names the lessons that
were uploaded since, and they are deleted once they are a day old.

It ends with 1 where something was found that nobody has seen to, with --mend where something is left.`,
  options: {
    mend: { type: 'boolean' },
    from: { type: 'string' },
    'accept-loss': { type: 'boolean' },
  },
  words: [0, 0],
  async run({ open, options, say }) {
    const isMending = options.mend === true;
    const isLossAccepted = options['accept-loss'] === true;
    const from = typeof options.from === 'string' ? resolve(options.from) : undefined;
    if (!isMending && (isLossAccepted || from !== undefined))
      throw new UsageProblem('--from and --accept-loss say how to mend: add --mend.');
    const { config } = await open();
    const store = await openStoreNow(config, say);
    let findings = await look(config, store);
    say(
      `The store holds ${counted(findings.objects, 'object')} (${bytesInWords(findings.sizeBytes)}).`,
    );
    // What is known to be lost says nothing against the store, unless it is to be put there.
    const missing = findings.missing - (from === undefined ? findings.knownObjects : 0);
    if (isMending && (hasTrouble(findings) || from !== undefined))
      refuseOtherStore(config, { ...findings, missing }, isLossAccepted);
    if (from !== undefined) {
      const back = await bringBack(from, store, findings.missingObjects);
      say(`Brought back from ${from}: ${counted(back, 'object')}.`);
      if (back > 0) findings = await look(config, store);
    }
    const isAnythingGone = reportKnown(findings, say);
    if (!hasTrouble(findings)) {
      if (!isAnythingGone)
        say('All is well: every older object is named by a row, and every row has its objects.');
      return 0;
    }
    const mended = isMending ? await mend(config, store, findings, isLossAccepted) : undefined;
    reportTrouble(findings, { mended, isLossAccepted }, say);
    const isMended = mended?.isAllDeleted && mended.uploads.refused.length === 0;
    const isLeft = findings.others > 0 || (!isLossAccepted && findings.unsourced.length > 0);
    return isMended && !isLeft ? 0 : 1;
  },
};

/** Whether something was found that somebody has to see to. */
function hasTrouble(findings: Findings): boolean {
  const { orphans, unmade, uncompleted, lost, brokenUploads, unsourced, returned } = findings;
  const lists = [orphans, unmade, uncompleted, lost, brokenUploads, unsourced, returned];
  return lists.flat().length + findings.others > 0;
}

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
