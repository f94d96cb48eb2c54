import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openAllowance } from './allowance.ts';

const body = () => new PassThrough().on('error', () => {});

describe('an allowance', () => {
  it('is never held by more at once, and goes to whoever waited longest', async () => {
    const share = openAllowance(2);
    const order: number[] = [];
    const shares = [0, 1, 2, 3].map(() => share());
    for (const [index, mine] of shares.entries())
      mine.take(body()).then(() => order.push(index), expect.unreachable);
    await turn();
    expect(order).toEqual([0, 1]);
    shares[1]?.give();
    await turn();
    expect(order).toEqual([0, 1, 2]);
    shares[0]?.give();
    await turn();
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('comes back whole from a share that ends', async () => {
    const share = openAllowance(2);
    const first = share();
    await first.take(body());
    await first.take(body());
    first.end();
    first.end();
    const [second, third] = [share(), share()];
    await second.take(body());
    await second.take(body());
    let isTaken = false;
    third.take(body()).then(() => {
      isTaken = true;
    }, expect.unreachable);
    await turn();
    expect(isTaken).toBe(false);
  });

  it('does not wait for whoever has broken off', async () => {
    const share = openAllowance(1);
    const holder = share();
    await holder.take(body());
    const gone = body();
    const leaving = share().take(gone);
    gone.destroy(new Error('It hung up.'));
    await expect(leaving).rejects.toThrow('It hung up.');
    await expect(share().take(gone)).rejects.toThrow('It hung up.');
    const next = share().take(body());
    holder.give();
    await expect(next).resolves.toBeUndefined();
  });
});
