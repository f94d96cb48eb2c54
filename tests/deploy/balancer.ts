import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

export interface Balancer {
  address: string;
  /** The servers, by port, that said at their last check that they are ready. */
  ready(): number[];
  close(): Promise<void>;
}

const checkEveryMs = 100;

/**
 * What a proxy in front of several servers does, and no more: it asks each whether it serves, shares
 * requests out among those that do, and passes bytes on as they come. It tries nothing twice, so that
 * whatever a server drops is seen.
 */
export async function startBalancer(ports: number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<number>();
  const check = async (port: number) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health/serving`).catch(
      () => undefined,
    );
    if (answer?.ok) ready.add(port);
    else ready.delete(port);
    await answer?.body?.cancel();
  };
  const checks = setInterval(() => ports.forEach(check), checkEveryMs);
  let turn = 0;
  const listener = createServer((incoming, outgoing) => {
    const candidates = [...ready];
    const port = candidates[turn % candidates.length];
    turn += 1;
    if (port === undefined) outgoing.writeHead(502).end();
    else passOn(agent, port, incoming, outgoing);
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    address: `http://127.0.0.1:${address.port}`,
    ready: () => [...ready],
    close: async () => {
      clearInterval(checks);
      listener.close();
      listener.closeAllConnections();
      agent.destroy();
    },
  };
}

function passOn(agent: Agent, port: number, incoming: IncomingMessage, outgoing: ServerResponse) {
  const { method, url, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, agent, method, path: url, headers });
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, outgoing, () => {});
  });
  onward.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  });
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) onward.destroy();
  });
  // A server that has answered reads no further: its answer is what counts.
  pipeline(incoming, onward, () => {});
}
