import type { Job } from './job.ts';

/**
 * Resolves when this tab alone may work on an upload; it keeps that right until `job.release()`, or until
 * it is closed. `onElsewhere` is called where another tab has it for now.
 */
export async function holdUpload(job: Job, onElsewhere?: () => void): Promise<void> {
  const name = `second-look:upload:${job.place.id}`;
  // Locks need a secure context. Without them the server's lease lets one tab write at a time.
  if (!navigator.locks) {
    job.release = () => {};
    return;
  }
  if (await request(job, name, { ifAvailable: true })) return;
  onElsewhere?.();
  await request(job, name, {});
}

function request(job: Job, name: string, options: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, options, (lock) => {
      resolve(lock !== null);
      return (
        lock &&
        new Promise<void>((release) => {
          job.release = release;
        })
      );
    });
  });
}
