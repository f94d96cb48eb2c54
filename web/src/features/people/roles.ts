import type { Staff } from '@second-look/core/contract';

export const roles = ['member', 'lead', 'admin'] as const satisfies readonly Staff['role'][];
