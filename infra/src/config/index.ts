import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';

const proxyAddress = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const proxies = z.string().transform((text, context) => {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  const addresses = text.split(',').map((address) => address.trim());
  if (addresses.every((address) => proxyAddress.safeParse(address).success)) return addresses;
  context.addIssue(
    'must be how many proxies stand in front, or their addresses with commas between',
  );
  return z.NEVER;
});

const wholeNumber = (least: number, most: number) => {
  const words = `must be a whole number from ${least} to ${most}`;
  const isWithin = (value: number) => Number.isInteger(value) && value >= least && value <= most;
  return z.coerce.number(words).refine(isWithin, words);
};

const isBare = (address: string) => /^https?:\/\/[^/\\?#]+\/?$/i.test(address);

const storeAddress = z.url({
  protocol: /^https?$/,
  error: 'must be an address such as https://objects.school.example',
});

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;

/** All configuration, read once from the environment. README.md has the table for operators. */
const settings = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  PUBLIC_URL: z
    .url({
      protocol: /^https?$/,
      error: 'must be an address such as https://look.school.example',
      abort: true,
    })
    .refine(isBare, 'must be an address without a path')
    .optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'must be an address such as postgres://db.school.example/second_look',
  }),
  REDIS_URL: z
    .url({
      protocol: /^rediss?$/,
      error: 'must be an address such as rediss://:password@redis.school.example:6379',
    })
    .optional(),
  SECRET: z
    .string(
      'must be set to 32 characters or more that nobody guesses, the same for every process: sessions and the logins of the database are made from it',
    )
    .min(32, 'must have 32 characters or more'),
  MAX_UPLOAD_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(50_000_000_000),
  TRUST_PROXY: proxies.default(0),
  WORKER_CONCURRENCY: wholeNumber(1, 64).default(1),
  DRAIN_SECONDS: wholeNumber(0, 600).default(0),
  QUOTA_PERSON_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  QUOTA_SCHOOL_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_PORT: wholeNumber(1, 65_535).optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  SMTP_URL: z
    .url({
      protocol: /^smtps?$/,
      error: 'must be an address such as smtps://name:password@mail.school.example',
    })
    .optional(),
  MAIL_FROM: z.string().min(3).optional(),
  S3_BUCKET: z.string().optional(),
  S3_ENDPOINT: storeAddress.optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_FORCE_PATH_STYLE: z.stringbool('must be true or false').optional(),
  S3_PUBLIC_URL: storeAddress.optional(),
});

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(settings.shape);

/** A store that speaks S3. */
export interface S3Config {
  bucket: string;
  /** Its address; without one it is Amazon's own. */
  endpoint: string | undefined;
  region: string;
  /** Without them the SDK looks where it is used to: profiles, roles of the machine. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Whether the bucket is named in the path, not in the host. */
  forcePathStyle: boolean;
  /** Where browsers reach it, if they do. */
  publicUrl: string | undefined;
}

export interface Config {
  host: string;
  port: number;
  /** What browsers type, without a slash at its end. Cookies, links and the check of origins follow from it. */
  publicUrl: string;
  dataDir: string;
  /** Address of the database; its credentials are replaced by each role's own. */
  databaseUrl: string;
  /** Address of Redis, credentials included; without one the queue is in the database. */
  redisUrl: string | undefined;
  secret: string;
  maxUploadBytes: number;
  /** Whose word on where a request came from counts: that of the nearest so many proxies, or of these addresses. */
  trustProxy: number | string[];
  workerConcurrency: number;
  /** How long a server that was asked to stop goes on serving, so that its proxy notices. */
  drainSeconds: number;
  /** How much the recordings of one person, and of everybody at one school, may take; without one there is no limit. */
  quotaPersonBytes: number | undefined;
  quotaSchoolBytes: number | undefined;
  metricsHost: string;
  /** Where Prometheus reads; without one nothing is served. */
  metricsPort: number | undefined;
  /** The server that takes mails; without one they become files in `dataDir`. */
  smtpUrl: string | undefined;
  /** Who mails come from. */
  mailFrom: string;
  logLevel: z.infer<typeof settings>['LOG_LEVEL'];
  /** Where the objects are; without it, in a folder of `dataDir`. */
  s3: S3Config | undefined;
}

export class ConfigError extends Error {}

/**
 * Reads and checks the configuration.
 * @throws ConfigError whose message lists everything that is wrong, a line each
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { success, data, error } = settings.safeParse(given);
  if (!success) {
    throw misfit(error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  if (data.METRICS_PORT === data.PORT) {
    throw misfit(['METRICS_PORT: must be another port than PORT']);
  }
  const publicUrl = (data.PUBLIC_URL ?? `http://127.0.0.1:${data.PORT}`).replace(/\/+$/, '');
  return {
    host: data.HOST,
    port: data.PORT,
    publicUrl,
    dataDir: resolve(data.DATA_DIR),
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    secret: data.SECRET,
    maxUploadBytes: data.MAX_UPLOAD_BYTES,
    trustProxy: data.TRUST_PROXY,
    workerConcurrency: data.WORKER_CONCURRENCY,
    drainSeconds: data.DRAIN_SECONDS,
    quotaPersonBytes: data.QUOTA_PERSON_BYTES,
    quotaSchoolBytes: data.QUOTA_SCHOOL_BYTES,
    metricsHost: data.METRICS_HOST,
    metricsPort: data.METRICS_PORT,
    smtpUrl: data.SMTP_URL,
    mailFrom: data.MAIL_FROM ?? `Second Look <second-look@${new URL(publicUrl).hostname}>`,
    logLevel: data.LOG_LEVEL,
    s3: readS3(data),
  };
}

/** As much as a multipart upload holds: 10,000 parts of 16 MiB. */
const mostS3Bytes = 10_000 * 16 * 1024 * 1024;

function readS3(data: z.infer<typeof settings>): S3Config | undefined {
  const {
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = data;
  if (bucket === undefined) {
    if (data.S3_ENDPOINT === undefined) return undefined;
    throw misfit(['S3_BUCKET: must name a bucket where S3_ENDPOINT names a store']);
  }
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw misfit(['S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY: must be set both or neither']);
  }
  if (data.MAX_UPLOAD_BYTES > mostS3Bytes) {
    throw misfit([`MAX_UPLOAD_BYTES: must be ${mostS3Bytes} at most where S3_BUCKET is set`]);
  }
  const isMixed = data.PUBLIC_URL?.startsWith('https:') && data.S3_PUBLIC_URL?.startsWith('http:');
  if (isMixed) {
    throw misfit([
      'S3_PUBLIC_URL: must be https where PUBLIC_URL is, or browsers load nothing of it',
    ]);
  }
  return {
    bucket,
    endpoint: data.S3_ENDPOINT,
    region: data.S3_REGION,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    // Amazon wants the bucket in the host, everybody else can do without a certificate for each.
    forcePathStyle: data.S3_FORCE_PATH_STYLE ?? data.S3_ENDPOINT !== undefined,
    publicUrl: data.S3_PUBLIC_URL,
  };
}

function misfit(lines: string[]): ConfigError {
  return new ConfigError(
    `The configuration does not fit:\n${lines.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** The logins of the database; migrations/sql/roles.sql says what each is for. */
export type Role = 'migrator' | 'app' | 'auth' | 'worker' | 'queue';

/** A key for one purpose, derived from the secret: knowing one tells nothing about another. */
export function deriveKey(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('hex');
}

/** The database's address with one role's own name and password. */
export function roleUrl(databaseUrl: string, secret: string, role: Role): string {
  const url = new URL(databaseUrl);
  url.username = `second_look_${role}`;
  url.password = deriveKey(secret, `database role ${role}`);
  return url.href;
}

/** Where the queue is: in Redis where there is one, else in the database. */
export function queueUrl({ redisUrl, databaseUrl, secret }: Config): string {
  return redisUrl ?? roleUrl(databaseUrl, secret, 'queue');
}
