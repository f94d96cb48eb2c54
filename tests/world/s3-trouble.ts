import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/**
 * What becomes of a request to the store: it passes; it is refused, as by a store that has too much to do
 * (503), is broken (500) or full (507); its connection breaks before it arrives, in the middle of its own
 * bytes or of the answer's, or when all is done and the answer is lost.
 */
export type Fate = 'pass' | 500 | 503 | 507 | 'unheard' | 'half-heard' | 'half-answered' | 'lost';

export interface Asked {
  method: string;
  /** With the query, without the host. */
  path: string;
}

export interface Trouble {
  endpoint: string;
  /** All requests so far that did not simply pass. */
  troubled: (Asked & { fate: Fate })[];
  /** From now on, what becomes of each request. */
  decide(fate: (asked: Asked) => Fate): void;
  close(): Promise<void>;
}

const codes = { 500: 'InternalError', 503: 'SlowDown', 507: 'XMinioStorageFull' };

/** An address in front of a store, where things go wrong as they are told to. */
export async function troubleBefore(endpoint: string): Promise<Trouble> {
  let decide: (asked: Asked) => Fate = () => 'pass';
  const troubled: Trouble['troubled'] = [];
  const server = createServer((incoming, answer) => {
    const asked = { method: incoming.method ?? '', path: incoming.url ?? '' };
    const fate = decide(asked);
    if (fate !== 'pass') troubled.push({ ...asked, fate });
    incoming.on('error', () => {});
    if (fate === 'unheard') return void incoming.socket.destroy();
    if (typeof fate === 'number') return refuse(incoming, answer, fate);
    pass(endpoint, incoming, answer, fate);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    troubled,
    decide: (fate) => {
      decide = fate;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function refuse(incoming: IncomingMessage, answer: ServerResponse, status: keyof typeof codes) {
  incoming.resume();
  incoming.on('end', () => {
    const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${codes[status]}</Code><Message>So it is told to say.</Message></Error>`;
    answer.writeHead(status, { 'content-type': 'application/xml' });
    answer.end(incoming.method === 'HEAD' ? undefined : body);
  });
}

function pass(endpoint: string, incoming: IncomingMessage, answer: ServerResponse, fate: Fate) {
  const { method, headers, url } = incoming;
  const onward = request(new URL(url ?? '', endpoint), { method, headers, agent: false });
  const breakOff = () => void incoming.socket.destroy();
  onward.on('error', breakOff);
  answer.on('close', () => onward.destroy());
  onward.on('response', (response) => {
    response.on('error', breakOff);
    if (fate === 'lost') return void response.resume().on('end', breakOff);
    answer.writeHead(response.statusCode ?? 502, response.headers);
    if (fate !== 'half-answered') return void response.pipe(answer);
    response.once('end', breakOff);
    response.once('data', (chunk: Buffer) => {
      answer.write(chunk.subarray(0, chunk.length / 2), () => response.destroy());
      breakOff();
    });
  });
  if (fate !== 'half-heard') return void incoming.pipe(onward);
  incoming.once('end', () => onward.end());
  incoming.once('data', (chunk) =>
    onward.write(chunk, () => onward.destroy(new Error('Broken off.'))),
  );
}

/** One request in `sides` goes wrong, in one way or another, always in the same order. */
export function oneIn(sides: number, seed: number): (asked: Asked) => Fate {
  const fates: Fate[] = [500, 503, 'unheard', 'half-heard', 'half-answered', 'lost'];
  let rolls = 0;
  const roll = () => createHash('sha1').update(`${seed} ${rolls++}`).digest().readUInt32BE();
  return () => (roll() % sides === 0 ? (fates[roll() % fates.length] ?? 'pass') : 'pass');
}
