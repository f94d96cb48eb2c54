import type { Database } from '@second-look/infra/database';
import type { FastifyInstance } from 'fastify';
import { route } from '../../http/routes.ts';
import { storedByMe } from './queries.ts';
import { type Quotas, warningBytes } from './quota.ts';

export async function storageRoutes(
  app: FastifyInstance,
  { database, quotas }: { database: Database; quotas: Quotas },
) {
  const quotaBytes = quotas.quotaPersonBytes;
  const warnFromBytes = warningBytes(quotaBytes);
  route(app, 'GET /api/me/storage', async ({ user }) => {
    const usedBytes = await database.as(user.id, storedByMe);
    return {
      usedBytes,
      quotaBytes: quotaBytes ?? null,
      isNearlyFull: warnFromBytes !== null && usedBytes >= warnFromBytes,
    };
  });
}
