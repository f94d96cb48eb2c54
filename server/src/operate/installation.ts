import { type Config, readConfig } from '@second-look/infra/config';
import { openEmbeddedForCommand } from '@second-look/infra/embedded';
import { OperatorProblem } from './command.ts';

/** What a command works on: the operator's own engines, or the embedded database of a data folder. */
export interface Installation {
  config: Config;
  /** The database as somebody who may make roles in it, where that is known. */
  adminUrl: string | undefined;
  /** Ends what was started for the command. */
  close(): Promise<void>;
}

/**
 * Opens what the environment names, as the server would: `DATABASE_URL`, or else the embedded database in
 * `DATA_DIR`; that one is started for the time where `npm start` does not run.
 * @param mayMake whether the embedded database may be made where there is none
 * @throws ConfigError, StartProblem
 */
export async function openInstallation(
  env: NodeJS.ProcessEnv,
  { mayMake, tell }: { mayMake: boolean; tell: (line: string) => void },
): Promise<Installation> {
  if (env.DATABASE_URL)
    return {
      config: readConfig(env),
      adminUrl: env.MIGRATOR_DATABASE_URL || undefined,
      close: async () => {},
    };
  const { adminUrl, secret, dataDir, close } = await openEmbeddedForCommand(env, { mayMake, tell });
  const DATABASE_URL = withoutCredentials(adminUrl);
  const config = readConfig({ ...env, DATABASE_URL, SECRET: secret, DATA_DIR: dataDir });
  return { config, adminUrl, close };
}

/** @throws OperatorProblem where the operator has not named it */
export function insistOnAdminUrl({ adminUrl }: Installation): string {
  if (adminUrl && /^postgres(ql)?:/.test(adminUrl) && URL.canParse(adminUrl)) return adminUrl;
  if (adminUrl)
    throw new OperatorProblem(
      'MIGRATOR_DATABASE_URL must be an address such as postgres://second_look_admin:<password>@db.school.example/second_look; of the password, write what is no letter or digit as % and its two hexadecimal digits.',
    );
  throw new OperatorProblem(
    'This needs MIGRATOR_DATABASE_URL: set it to the same database as a user who may make roles in it.',
  );
}

function withoutCredentials(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.username = '';
  url.password = '';
  return url.href;
}
