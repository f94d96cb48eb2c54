import { mkdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { claim } from '@second-look/infra/embedded/claim';
import { StoreFull } from '@second-look/infra/object-store';
import { type LetGo, letGo } from './backups/let-go.ts';
import { asOwner } from './backups/owner.ts';
import { type TakenBackup, takeBackup } from './backups/take.ts';
import { type Lacking, unseenTo, whoLacks } from './checks/lacking.ts';
import { tellIds } from './checks/report.ts';
import { type Command, type ExitCode, OperatorProblem, UsageProblem } from './command.ts';
import { openStoreNow } from './store.ts';
import { bytesInWords, counted } from './words.ts';

export const backupCommand: Command = {
  usage: '<folder> [--keep <number>]',
  summary: 'copy everything that is needed to start again elsewhere, while it runs',
  help: `Writes a backup into the folder: the rows of the database as they are at one moment, and every object
(videos and what was made of them) that these rows name. Servers, workers and people go on; only deleting for
good waits until it is done. The folder holds any number of backups, each named by its moment, and one
objects/ that they share: an object that is there is not copied again, so the second backup takes little time
and room.

--keep 30 lets go of all but the newest 30 backups afterwards, and of the objects that only the others had.
Without it everything stays, also what has been deleted for good in the installation.

A backup that was cut short ends in .unfinished and counts for nothing; the next one clears it away and goes
on with the objects that it had copied. Keep the folder on another disk, better on another machine, and as
closed as the installation itself: it holds every lesson and every word.

Not in it: the SECRET (keep it elsewhere, apart from the backup), who is signed in (people sign in again
after a restore), the queue (it fills itself) and uploads that are under way.

It ends with 1 where the store lacks an object that a row names, or holds a damaged one: the backup is
finished nevertheless, and \`second-look check\` says more. What is known to be lost, because its owner is told
of it, it lists and ends well; so it does where the trash lacks objects, or a step under way makes them anew.`,
  options: { keep: { type: 'string' } },
  words: [1, 1],
  async run({ open, words: [word = ''], options, say }) {
    const folder = resolve(word);
    const keep = options.keep === undefined ? undefined : Number(options.keep);
    if (keep !== undefined && !(Number.isInteger(keep) && keep > 0))
      throw new UsageProblem('--keep takes how many backups stay: a whole number from 1.');
    const { config, shape } = await open({ mayBeBehind: true });
    if (!relative(config.dataDir, folder).startsWith('..'))
      throw new OperatorProblem(
        `${folder} lies inside the data folder and would be lost with it: choose a folder on another disk.`,
      );
    if (shape.later.length > 0)
      say(
        `The database is ahead of this release, which does not know ${shape.later.join(', ')}: only the release that was here, or a later one, can restore this backup.`,
      );
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const held = await claim(folder, [], 'command');
      try {
        const store = await openStoreNow(config, say);
        return await takeBackup(config, store, folder, async (taken) => {
          const { lacking } = taken.objects;
          // An earlier release's rows cannot be asked whose objects they are.
          const whose =
            lacking.length > 0 && shape.missing.length === 0
              ? await asOwner(config, 'begin', (client) => whoLacks(client, lacking))
              : undefined;
          const code = report(taken, whose, say);
          if (keep !== undefined) reportLetGo(await letGo(folder, keep), say);
          return code;
        });
      } finally {
        held.release();
      }
    } catch (error) {
      throw explain(error, folder);
    }
  },
};

/** The folder, the rows or the objects: whichever came upon it first. */
function explain(error: unknown, folder: string): unknown {
  const { code, path } = error as NodeJS.ErrnoException;
  if (error instanceof StoreFull || code === 'ENOSPC')
    return new OperatorProblem(
      `There is no room left in ${folder}: make some and start the backup again, it goes on where it stopped.`,
    );
  const isForbidden = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  const ways = path === undefined ? [] : [relative(folder, path), relative(path, folder)];
  if (isForbidden && ways.some((way) => !way.startsWith('..')))
    return new OperatorProblem(
      `The folder ${folder} cannot be written (${code}): it must belong to the user that this runs as (id ${process.getuid?.()}), on a disk that takes writing.`,
    );
  return error;
}

function reportLetGo({ backups, objects, sizeBytes }: LetGo, say: (line: string) => void) {
  if (backups + objects > 0)
    say(
      `Let go of ${counted(backups, 'older backup')} and ${counted(objects, 'object')} (${bytesInWords(sizeBytes)}) that no other has.`,
    );
}

function report(
  { path, manifest, objects }: TakenBackup,
  whose: Lacking | undefined,
  say: (line: string) => void,
): ExitCode {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  say(
    `The backup is in ${path}: ${counted(rows, 'row')} of ${counted(manifest.tables.length, 'table')}, ${counted(objects.count, 'object')} (${bytesInWords(objects.sizeBytes)}), of which ${objects.newCount} (${bytesInWords(objects.newBytes)}) were copied now.`,
  );
  say('Not in it: the SECRET, which a restore may need: keep it elsewhere.');
  const { missing, damaged } = objects;
  if (missing + damaged === 0) return 0;
  const what = `The store lacks ${counted(missing, 'object')} that rows name, and holds ${counted(damaged, 'damaged one')}`;
  const known = whose?.known ?? [];
  const unknown = whose ? unseenTo(whose) : [];
  const isTrouble = !whose || unknown.length + whose.others > 0;
  say(isTrouble ? `${what}: see second-look check.` : `${what}, all of which is known.`);
  tellIds(unknown, say);
  if (known.length > 0) {
    say(`Known to be lost, and their owners told, of ${counted(known.length, 'recording')}:`);
    tellIds(known, say);
  }
  return isTrouble ? 1 : 0;
}
