import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { nameOf, quoted } from './tables.ts';
import { type Tally, tallied, tallyOf } from './tally.ts';

/** Writes what the query finds into a new file, in COPY's text format. */
export async function copyOut(
  client: pg.ClientBase,
  query: string,
  path: string,
): Promise<Tally & { rows: number }> {
  const copy = client.query(copyTo(`copy (${query}) to stdout`));
  const { bytes, result } = tallied(copy);
  const file = await open(path, 'wx', 0o600);
  try {
    // Read to its end also where the disk is full: a copy that is broken off keeps its connection from ending.
    let trouble: unknown;
    for await (const piece of bytes) {
      if (trouble) continue;
      await file.writeFile(piece).catch((error: unknown) => {
        trouble = error;
      });
    }
    if (trouble) throw trouble;
    await file.datasync();
  } finally {
    await file.close();
  }
  return { ...result(), rows: copy.rowCount };
}

/** What `copyOut` would write. */
export function tallyRows(client: pg.ClientBase, query: string): Promise<Tally> {
  return tallyOf(client.query(copyTo(`copy (${query}) to stdout`)));
}

/** Puts rows that were copied out into their table. */
export async function copyIn(
  client: pg.ClientBase,
  table: { schema: string; name: string; columns: string[] },
  path: string,
): Promise<void> {
  const columns = table.columns.map(quoted).join(', ');
  const copy = client.query(copyFrom(`copy ${nameOf(table)} (${columns}) from stdin`));
  await pipeline(createReadStream(path), copy);
}
