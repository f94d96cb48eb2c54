import { endLeftovers } from './claim.ts';
import { openDataDir } from './data-dir.ts';
import { checkPortIsFree } from './ports.ts';
import { type LauncherSettings, readSettings, StartProblem } from './settings.ts';

/**
 * What can be known before anything slow is done.
 * @throws StartProblem
 */
export async function preflight(env: NodeJS.ProcessEnv): Promise<LauncherSettings> {
  const settings = readSettings(env);
  openDataDir(settings.dataDir);
  await endLeftovers(settings.dataDir);
  await checkPortIsFree(settings.host, settings.port);
  return settings;
}

if (import.meta.main) {
  try {
    await preflight(process.env);
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
