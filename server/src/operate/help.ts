import type { Command } from './command.ts';

/** The list of all commands. */
export function overview(commands: Record<string, Command>): string {
  const entries = [
    ...Object.entries(commands).map(([name, command]) => [call(name, command), command.summary]),
    ['help [command]', 'say more about a command'],
  ];
  const width = Math.max(...entries.map(([usage = '']) => usage.length));
  const lines = entries.map(([usage = '', summary]) => `  ${usage.padEnd(width)}  ${summary}`);
  return `second-look <command>: what whoever runs Second Look may need.

${lines.join('\n')}

It reads the same settings from the environment as the server: with DATABASE_URL it works on engines of your
own (SECRET, S3_*, REDIS_URL and DATA_DIR as the server has them), without it on the embedded database in
DATA_DIR (./data), also while \`npm start\` runs.

It ends with 0 where all is well, 1 where something failed or was found, 2 where it was called wrongly.`;
}

/** All about one command. */
export function helpOf(name: string, command: Command): string {
  return `second-look ${call(name, command)}: ${command.summary}.\n\n${command.help}`;
}

function call(name: string, { usage }: Command): string {
  return usage ? `${name} ${usage}` : name;
}
