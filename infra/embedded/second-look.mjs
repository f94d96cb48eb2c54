// Plain JavaScript for any Node from 18: `npm run second-look` runs it before there is another.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CommandProblem } from './commands.mjs';
import { installPackages, prepareToolchain, root } from './toolchain.mjs';

try {
  const toolchain = await prepareToolchain();
  await installPackages(toolchain);
  operate(toolchain);
} catch (error) {
  if (!(error instanceof CommandProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** @param {import('./toolchain.mjs').Toolchain} toolchain */
function operate({ node, env }) {
  const script = join(root, 'server/src/operate/main.ts');
  const command = spawn(node, [script, ...process.argv.slice(2)], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  // A Ctrl-C reaches both; a kill reaches this one alone. The command says when it is done.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => command.kill('SIGTERM'));
  command.once('error', (error) => {
    process.stderr.write(`The command could not be started (${error.message}).\n`);
    process.exitCode = 1;
  });
  command.once('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
