import { Counter, Gauge } from 'prom-client';
import { type Growth, ObjectMissing, type ObjectStore } from '../object-store/index.ts';

const operations = new Counter({
  name: 'second_look_store_operations_total',
  help: 'Operations on the object store by outcome: ok, missing (no such object), broken_off (the bytes stopped coming) or failed.',
  labelNames: ['operation', 'outcome'],
});
const uploadsUnderWay = new Gauge({
  name: 'second_look_uploads_under_way',
  help: 'Uploads whose bytes are arriving at this moment.',
});
const uploadBytes = new Counter({
  name: 'second_look_upload_bytes_total',
  help: 'Bytes of uploads that were received and stored.',
});

/** The same store, with what is asked of it counted. */
export function counted(store: ObjectStore): ObjectStore {
  const count =
    <A extends unknown[], R>(operation: string, work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      try {
        const result = await work(...given);
        operations.inc({ operation, outcome: 'ok' });
        return result;
      } catch (error) {
        const outcome = error instanceof ObjectMissing ? 'missing' : 'failed';
        operations.inc({ operation, outcome });
        throw error;
      }
    };
  return {
    ...store,
    put: count('put', store.put),
    putFile: count('put', store.putFile),
    append: countedAppend(store),
    complete: count('complete', store.complete),
    abandon: count('abandon', store.abandon),
    read: count('read', store.read),
    size: count('size', store.size),
    delete: count('delete', store.delete),
    deleteMany: count('delete', store.deleteMany),
    deleteAll: count('delete', store.deleteAll),
    presign: count('presign', store.presign),
    check: count('check', store.check),
  };
}

/** A body that breaks off, or somebody who no longer wants it, is no failure of the store. */
function countedAppend(store: ObjectStore): ObjectStore['append'] {
  return async (key, growth, body, onStored) => {
    let outcome = 'ok';
    let storedBytes = growth.sizeBytes;
    const told = async (next: Growth) => {
      try {
        await onStored(next);
      } catch (error) {
        outcome = 'broken_off';
        throw error;
      }
      uploadBytes.inc(Math.max(0, next.sizeBytes - storedBytes));
      storedBytes = next.sizeBytes;
    };
    uploadsUnderWay.inc();
    try {
      await store.append(key, growth, body, told);
    } catch (error) {
      if (body.errored || body.destroyed) outcome = 'broken_off';
      if (outcome === 'ok') outcome = error instanceof ObjectMissing ? 'missing' : 'failed';
      throw error;
    } finally {
      uploadsUnderWay.dec();
      operations.inc({ operation: 'append', outcome });
    }
  };
}
