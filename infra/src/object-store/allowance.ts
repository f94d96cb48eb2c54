import type { Readable } from 'node:stream';

/** What one upload holds of an allowance. */
export interface Share {
  /** Takes one more, in turn where none is left. @throws what `body` breaks off with meanwhile */
  take(body: Readable): Promise<void>;
  /** Gives one back. */
  give(): void;
  /** Gives back all that is still held. */
  end(): void;
}

/**
 * A number of things that many may hold together. Whoever asks first gets first; nobody who holds one needs a
 * second to give the first back, so all get on.
 * @returns opens a share
 */
export function openAllowance(most: number): () => Share {
  let left = most;
  const waiting: (() => void)[] = [];
  const giveBack = () => {
    const next = waiting.shift();
    if (next) next();
    else left += 1;
  };
  const taken = (body: Readable) =>
    new Promise<void>((resolve, reject) => {
      const settle = () => {
        body.off('error', leave);
        resolve();
      };
      const leave = (error: Error) => {
        waiting.splice(waiting.indexOf(settle), 1);
        reject(error);
      };
      waiting.push(settle);
      body.once('error', leave);
    });
  return () => {
    let held = 0;
    const give = () => {
      // What a part that failed still sends ends after its upload.
      if (held === 0) return;
      held -= 1;
      giveBack();
    };
    return {
      take: async (body) => {
        if (body.errored) throw body.errored;
        if (left > 0) left -= 1;
        else await taken(body);
        held += 1;
      },
      give,
      end: () => {
        while (held > 0) give();
      },
    };
  };
}
