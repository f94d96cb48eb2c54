import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Gauge, Histogram } from 'prom-client';

const requests = new Histogram({
  name: 'second_look_http_request_seconds',
  help: 'How long requests took, by the pattern of their route (never an address), method and status.',
  labelNames: ['route', 'method', 'status'],
  buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
});
const eventStreams = new Gauge({
  name: 'second_look_event_streams',
  help: 'Streams of live updates that are open, one for each browser.',
});

const endless = '/api/events';

/** Counts requests. A stream of events lasts for hours and would drown how long the others take. */
export const metricsPlugin = fp(async (app: FastifyInstance) => {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    if (route === endless && reply.raw.statusCode === 200) return;
    const labels = { route, method: request.method, status: reply.raw.statusCode };
    requests.observe(labels, reply.elapsedTime / 1_000);
  });
  app.addHook('preHandler', async (request, reply) => {
    if (request.routeOptions.url !== endless) return;
    eventStreams.inc();
    reply.raw.once('close', () => eventStreams.dec());
  });
});
