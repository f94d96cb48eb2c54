import { describe } from 'vitest';
import { describeQueue } from './contract.ts';
import { openPostgres } from './engines.ts';

describe('the queue on PostgreSQL', () => describeQueue(openPostgres));
