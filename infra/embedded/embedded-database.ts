import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { claim, type HeldClaim } from './claim.ts';
import { type Cluster, openCluster } from './cluster.ts';
import {
  type Account,
  holdsFor,
  makeOpenFolder,
  systemFolder,
  unprivilegedAccount,
} from './postgres-binaries.ts';
import { StartProblem } from './settings.ts';

export interface EmbeddedDatabase {
  cluster: Cluster;
  /** Held where the database lies outside the data folder, which a copy of the data folder would share. */
  claim: HeldClaim | undefined;
}

/**
 * Opens the data folder's own database: inside it, or under /var/lib/second-look where root starts it and
 * the folder is closed to the account that PostgreSQL runs as.
 * @param say tells the operator
 * @throws StartProblem
 */
export async function openEmbeddedDatabase(
  dataDir: string,
  say: (line: string) => void,
): Promise<EmbeddedDatabase> {
  const inside = join(dataDir, 'database');
  const account = accountFor(inside);
  const pointer = join(dataDir, 'database-location');
  if (!existsSync(pointer) && isOpenTo(account, inside))
    return { cluster: openCluster(inside, account), claim: undefined };

  const outside = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : newLocation(dataDir);
  if (!existsSync(pointer)) {
    // The pointer is older than the database it points to: what is there belongs to an earlier folder.
    setAside(outside, say);
    writeFileSync(pointer, `${outside}\n`);
  }
  say(`The database is in ${outside}, because ${dataDir} is closed to the user ${account?.name}.`);
  try {
    makeOpenFolder(systemFolder);
  } catch {
    throw new StartProblem(
      `The database can't be kept in ${systemFolder}: start Second Look as an ordinary user, or choose a DATA_DIR that every user may pass through, such as one under /srv.`,
    );
  }
  const cluster = openCluster(outside, accountFor(outside));
  return { cluster, claim: await claim(outside, []) };
}

/** Where the data folder's own database lies, `undefined` where it has none yet. */
export function embeddedFolder(dataDir: string): string | undefined {
  const pointer = join(dataDir, 'database-location');
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim();
  const inside = join(dataDir, 'database');
  return existsSync(inside) ? inside : undefined;
}

/** A database that is there already belongs to whoever made it. */
function accountFor(folder: string): Account | undefined {
  const account = unprivilegedAccount();
  if (!account || !existsSync(folder)) return account;
  const { uid, gid } = statSync(folder);
  return uid === 0 ? account : { uid, gid, name: uid === account.uid ? account.name : String(uid) };
}

function isOpenTo(account: Account | undefined, folder: string): boolean {
  if (!account) return true;
  const isNew = !existsSync(folder);
  if (isNew) {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, account.uid, account.gid);
  }
  const isOpen = holdsFor(account, 'cd "$1" && [ -w . ]', folder);
  if (isNew && !isOpen) rmSync(folder, { recursive: true });
  return isOpen;
}

function newLocation(dataDir: string): string {
  return join(systemFolder, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
}

function setAside(folder: string, say: (line: string) => void) {
  if (!existsSync(folder)) return;
  const place = `${folder}-until-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  renameSync(folder, place);
  say(`The database of a data folder that was here before is now in ${place}.`);
}
