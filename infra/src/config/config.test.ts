import { describe, expect, it } from 'vitest';
import { ConfigError, queueUrl, readConfig, roleUrl } from './index.ts';

const good = { DATABASE_URL: 'postgres://db.example/second_look', SECRET: 'x'.repeat(32) };

describe('configuration', () => {
  it('fills in what is not set, and takes an empty value for unset', () => {
    const config = readConfig({ ...good, PORT: '', PUBLIC_URL: '' });
    expect(config.port).toBe(3000);
    expect(config.publicUrl).toBe('http://127.0.0.1:3000');
  });

  it('drops the slash behind the public address', () => {
    expect(readConfig({ ...good, PUBLIC_URL: 'https://look.school.example/' }).publicUrl).toBe(
      'https://look.school.example',
    );
  });

  it.each(['/lessons', '//', '/?', '?from=mail', '#top'])(
    'takes no public address with “%s” behind it',
    (rest) => {
      expect(() =>
        readConfig({ ...good, PUBLIC_URL: `https://look.school.example${rest}` }),
      ).toThrow('PUBLIC_URL: must be an address without a path');
    },
  );

  it('keeps the figures away from the port where people come', () => {
    const read = (METRICS_PORT: string) => readConfig({ ...good, METRICS_PORT });
    expect(() => read('3000')).toThrow('METRICS_PORT: must be another port than PORT');
    expect(read('3001').metricsPort).toBe(3001);
  });

  it('lists everything that is wrong at once', () => {
    const read = () => readConfig({ PORT: 'abc', SECRET: 'short', PUBLIC_URL: 'ftp://x' });
    expect(read).toThrow(ConfigError);
    for (const name of ['PORT', 'SECRET', 'PUBLIC_URL', 'DATABASE_URL']) expect(read).toThrow(name);
  });

  it('says what is missing, and what there is to choose from, in words of its own', () => {
    const read = () => readConfig({ LOG_LEVEL: 'verbose' });
    expect(read).toThrow(/^ {2}SECRET: must be set to 32 characters or more/m);
    expect(read).toThrow(/^ {2}DATABASE_URL: must be an address such as/m);
    expect(read).toThrow(/^ {2}LOG_LEVEL: must be one of silent, error, warn, info, debug$/m);
    expect(read).not.toThrow(/Invalid/);
  });

  it.each(['0', '65', '1.5', 'many'])(
    'says once which numbers would do instead of “%s”',
    (WORKER_CONCURRENCY) => {
      expect(() => readConfig({ ...good, WORKER_CONCURRENCY })).toThrow(
        /^The configuration does not fit:\n {2}WORKER_CONCURRENCY: must be a whole number from 1 to 64$/,
      );
    },
  );
});

describe('the queue', () => {
  it('is in Redis where there is one, else in the database as the role `queue`', () => {
    const REDIS_URL = 'rediss://:sesame@redis.school.example:6380/1';
    expect(queueUrl(readConfig({ ...good, REDIS_URL }))).toBe(REDIS_URL);
    expect(queueUrl(readConfig({ ...good, REDIS_URL: '' }))).toMatch(
      /^postgres:\/\/second_look_queue:[0-9a-f]{64}@db\.example\/second_look$/,
    );
  });

  it('is not looked for at an address of another kind', () => {
    expect(() => readConfig({ ...good, REDIS_URL: 'http://redis.school.example' })).toThrow(
      /REDIS_URL: must be an address such as rediss:/,
    );
  });
});

describe('the proxies in front', () => {
  it.each([
    ['', 0],
    ['0', 0],
    ['2', 2],
    ['10.0.0.5, fd00::/8', ['10.0.0.5', 'fd00::/8']],
  ])('are counted or named: “%s”', (TRUST_PROXY, trustProxy) => {
    expect(readConfig({ ...good, TRUST_PROXY }).trustProxy).toEqual(trustProxy);
  });

  it.each(['true', 'false', '-1', '1.5', 'proxy.example', '10.0.0.5,', '10.0.0.0/99'])(
    'are not “%s”',
    (TRUST_PROXY) => {
      expect(() => readConfig({ ...good, TRUST_PROXY })).toThrow('TRUST_PROXY: must be how many');
    },
  );
});

describe('roles', () => {
  it('gives each role a password of its own and keeps the rest of the address', () => {
    const app = new URL(roleUrl('postgres://a:b@db:5433/look?sslmode=require', 's', 'app'));
    const worker = new URL(roleUrl('postgres://a:b@db:5433/look', 's', 'worker'));
    expect(app.host).toBe('db:5433');
    expect(app.pathname).toBe('/look');
    expect(app.search).toBe('?sslmode=require');
    expect(app.username).toBe('second_look_app');
    expect(app.password).toMatch(/^[0-9a-f]{64}$/);
    expect(app.password).not.toBe(worker.password);
  });
});

describe('the store', () => {
  const s3 = (env: NodeJS.ProcessEnv) => readConfig({ ...good, ...env }).s3;

  it('is a folder where no bucket is named', () => {
    expect(s3({})).toBeUndefined();
  });

  it('is Amazon’s own where no address is named, and finds its credentials itself', () => {
    expect(s3({ S3_BUCKET: 'look' })).toEqual({
      bucket: 'look',
      endpoint: undefined,
      region: 'us-east-1',
      credentials: undefined,
      forcePathStyle: false,
      publicUrl: undefined,
    });
  });

  it('has its bucket in the path where it is one’s own', () => {
    const own = { S3_BUCKET: 'look', S3_ENDPOINT: 'http://store:9000' };
    expect(s3(own)?.forcePathStyle).toBe(true);
    expect(s3({ ...own, S3_FORCE_PATH_STYLE: 'false' })?.forcePathStyle).toBe(false);
  });

  it.each([
    ['S3_BUCKET', { S3_ENDPOINT: 'http://store:9000' }],
    ['S3_ENDPOINT', { S3_BUCKET: 'look', S3_ENDPOINT: 'store:9000' }],
    ['S3_SECRET_ACCESS_KEY', { S3_BUCKET: 'look', S3_ACCESS_KEY_ID: 'key' }],
    ['S3_FORCE_PATH_STYLE', { S3_BUCKET: 'look', S3_FORCE_PATH_STYLE: 'perhaps' }],
    ['MAX_UPLOAD_BYTES', { S3_BUCKET: 'look', MAX_UPLOAD_BYTES: '170000000000' }],
    [
      'S3_PUBLIC_URL',
      { S3_BUCKET: 'look', S3_PUBLIC_URL: 'http://a.test', PUBLIC_URL: 'https://b.test' },
    ],
  ])('says what does not fit: %s', (name, env) => {
    expect(() => s3(env)).toThrow(name);
  });
});
