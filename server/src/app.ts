import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { watchClock } from '@second-look/infra/clock';
import type { Config } from '@second-look/infra/config';
import type { Database } from '@second-look/infra/database';
import { openMailer } from '@second-look/infra/mail';
import type { ObjectStore } from '@second-look/infra/object-store';
import type { WorkQueue } from '@second-look/infra/queue';
import { version } from '@second-look/infra/version';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { openMailLimit } from './features/account/mail-limit.ts';
import { accountRoutes } from './features/account/routes.ts';
import { sendLater } from './features/account/send-later.ts';
import { administrationRoutes } from './features/administration/routes.ts';
import { annotationRoutes } from './features/annotations/routes.ts';
import { eventRoutes } from './features/events/routes.ts';
import { grantRoutes } from './features/grants/routes.ts';
import { watchReadiness } from './features/health/readiness.ts';
import { healthRoutes } from './features/health/routes.ts';
import { besideRoutes } from './features/media/beside.ts';
import { openPieceWaiter } from './features/media/pieces.ts';
import { mediaRoutes } from './features/media/routes.ts';
import { mediaOrigin } from './features/media/send.ts';
import { organisationRoutes } from './features/organisations/routes.ts';
import { peopleRoutes } from './features/people/routes.ts';
import { queueBoardRoutes } from './features/queue-board/routes.ts';
import { recordingRoutes } from './features/recordings/routes.ts';
import { openAuth } from './features/session/auth.ts';
import { sessionRoutes } from './features/session/routes.ts';
import { sessionPlugin } from './features/session/session.ts';
import { openSignInLimit } from './features/session/sign-in-limit.ts';
import { storageRoutes } from './features/storage/routes.ts';
import { watchStorage } from './features/storage/watch.ts';
import { uploadRoutes } from './features/uploads/routes.ts';
import { addressPlugin } from './http/address.ts';
import { metricsPlugin } from './http/metrics.ts';
import { problemPlugin, throwNotFound } from './http/problems.ts';
import { securityPlugin } from './http/security.ts';
import { webFiles } from './http/web-files.ts';

export interface Dependencies {
  config: Config;
  log: FastifyBaseLogger;
  /** As the role `app`. */
  database: Database;
  /** As the role `auth`. */
  authDatabase: Database;
  store: ObjectStore;
  queue: WorkQueue;
  /** Where announcements are heard: a direct address of the database, as the role `app`. */
  listenUrl: string;
  /** Aborted when this server is about to stop: it goes on serving, and says that it is not ready. */
  draining?: AbortSignal;
  /** How long a stream of events may outlive its session. */
  sessionCheckMs?: number;
}

/** How long a server that closes waits for requests under way, such as a piece of video on a slow line. */
export const closingSeconds = { alone: 4, drained: 14 };

/** The server, whole but not listening. */
export async function buildApp(dependencies: Dependencies) {
  const { config, log, database, authDatabase, store, queue, listenUrl } = dependencies;
  const { draining, sessionCheckMs = 60_000 } = dependencies;
  const { publicUrl, maxUploadBytes } = config;
  const origin = await mediaOrigin(store);
  const mailer = openMailer(config);
  const send = sendLater(mailer, log);
  const auth = openAuth(config, authDatabase, send, log);
  const app = fastify({
    loggerInstance: log,
    logController,
    trustProxy: trusted(config.trustProxy),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);

  await app.register(metricsPlugin);
  await app.register(problemPlugin);
  await app.register(addressPlugin, { publicUrl, hasProxies: config.trustProxy !== 0 });
  await app.register(securityPlugin, { publicUrl, mediaOrigin: origin });
  await app.register(sessionPlugin, { auth });
  await app.register(swagger, {
    openapi: { info: { title: 'Second Look', version } },
    transform: jsonSchemaTransform,
  });

  const { dataDir } = config;
  const readiness = watchReadiness({ database, queue, store, dataDir, draining });
  await app.register(healthRoutes, { readiness });
  const signInLimit = openSignInLimit(authDatabase);
  await app.register(sessionRoutes, { auth, limit: signInLimit });
  const mailLimit = openMailLimit(authDatabase);
  await app.register(accountRoutes, {
    ...{ auth, authDatabase, signInLimit, mailLimit, send, publicUrl },
  });
  app.addHook('onClose', async () => mailer.close());
  await app.register(peopleRoutes, { database });
  await app.register(organisationRoutes, { database, auth, mailer, publicUrl, log });
  await app.register(recordingRoutes, { database, queue });
  await app.register(uploadRoutes, { database, store, queue, log, maxUploadBytes, quotas: config });
  await app.register(besideRoutes, { database, store });
  const pieces = await openPieceWaiter(listenUrl, log);
  app.addHook('preClose', () => pieces.close());
  await app.register(mediaRoutes, {
    ...{ database, store, queue, pieces },
    isRedirecting: origin !== null,
  });
  await app.register(annotationRoutes, { database });
  await app.register(grantRoutes, { database });
  await app.register(eventRoutes, { database, auth, listenUrl, sessionCheckMs });
  await app.register(queueBoardRoutes, {
    prefix: '/api/administration/queue',
    database,
    queue,
  });
  await app.register(storageRoutes, { database, quotas: config });
  const clock = await watchClock(database, log);
  const storage = watchStorage(config, database, log);
  app.addHook('onClose', async () => {
    clock.stop();
    await storage.stop();
  });
  await app.register(administrationRoutes, { config, database, queue, store, readiness, clock });
  await app.register(documentation);
  app.setNotFoundHandler(throwNotFound);
  // Not for ever: a paused player takes no bytes, and browsers keep connections open that they have not used yet.
  const patience = config.drainSeconds > 0 ? closingSeconds.drained : closingSeconds.alone;
  app.addHook('preClose', async () => {
    setTimeout(() => app.server.closeAllConnections(), patience * 1_000).unref();
  });
  await app.register(webFiles, { prefix: '/' });
  return app;
}

/** Probes ask every few seconds, and what they find is told where it changes. */
const logController = new LogController({
  disableRequestLogging: ({ url }) => url.startsWith('/api/health/'),
});

/** A count is the operator's word that this server is reached through so many proxies alone. */
function trusted(proxies: Config['trustProxy']) {
  if (typeof proxies !== 'number') return proxies;
  return (_address: string, hop: number) => hop < proxies;
}

/** The API in words that programs (`/api/openapi.json`) and people (`/api/docs`) can read. */
async function documentation(app: FastifyInstance) {
  app.get(
    '/api/openapi.json',
    { config: { isPublic: true }, schema: { hide: true } },
    async (_request, reply) => reply.send(app.swagger()),
  );
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, isPublic: true };
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: true });
}
