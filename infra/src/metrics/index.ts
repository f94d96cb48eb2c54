import { once } from 'node:events';
import { createServer } from 'node:http';
import { collectDefaultMetrics, register } from 'prom-client';

/**
 * What a process tells Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats). Numbers
 * alone: no label names a person, a recording or a file. docs/metrics.md lists all of them.
 */

/** The metrics could not be served; its message is one sentence that says what to do. */
export class MetricsProblem extends Error {}

export interface MetricsListener {
  port: number;
  close(): void;
}

/**
 * Serves this process's metrics at `/metrics`, on a listener of its own that no browser reaches.
 * @throws MetricsProblem where the address is taken or is not this machine's
 */
export async function serveMetrics(host: string, port: number): Promise<MetricsListener> {
  collectDefaultMetrics();
  const listener = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    try {
      const text = await register.metrics();
      response.writeHead(200, { 'content-type': register.contentType }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
  listener.listen(port, host);
  await once(listener, 'listening').catch((error) => {
    throw new MetricsProblem(
      `Metrics cannot be served at ${host}:${port}: choose another METRICS_PORT or METRICS_HOST.`,
      { cause: error },
    );
  });
  const address = listener.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => {
      listener.close();
      listener.closeAllConnections();
    },
  };
}

/** Asks at most once in `freshMs` for what costs something, so that reading the metrics is no load. */
export function remembered<T>(ask: () => Promise<T>, freshMs: number): () => Promise<T> {
  let last: { answer: Promise<T>; atMs: number } | undefined;
  return () => {
    const nowMs = performance.now();
    if (!last || nowMs - last.atMs > freshMs) last = { answer: ask(), atMs: nowMs };
    return last.answer;
  };
}
