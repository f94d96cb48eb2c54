import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** The peer of an upload: the least that a server in Node can do to have a body safe on its disk. */
const target = process.argv[2] ?? '';
const server = createServer((request, response) => {
  pipeline(request, createWriteStream(target, { flush: true })).then(
    () => response.writeHead(204).end(),
    () => response.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit(0));
