import type { Command } from './command.ts';

/**
 * Every command by its name, in the order in which help lists them. One is loaded when it is asked for: what
 * only others need (drizzle, the queue) costs every start half a second and 200 MB.
 */
export const commands: Record<string, () => Promise<Command>> = {
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  'admin create': async () => (await import('./admin-create.ts')).adminCreateCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  reprocess: async () => (await import('./reprocess.ts')).reprocessCommand,
  steps: async () => (await import('./steps.ts')).stepsCommand,
  queue: async () => (await import('./queue.ts')).queueCommand,
};
