import type pg from 'pg';
import { nameOf, quoted } from './tables.ts';

/** A row's word on an object: how large it is and its SHA-256, where the row says. */
export interface NamedObject {
  key: string;
  sizeBytes: number | null;
  sha256: string | null;
}

/**
 * A query for every object that rows name (`key`, `size_bytes`, `sha256`), each once, in the order of the
 * keys' bytes. A text column whose name is or ends in `key` names an object, in whatever table; beside an
 * `object_key`, `size_bytes` and `sha256` are its own. The rows of uploads are left out: while they are under
 * way their bytes may still be lost, and afterwards they are the source's.
 * @param client works as the owner of the tables
 */
export async function namedObjectsQuery(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(`
    select c.relname as name, array_agg(a.attname::text) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'upload'
    group by c.relname
    having bool_or(a.attname ~ '(^|_)key$' and a.atttypid = 'text'::regtype)`);
  const parts = rows.flatMap(({ name, columns }) =>
    columns
      .filter((column) => /(^|_)key$/.test(column))
      .map((column) => {
        const told = (of: string, type: string) =>
          column === 'object_key' && columns.includes(of) ? quoted(of) : `null::${type}`;
        return `select ${quoted(column)} as key, ${told('size_bytes', 'bigint')} as size_bytes, ${told('sha256', 'text')} as sha256
          from ${nameOf({ schema: 'public', name })} where ${quoted(column)} is not null`;
      }),
  );
  return `select key, max(size_bytes) as size_bytes, max(sha256) as sha256
    from (${parts.join(' union all ')}) named group by key order by key collate "C"`;
}
