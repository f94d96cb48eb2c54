import type { LiveEvent } from '@second-look/core/contract';
import type { Database } from '@second-look/infra/database';
import { type Announcement, listen } from '@second-look/infra/events';
import { annotation, conversation, grant, recording } from '@second-look/migrations/schema';
import { eq } from 'drizzle-orm';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Auth } from '../session/auth.ts';
import { readSession } from '../session/session.ts';

interface Subscriber {
  userId: string;
  request: FastifyRequest;
  reply: FastifyReply;
}

interface EventDependencies {
  database: Database;
  auth: Auth;
  listenUrl: string;
  /** How long a stream may outlive its session. */
  sessionCheckMs: number;
}

const heartbeatMs = 20_000;

/**
 * `GET /api/events`: one stream for each browser. What the database announces is an id; each subscriber's
 * view of it is read again under that person's own rights, and who may not see it hears nothing.
 */
export async function eventRoutes(
  app: FastifyInstance,
  { database, auth, listenUrl, sessionCheckMs }: EventDependencies,
) {
  const subscribers = new Set<Subscriber>();
  const announcements = await listen(
    listenUrl,
    (announcement) => {
      spread(announcement).catch((error) => app.log.error({ err: error }, 'event not passed on'));
    },
    // Something may have been missed: a browser that connects again asks for everything again.
    () => {
      for (const subscriber of subscribers) end(subscriber);
    },
  );

  async function spread({ kind, id }: Announcement) {
    // Servers wait for those; nobody watches them.
    if (kind === 'piece') return;
    const changed = { kind, id };
    const users = new Set([...subscribers].map((subscriber) => subscriber.userId));
    await Promise.all(
      [...users].map(async (userId) => {
        const recordingId = await recordingBehind(database, userId, changed);
        if (!recordingId) return;
        const type = kind === 'conversation' ? 'annotation' : kind;
        const event: LiveEvent = { type, recordingId };
        for (const subscriber of subscribers) {
          if (subscriber.userId === userId) {
            subscriber.reply.raw.write(`data: ${JSON.stringify(event)}\n\n`);
          }
        }
      }),
    );
  }

  const heartbeat = setInterval(() => {
    for (const { reply } of subscribers) reply.raw.write(': still here\n\n');
  }, heartbeatMs);
  const sessionCheck = setInterval(() => {
    for (const subscriber of subscribers) {
      readSession(auth, subscriber.request)
        .then((user) => user?.user.id === subscriber.userId || end(subscriber))
        .catch(() => end(subscriber));
    }
  }, sessionCheckMs);

  function end(subscriber: Subscriber) {
    subscribers.delete(subscriber);
    subscriber.reply.raw.end();
  }

  app.get(
    '/api/events',
    {
      schema: {
        summary:
          'Server-sent events: what changed among the things that the signed-in person may see.',
        tags: ['events'],
      },
    },
    (request, reply) => {
      reply.hijack();
      const subscriber = { userId: request.user.id, request, reply };
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        // Kept alive after its end, it would keep a server from stopping.
        connection: 'close',
      });
      reply.raw.write('retry: 2000\n\n');
      subscribers.add(subscriber);
      reply.raw.on('close', () => subscribers.delete(subscriber));
    },
  );

  // Before the server waits for its connections to end, these have to.
  app.addHook('preClose', async () => {
    clearInterval(heartbeat);
    clearInterval(sessionCheck);
    for (const subscriber of subscribers) end(subscriber);
    await announcements.close();
  });
}

/** The recording that an announcement is about, where this person may see what was announced. */
async function recordingBehind(
  database: Database,
  userId: string,
  { kind, id }: { kind: Exclude<Announcement['kind'], 'piece'>; id: string },
) {
  const [row] = await database.as(userId, (tx) => {
    switch (kind) {
      case 'recording':
        return tx.select({ recordingId: recording.id }).from(recording).where(eq(recording.id, id));
      case 'annotation':
        return tx
          .select({ recordingId: annotation.recordingId })
          .from(annotation)
          .where(eq(annotation.id, id));
      case 'conversation':
        return tx
          .select({ recordingId: conversation.recordingId })
          .from(conversation)
          .where(eq(conversation.id, id));
      case 'grant':
        return tx.select({ recordingId: grant.recordingId }).from(grant).where(eq(grant.id, id));
    }
  });
  return row?.recordingId;
}
