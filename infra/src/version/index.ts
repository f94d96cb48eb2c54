import { createRequire } from 'node:module';

/** The product's version, such as `0.1.0`; every package of it has the same. */
export const version: string = createRequire(import.meta.url)('../../package.json').version;
