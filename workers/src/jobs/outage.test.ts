import { ObjectMissing, StoreFull, StoreProblem } from '@second-look/infra/object-store';
import { describe, expect, it } from 'vitest';
import { FfmpegError, MediaFailure } from '../media/index.ts';
import { isOutage } from './outage.ts';

const coded = (code: string) => Object.assign(new Error('It failed.'), { code });
const refusal = Object.assign(new Error('Slow down.'), { $metadata: { httpStatusCode: 503 } });

describe('an error', () => {
  it.each([
    ['a store that is full', new StoreFull()],
    ['a store that stalled', new StoreProblem('The store stalled.', { isPassing: true })],
    ['a refusal of the store', refusal],
    ['a connection that broke', coded('ECONNRESET')],
    ['a full disk', coded('ENOSPC')],
    ['a full disk, as ffmpeg tells it', new FfmpegError('', 'x: No space left on device')],
    ['a database that is stopped', new Error('query', { cause: coded('57P01') })],
    ['a database that hung up', new Error('query', { cause: new Error('Connection terminated') })],
    ['a name whose addresses are all closed', new AggregateError([coded('ECONNREFUSED')])],
  ])('is an outage: %s', (_, error) => {
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    ['a film that is damaged', new MediaFailure('damaged')],
    ['an object that is gone', new ObjectMissing('key')],
    ['an ffmpeg that was killed', new FfmpegError('ffmpeg was killed with signal SIGKILL', '')],
    ['memory that a film fills', new FfmpegError('', 'Cannot allocate memory')],
    ['a fault of the program', new TypeError('x is undefined')],
    ['a row that the database refuses', new Error('query', { cause: coded('23514') })],
    ['a wrong argument', Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' })],
  ])('is none: %s', (_, error) => {
    expect(isOutage(error)).toBe(false);
  });
});
