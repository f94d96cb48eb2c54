import { join, resolve } from 'node:path';
import { listBackups, type Manifest, openObjects, readManifest } from './backups/folder.ts';
import { type Restored, restoreBackup } from './backups/restore.ts';
import { findDamage, refuseNewer, verifyRows } from './backups/verify.ts';
import { type Command, type ExitCode, OperatorProblem } from './command.ts';
import { insistOnAdminUrl } from './installation.ts';
import { openStoreNow } from './store.ts';
import { bytesInWords, counted } from './words.ts';

export const restoreCommand: Command = {
  usage: '<folder> [--backup <name>] [--verify]',
  summary: 'start again elsewhere from a backup, or look whether one is whole',
  help: `Restores the newest finished backup of the folder, or the one that --backup names, into an empty database
and an empty store: with the embedded database into an empty DATA_DIR while nothing runs on it; with engines
of your own into what DATABASE_URL, MIGRATOR_DATABASE_URL and S3_* name, with servers and workers stopped.
The store may be of another kind than the one it came from, and the release a later one; an earlier one is
refused. Tables that are there without a row are made anew.

First the rows are held against their checksums; a damaged file is named, and nothing is restored. Then the
objects are put, each checked as it goes, and the rows are loaded, all or none, and checked again as they came
out. Cut short, it can be called again and goes on.

Afterwards everybody signs in again; what was being prepared is prepared again; uploads that were under way
begin anew. Give it the SECRET of the installation that it came from where you have it. Another one works too:
the database's logins get new passwords from it. A PostgreSQL whose logins were made with another SECRET is
refused.

--verify restores nothing: it reads every file of the backup and says whether each is what it was.

It ends with 1 where an object of the backup is missing or damaged: everything else is restored, and
\`second-look check\` says what lacks it.`,
  options: { backup: { type: 'string' }, verify: { type: 'boolean' } },
  words: [1, 1],
  async run({ openBare, words: [word = ''], options, say }) {
    const folder = resolve(word);
    const backup = join(folder, await choose(folder, options.backup));
    const manifest = await readManifest(backup);
    const objects = await openObjects(folder);
    if (options.verify) {
      await refuseNewer(backup, manifest);
      await verifyRows(backup, manifest);
      return tellDamage(await findDamage(backup, objects), say, () =>
        say(`The backup ${backup} is whole: ${contents(manifest)}, every checksum is right.`),
      );
    }
    const installation = await openBare();
    const adminUrl = insistOnAdminUrl(installation);
    const { config } = installation;
    const place = { config, adminUrl, store: await openStoreNow(config, say) };
    const restored = await restoreBackup(place, backup, manifest, objects);
    return report(backup, manifest, restored, say);
  },
};

async function choose(folder: string, wanted: unknown): Promise<string> {
  const names = await listBackups(folder);
  const name = wanted === undefined ? names.at(-1) : names.find((one) => one === wanted);
  if (name !== undefined) return name;
  throw new OperatorProblem(
    names.length === 0
      ? `There is no finished backup in ${folder}: name the folder that was given to second-look backup.`
      : `There is no finished backup ${wanted} in ${folder}: choose from ${names.join(', ')}.`,
  );
}

function contents({ tables, objects }: Manifest): string {
  const rowsOf = (name: string) => tables.find((table) => table.name === name)?.rows ?? 0;
  const words = rowsOf('annotation') + rowsOf('reply');
  const people = rowsOf('user');
  return `${people.toLocaleString('en-GB')} ${people === 1 ? 'person' : 'people'}, ${counted(rowsOf('recording'), 'recording')}, ${counted(words, 'note')}, ${counted(objects.count, 'object')} (${bytesInWords(objects.sizeBytes)})`;
}

function report(
  backup: string,
  manifest: Manifest,
  { damaged, migrations, steps, drafts }: Restored,
  say: (line: string) => void,
): ExitCode {
  say(`Restored from ${backup}: ${contents(manifest)}; the rows are as they were.`);
  if (migrations.length > 0) say(`Brought to this release by ${migrations.join(', ')}.`);
  if (steps > 0) say(`To be prepared again, because it was under way: ${steps}.`);
  if (drafts > 0) say(`Uploads to begin anew, because they were under way: ${drafts}.`);
  say('Everybody signs in again.');
  return tellDamage(damaged, say, () => say('Every object has its checksum.'));
}

function tellDamage(damaged: string[], say: (line: string) => void, else_: () => void): ExitCode {
  if (damaged.length === 0) {
    else_();
    return 0;
  }
  const some = damaged.slice(0, 5).join(', ');
  const more = damaged.length > 5 ? ', …' : '';
  say(
    `Missing or damaged in the backup: ${counted(damaged.length, 'object')} (${some}${more}). Where the installation still has them, delete these files below objects/ and take another backup.`,
  );
  return 1;
}
