import { adminCreateCommand } from './admin-create.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import type { Command } from './command.ts';
import { migrateCommand } from './migrate.ts';
import { queueCommand } from './queue.ts';
import { reprocessCommand } from './reprocess.ts';
import { restoreCommand } from './restore.ts';

/** Every command by its name, in the order in which help lists them. */
export const commands: Record<string, Command> = {
  migrate: migrateCommand,
  'admin create': adminCreateCommand,
  backup: backupCommand,
  restore: restoreCommand,
  check: checkCommand,
  reprocess: reprocessCommand,
  queue: queueCommand,
};
