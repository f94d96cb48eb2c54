import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface StallingWay {
  url: string;
  /** From now on nothing comes back, and nobody is told. */
  stall(): void;
  flow(): void;
  close(): void;
}

/** A way to a service over which answers can be held back, as by a machine that hangs. */
export async function openStallingWay(target: URL): Promise<StallingWay> {
  const sockets = new Set<Socket>();
  const onwards = new Set<Socket>();
  let isStalled = false;
  const way = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => sockets.delete(end));
    }
    onwards.add(onward);
    socket.on('close', () => onward.destroy());
    onward.on('close', () => {
      onwards.delete(onward);
      socket.destroy();
    });
    socket.on('data', (bytes) => onward.write(bytes));
    onward.on('data', (bytes) => socket.write(bytes));
    if (isStalled) onward.pause();
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const address = way.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    stall: () => {
      isStalled = true;
      for (const onward of onwards) onward.pause();
    },
    flow: () => {
      isStalled = false;
      for (const onward of onwards) onward.resume();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      way.close();
    },
  };
}
