import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claim, runningOn } from './claim.ts';
import { openDataDir, secretOf } from './data-dir.ts';
import { embeddedFolder, openEmbeddedDatabase } from './embedded-database.ts';
import { logFile } from './logs.ts';
import { ensureDatabase, startPostgres } from './postgres.ts';
import { readSettings, StartProblem } from './settings.ts';

export interface EmbeddedForCommand {
  /** The product's database, as the superuser. */
  adminUrl: string;
  secret: string;
  /** Absolute. */
  dataDir: string;
  /** Stops the database where it was started for this. */
  close(): Promise<void>;
}

const patienceMs = 30_000;

/**
 * The data folder's own database for one command of the operator: as it runs under `npm start`, or else
 * started for the time, with the folder claimed so that no start comes in between.
 * @throws StartProblem
 */
export async function openEmbeddedForCommand(
  env: NodeJS.ProcessEnv,
  { mayMake, tell }: { mayMake: boolean; tell: (line: string) => void },
): Promise<EmbeddedForCommand> {
  const { dataDir } = readSettings(env);
  if (!mayMake && embeddedFolder(dataDir) === undefined)
    throw new StartProblem(
      `There is no database in ${dataDir}: set DATA_DIR to the folder of the installation, or DATABASE_URL to a database of your own.`,
    );
  openDataDir(dataDir);
  const running = runningOn(dataDir);
  if (running === 'command')
    throw new StartProblem(
      `Another command is at work on ${dataDir}: wait for its end and start this one again.`,
    );
  if (running === 'start')
    return {
      adminUrl: runningUrl(dataDir),
      secret: secretOf(dataDir, env),
      dataDir,
      close: async () => {},
    };
  const held = await claim(dataDir, [], 'command');
  const ends: (() => unknown)[] = [() => held.release()];
  const close = async () => {
    while (ends.length > 0) await ends.pop()?.();
  };
  try {
    const { cluster, claim: outside } = await openEmbeddedDatabase(dataDir, tell);
    ends.push(() => outside?.release());
    const postgres = await startPostgres(cluster, { logFile: logFile(dataDir, 'database') });
    ends.push(() => postgres.stop(patienceMs));
    await ensureDatabase(postgres, 'second_look');
    return {
      adminUrl: postgres.adminUrl('second_look'),
      secret: secretOf(dataDir, env),
      dataDir,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function runningUrl(dataDir: string): string {
  const folder = embeddedFolder(dataDir);
  const [password, port] = ['superuser-password', 'port'].map((name) => {
    const path = join(folder ?? dataDir, name);
    if (!existsSync(path))
      throw new StartProblem(
        `Second Look is only just starting on ${dataDir}: wait for its ready line and start this again.`,
      );
    return readFileSync(path, 'utf8').trim();
  });
  return `postgres://postgres:${password}@127.0.0.1:${port}/second_look`;
}
