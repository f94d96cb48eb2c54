import { AsyncLocalStorage } from 'node:async_hooks';
import { finished, type Readable } from 'node:stream';
import {
  id as idField,
  mostParts,
  type ProblemCode,
  problems,
  text,
} from '@second-look/core/contract';
import type { Database, Transaction } from '@second-look/infra/database';
import type { Growth, ObjectStore } from '@second-look/infra/object-store';
import type { WorkQueue } from '@second-look/infra/queue';
import { DataStore, ERRORS, StreamLimiter, Upload } from '@tus/utils';
import type { FastifyBaseLogger } from 'fastify';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';
import { problemDocument } from '../../http/problems.ts';
import { updateRecording } from '../recordings/queries.ts';
import { hasRoom, type Quotas } from '../storage/quota.ts';
import type { Leases } from './leases.ts';
import * as queries from './queries.ts';

export interface UploadDependencies {
  database: Database;
  store: ObjectStore;
  queue: WorkQueue;
  log: FastifyBaseLogger;
  maxUploadBytes: number;
  quotas: Quotas;
}

interface UploadRequest {
  userId: string;
  requestId: string;
  /** The bytes as they arrive. tus gets none: its way there and back through a web stream halved the speed. */
  body: Readable;
}

/** The present request; tus has no place for it in its calls. */
export const uploadRequest = new AsyncLocalStorage<UploadRequest>();

function currentRequest(): UploadRequest {
  const current = uploadRequest.getStore();
  if (!current) throw new Error('An upload was touched outside a request.');
  return current;
}

/** The person at work in this request. */
export function uploaderId(): string {
  return currentRequest().userId;
}

const reserveBytes = 1_000_000_000;
const partFields = z.object({
  recordingId: idField,
  part: z.coerce
    .number()
    .int()
    .min(0)
    .max(mostParts - 1)
    .default(0),
});

/**
 * Uploads on their way in: how far each is stands in PostgreSQL, the bytes in the object store. Somebody
 * else's upload is, here as everywhere, one that does not exist.
 */
export class UploadStore extends DataStore {
  readonly #dependencies: UploadDependencies;
  readonly #leases: Leases;

  constructor(dependencies: UploadDependencies, leases: Leases) {
    super();
    this.extensions = ['creation', 'termination'];
    this.#dependencies = dependencies;
    this.#leases = leases;
  }

  override async create(file: Upload): Promise<Upload> {
    const { database, store, maxUploadBytes, quotas } = this.#dependencies;
    const { filename, filetype } = file.metadata ?? {};
    const sizeBytes = file.size ?? 0;
    const named = partOf(file.metadata);
    if (!named) throw ERRORS.FILE_NOT_FOUND;
    if (sizeBytes > maxUploadBytes) throw ERRORS.ERR_MAX_SIZE_EXCEEDED;
    if (![filename, filetype].every((words) => text.nullish().safeParse(words).success)) {
      throw tusProblem('invalid');
    }
    const freeBytes = await store.freeBytes();
    if (freeBytes !== null && freeBytes - sizeBytes < reserveBytes) throw tusProblem('no_space');
    const userId = uploaderId();
    const cancelled = await database.as(userId, (tx) =>
      queries.findCancelled(tx, named.recordingId),
    );
    // Whoever cancelled it could not end it, and its place is wanted before the sweep comes.
    for (const one of cancelled) await this.#takeAway(one);
    const objectKey = await database.as(userId, async (tx) => {
      const locked = await queries.lockRecording(tx, named.recordingId, userId);
      if (!locked) throw ERRORS.FILE_NOT_FOUND;
      // The row's own spelling: by it the object is found when the recording is deleted.
      const recordingId = locked.id;
      const { part } = named;
      const objectKey = `recordings/${recordingId}/source/${file.id}`;
      const unfinished = await queries.findUnfinished(tx, { recordingId, part });
      // The browser that began it asked again, because the first answer was lost.
      if (unfinished?.id === file.id) return objectKey;
      if (part >= locked.parts) throw tusProblem('invalid');
      const isWanted = locked.state === 'draft' || locked.state === 'uploading';
      if (!isWanted || unfinished || (await queries.hasArrived(tx, { recordingId, part })))
        throw tusProblem('upload_exists');
      const others = await queries.sizeOfFiles(tx, recordingId);
      if (others + sizeBytes > maxUploadBytes) throw ERRORS.ERR_MAX_SIZE_EXCEEDED;
      if (!(await hasRoom(tx, userId, sizeBytes, quotas))) throw tusProblem('quota_full');
      await queries.insertUpload(tx, {
        id: file.id,
        recordingId,
        part,
        filename: (filename ?? 'video').slice(0, 255),
        contentType: (filetype ?? 'application/octet-stream').slice(0, 127),
        sizeBytes,
        objectKey,
      });
      await updateRecording(tx, recordingId, { state: 'uploading' });
      return objectKey;
    });
    // A file without a byte has no last one to wait for, but it is a file: workers look at it.
    if (sizeBytes === 0) {
      await store.put(objectKey, new Uint8Array());
      this.#enqueue(await database.as(userId, (tx) => this.#finish(tx, file.id)));
    }
    return file;
  }

  /** The upload that is under way for this part of a recording and this size, if the browser has lost its address. */
  async idFor(
    metadata: Record<string, string | null> | undefined,
    sizeBytes: number,
  ): Promise<string> {
    const named = partOf(metadata);
    if (!named) return uuidv7();
    const unfinished = await this.#dependencies.database.as(uploaderId(), (tx) =>
      queries.findUnfinished(tx, named),
    );
    return unfinished?.sizeBytes === sizeBytes ? unfinished.id : uuidv7();
  }

  override async getUpload(id: string): Promise<Upload> {
    const row = await this.#find(id);
    return new Upload({
      id,
      size: row.sizeBytes,
      offset: row.offsetBytes,
      metadata: {
        recordingId: row.recordingId,
        part: String(row.part),
        filename: row.filename,
        filetype: row.contentType,
      },
      creation_date: row.createdAt.toISOString(),
    });
  }

  override async write(_body: Readable, id: string, offset: number): Promise<number> {
    const { database, store } = this.#dependencies;
    const { userId, body } = currentRequest();
    const row = await this.#find(id);
    // Its last answer was lost, and asked for again.
    if (row.finishedAt) return offset;
    let reached = offset;
    let stepId: string | undefined;
    let isWhole = false;
    let stored: Growth = { ...row.growth, sizeBytes: offset };
    await this.#leases.whileWriting(id, (leaseId, signal) =>
      store.append(
        row.objectKey,
        stored,
        arriving(body, row.sizeBytes - offset, signal),
        async (growth) => {
          stepId = await database.as(userId, async (tx) => {
            const isHeld = await queries.keepLease(tx, id, leaseId, growth);
            if (!isHeld) throw tusProblem('upload_busy');
            isWhole = growth.sizeBytes === row.sizeBytes;
            return isWhole ? this.#finish(tx, id) : undefined;
          });
          reached = growth.sizeBytes;
          stored = growth;
        },
      ),
    );
    if (isWhole) await this.#complete(id, row.objectKey, stored);
    this.#enqueue(stepId);
    return reached;
  }

  override async remove(id: string): Promise<void> {
    const { database } = this.#dependencies;
    const row = await this.#find(id);
    if (row.finishedAt) throw ERRORS.INVALID_TERMINATION;
    // Said before it is done: bytes that nobody knows of would never be found.
    await database.as(uploaderId(), (tx) => queries.cancelUpload(tx, id));
    await this.#takeAway(row);
  }

  /** Removes what there is of a cancelled upload, and lets its recording begin another. */
  async #takeAway(row: {
    id: string;
    recordingId: string;
    objectKey: string;
    growth: Growth | null;
  }) {
    const { database, store } = this.#dependencies;
    await store.abandon(row.objectKey, row.growth ?? { sizeBytes: 0 });
    await database.as(uploaderId(), async (tx) => {
      const wasThere = await queries.deleteUpload(tx, row.id);
      if (wasThere && !(await queries.isBegun(tx, row.recordingId)))
        await updateRecording(tx, row.recordingId, { state: 'draft' }, 'anywhere');
    });
  }

  async #find(id: string) {
    if (!idField.safeParse(id).success) throw ERRORS.FILE_NOT_FOUND;
    const row = await this.#dependencies.database.as(uploaderId(), (tx) =>
      queries.findUpload(tx, id),
    );
    if (!row) throw ERRORS.FILE_NOT_FOUND;
    return row;
  }

  /**
   * The last byte is here: in the same transaction that says so, the work becomes a row, so that no crash
   * can come between. @returns the step, unless other parts are missing or the upload was finished before
   */
  async #finish(tx: Transaction, id: string): Promise<string | undefined> {
    const finished = await queries.finishUpload(tx, id);
    if (!finished) return undefined;
    const { recordingId } = finished;
    // Whoever brings the last part but one waits here for whoever brings the last, who then sees both.
    const parts = await queries.lockParts(tx, recordingId);
    const files = await queries.insertSource(tx, uuidv7(), finished);
    if (files < parts) return undefined;
    const stepId = uuidv7();
    await queries.insertWork(tx, recordingId, { cutId: uuidv7(), stepId });
    // Also where it was put into the trash meanwhile: taken out again, it has to go on.
    await updateRecording(tx, recordingId, { state: 'processing', progress: 0 }, 'anywhere');
    return stepId;
  }

  /** A store that does not answer holds nobody up: nothing is lost, and the worker completes what is not. */
  async #complete(id: string, objectKey: string, growth: Growth) {
    const { database, store, log } = this.#dependencies;
    try {
      await store.complete(objectKey, growth);
      await database.as(uploaderId(), (tx) => queries.forgetGrowth(tx, id));
    } catch (error) {
      log.warn({ err: error }, 'an upload is to be completed by the workers');
    }
  }

  /** A queue that does not answer holds nobody up: the workers' sweep finds the row. */
  #enqueue(stepId: string | undefined) {
    if (stepId) this.#dependencies.queue.add({ id: stepId }).catch(() => {});
  }
}

/** Which part of which recording the metadata of an upload names; `undefined` where that is none. */
function partOf(metadata: Record<string, string | null> | undefined): queries.Part | undefined {
  const named = partFields.safeParse(metadata ?? {});
  return named.success ? named.data : undefined;
}

/** What arrives of a request, and no more than `mostBytes`, until it breaks off or `signal` says stop. */
function arriving(body: Readable, mostBytes: number, signal: AbortSignal): Readable {
  const bytes = new StreamLimiter(mostBytes);
  // Whoever reads it hears of its end; it may come before anybody does.
  bytes.on('error', () => {});
  // Also where it has broken off already.
  finished(body, { writable: false }, (error) => error && bytes.destroy(error));
  const stop = () => {
    body.unpipe(bytes);
    bytes.end();
  };
  signal.addEventListener('abort', stop, { once: true });
  return body.pipe(bytes);
}

/** One of the contract's problems as tus wants it: a status and a body, which is a problem document. */
export function tusProblem(code: ProblemCode) {
  const document = problemDocument(code, uploadRequest.getStore()?.requestId ?? '');
  return { status_code: problems[code].status, body: JSON.stringify(document) };
}
