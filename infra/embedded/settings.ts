import { resolve } from 'node:path';

/** Something that keeps Second Look from starting; its message is one sentence that says what to do. */
export class StartProblem extends Error {}

export interface LauncherSettings {
  host: string;
  port: number;
  /** Where the server answers on this machine. */
  address: string;
  publicUrl: string;
  /** Absolute. */
  dataDir: string;
  /** The operator's own database, or undefined for the embedded one. */
  databaseUrl: string | undefined;
  /** Whether an empty data folder is filled with a demonstration. */
  wantsDemonstration: boolean;
}

/**
 * What the launcher itself needs to know; the server and the workers read the rest of the environment.
 * It runs before the packages are installed, so it can't use infra/src/config, which needs zod, and has
 * names and defaults of its own; the processes are then told the values that came out here.
 * @throws StartProblem
 */
export function readSettings(env: NodeJS.ProcessEnv): LauncherSettings {
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new StartProblem(`PORT is "${env.PORT}": set it to a whole number from 1 to 65535.`);
  const metricsPort = env.METRICS_PORT ? Number(env.METRICS_PORT) : undefined;
  if (metricsPort === port)
    throw new StartProblem(
      `METRICS_PORT is ${port}, and so is PORT: set METRICS_PORT to another port.`,
    );
  if (metricsPort !== undefined && metricsPort + 1 === port)
    throw new StartProblem(
      `METRICS_PORT is ${metricsPort}, so the workers would take the next port, which is PORT: set METRICS_PORT to another port.`,
    );
  const host = env.HOST || '127.0.0.1';
  const address = `http://${reachable(host)}:${port}`;
  const databaseUrl = env.DATABASE_URL || undefined;
  if (databaseUrl && !env.MIGRATOR_DATABASE_URL)
    throw new StartProblem(
      'DATABASE_URL is set, so set MIGRATOR_DATABASE_URL too: the same database as a user who may make roles in it.',
    );
  const demonstration = env.DEMONSTRATION || 'yes';
  if (demonstration !== 'yes' && demonstration !== 'no')
    throw new StartProblem(
      `DEMONSTRATION is "${demonstration}": set it to no for an empty start, or leave it out.`,
    );
  return {
    host,
    port,
    address,
    publicUrl: env.PUBLIC_URL || address,
    dataDir: resolve(env.DATA_DIR || 'data'),
    databaseUrl,
    wantsDemonstration: demonstration === 'yes',
  };
}

function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
