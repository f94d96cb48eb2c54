import { randomUUID } from 'node:crypto';
import { migrate } from '@second-look/migrations/migrate';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

export interface TestPostgres {
  /** Address of the cluster, as its superuser. */
  adminUrl: string;
  /** A database that has every migration and no rows. */
  template: string;
  /** The secret from which the passwords of the roles were made. */
  secret: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

/**
 * One cluster for the run, migrated once. TEST_POSTGRES_URL names another one to use instead (its roles get
 * new passwords).
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await openCluster();
  const template = `second_look_template_${randomUUID().slice(0, 8)}`;
  const secret = 'a secret for tests, and for nothing else';
  const admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  await admin.query(`create database ${template}`);
  const url = new URL(cluster.adminUrl);
  url.pathname = template;
  await migrate({ adminUrl: url.href, secret });
  project.provide('postgres', { adminUrl: cluster.adminUrl, template, secret });
  return async () => {
    await admin.query(`drop database ${template} with (force)`);
    await admin.end();
    await cluster.stop();
  };
}

async function openCluster(): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) return { adminUrl: given, stop: async () => {} };
  const { startTemporaryPostgres } = await import('../infra/embedded/temporary-postgres.ts');
  return startTemporaryPostgres();
}
