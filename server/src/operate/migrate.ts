import { migrate } from '@second-look/migrations/migrate';
import type { Command } from './command.ts';
import { insistOnAdminUrl } from './installation.ts';

export const migrateCommand: Command = {
  usage: '',
  summary: 'bring the database to the shape that this release needs',
  help: `Makes the database's logins, with passwords derived from SECRET, and applies every migration that it has
not seen. It can be run at any time and as often as wanted; several at once wait for one another.
Servers and workers of the release before go on working on the new shape.

With a database of your own it needs DATABASE_URL, MIGRATOR_DATABASE_URL (the same database as a user who
may make roles in it) and SECRET. \`npm start\` does it by itself.`,
  words: [0, 0],
  async run({ openBare, say }) {
    const installation = await openBare();
    const adminUrl = insistOnAdminUrl(installation);
    const { databaseUrl, secret } = installation.config;
    const applied = await migrate({ adminUrl, databaseUrl, secret });
    say(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The database is up to date.');
    return 0;
  },
};
