import { createServer } from 'node:net';
import { StartProblem } from './settings.ts';

/** @throws StartProblem when the address can't be listened on */
export async function checkPortIsFree(host: string, port: number): Promise<void> {
  try {
    await listenOnce(host, port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartProblem(
      code === 'EADDRINUSE'
        ? `Port ${port} is in use by another program: stop that program, or choose another port with PORT=3001 npm start.`
        : code === 'EACCES'
          ? `Port ${port} needs rights that this user does not have: choose a port above 1023, for example PORT=3000.`
          : `This machine has no address ${host} to listen on: set HOST to one it has, for example 127.0.0.1 or 0.0.0.0.`,
    );
  }
}

/** The port to prefer where nothing else has it, or else any free one. */
export async function freePort(preferred: number | undefined): Promise<number> {
  if (preferred !== undefined) {
    const isFree = await listenOnce('127.0.0.1', preferred).then(
      () => true,
      () => false,
    );
    if (isFree) return preferred;
  }
  return listenOnce('127.0.0.1', 0);
}

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
