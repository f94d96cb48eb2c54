import { type S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3';
import type { S3Config } from '../config/index.ts';
import { StoreFull, StoreProblem } from './index.ts';

const mostTries = 8;
const skewed = 'RequestTimeTooSkewed';

/** What a client of this store is made from. @param endpoint another address of the same store */
export function clientConfig(config: S3Config, endpoint = config.endpoint): S3ClientConfig {
  return {
    endpoint,
    region: config.region,
    forcePathStyle: config.forcePathStyle,
    ...(config.credentials && { credentials: config.credentials }),
    // The checksums that newer SDKs add are unknown to many stores, and break presigned addresses.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    retryStrategy,
    requestHandler: {
      connectionTimeout: 5_000,
      // Silence for so long: putting the parts of a long lesson together takes some stores a while.
      socketTimeout: 120_000,
      httpAgent: { maxSockets: 500 },
      httpsAgent: { maxSockets: 500 },
    },
  };
}

interface Tried {
  getRetryCount(): number;
  getRetryCost(): number;
  getRetryDelay(): number;
}

const tried = (count: number, delayMs: number): Tried => ({
  getRetryCount: () => count,
  getRetryCost: () => 0,
  getRetryDelay: () => delayMs,
});

/**
 * Tries again what a store refuses in passing, a little later each time. The SDK's own strategy shares an
 * allowance among all requests, which a store that refuses one in five uses up.
 */
const retryStrategy: S3ClientConfig['retryStrategy'] = {
  acquireInitialRetryToken: async () => tried(0, 0),
  refreshRetryTokenForRetry: async (token, { error, errorType }) => {
    const count = token.getRetryCount() + 1;
    const isPassing = errorType === 'TRANSIENT' || errorType === 'THROTTLING';
    // The SDK calls a wrong clock passing, because it has just allowed for it: more than once helps no more.
    const most = error instanceof Error && error.name === skewed ? 2 : mostTries;
    if (!isPassing || count >= most) throw new Error('It is not worth another try.');
    return tried(count, Math.random() * Math.min(100 * 2 ** count, 5_000));
  },
  recordSuccess: () => {},
};

const fullCodes = /storagefull|insufficientstorage|quotaexceeded|nospace/i;

/** Says what a refusal means, where it means that the store is full. */
export function orFull(error: unknown): unknown {
  if (!(error instanceof S3ServiceException)) return error;
  const isFull = error.$metadata.httpStatusCode === 507 || fullCodes.test(error.name);
  return isFull ? new StoreFull('The store has no room for more.', { cause: error }) : error;
}

/** Whether the store says that there is no such object, or no such upload. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof S3ServiceException &&
    ['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes(error.name)
  );
}

/** What keeps the bucket from being used, as a sentence for whoever runs this. */
export function explain(error: unknown, config: S3Config): StoreProblem {
  const { bucket, endpoint = 'Amazon S3', region } = config;
  const code = error instanceof Error ? error.name : String(error);
  const problem = (message: string, isPassing = false) =>
    new StoreProblem(message, { cause: error, isPassing });
  if (code === 'NoSuchBucket' || code === 'NotFound') {
    return problem(
      `The store at ${endpoint} has no bucket “${bucket}”. Make it, or set S3_BUCKET to one that is there.`,
    );
  }
  if (
    [
      'PermanentRedirect',
      'AuthorizationHeaderMalformed',
      'IllegalLocationConstraintException',
    ].includes(code)
  ) {
    return problem(
      `The bucket “${bucket}” is not in the region ${region}. Set S3_REGION to the one it is in.`,
    );
  }
  if (code === skewed) {
    return problem(
      `The clocks of this machine and of the store at ${endpoint} differ too much. Set both by a time server (NTP).`,
    );
  }
  if (code === 'CredentialsProviderError') {
    return problem(
      'There are no credentials for the store. Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.',
    );
  }
  // Some say so with a 403. What is there can still be watched.
  if (orFull(error) instanceof StoreFull)
    return problem(`The store at ${endpoint} has no room for more in “${bucket}”.`, true);
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (status === 401 || status === 403) {
    return problem(
      `The store at ${endpoint} refuses its bucket “${bucket}” (${code}). Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, and that they may list, read, write and delete there.`,
    );
  }
  if (status !== undefined) {
    return problem(
      `The store at ${endpoint} answers with an error (${code}, ${status}). Its log says why.`,
      true,
    );
  }
  return problem(
    `The store at ${endpoint} cannot be reached (${reason(error)}). Check S3_ENDPOINT, and that the store is running.`,
    true,
  );
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return 'no answer in time';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** How far this machine's clock is behind the store's, in minutes; 0 where the SDK had nothing to correct. */
export function minutesBehind(client: S3Client): number {
  return Math.round(client.config.systemClockOffset / 60_000);
}
