import { listOf, type Statement, statementsOf } from './statements.ts';

/**
 * What a migration does that the code of the release before could not live with. While an upgrade runs,
 * and after it was taken back, that code works on the new shape: it must find every table, column and
 * function that it uses, and may leave out whatever it does not know.
 *
 * Statements are read, not understood. What passes unseen: a function that is replaced by one that does or
 * refuses something else, what a called function does, what an update makes of rows that are there, and rights
 * or settings of roles. Who writes one of these has to think of that code without help.
 * @param sql a numbered file
 * @returns a sentence for each such statement; one that says in a comment right before it which release
 *   stopped using what it takes away (`-- contract: unused since 0.3`), or why a rule that it sets
 *   anew refuses nothing that was accepted (`-- widens: …`), passes
 */
export function breaksPreviousRelease(sql: string): string[] {
  const statements = statementsOf(sql);
  const own = statements.flatMap(({ text }) => made.exec(text)?.[1] ?? []).map(bare);
  return statements.flatMap((statement) => {
    const { text, comment } = statement;
    if (/-- contract: unused since \d+\.\d+/.test(comment)) return [];
    const isOwn = (name: string | undefined) => name !== undefined && own.includes(bare(name));
    const findings = [
      ...takesAway(text, isOwn),
      ...changesTable(text, isOwn),
      ...takesRights(text, isOwn),
      ...takesSight(statement, statements, isOwn),
      ...changesTriggers(statement, statements, isOwn),
    ];
    const isWider = /-- widens: \S/.test(comment);
    return findings
      .filter(({ narrows }) => !(narrows && isWider))
      .map(({ why }) => `${why}: ${text.slice(0, 100)}`);
  });
}

interface Finding {
  why: string;
  /** It may also be a rule that is wider than it was, which a comment can say. */
  narrows?: boolean;
}
type IsOwn = (name: string | undefined) => boolean;

const made =
  /^create (?:or replace )?(?:unlogged )?(?:table|view|function|type|schema|sequence) (?:if not exists )?([\w."]+)/;
const bare = (name: string) => name.replaceAll('"', '').replace(/^public\./, '');

function takesAway(text: string, isOwn: IsOwn): Finding[] {
  const dropped =
    /^drop (?:table|view|materialized view|function|procedure|routine|aggregate|type|domain|schema|sequence|extension|role) (?:if exists )?([\w."]+)/.exec(
      text,
    );
  if (dropped && !isOwn(dropped[1])) return [{ why: 'drops what the release before may use' }];
  const emptied = /^(?:with .*)?\bdelete from (?:only )?([\w."]+)/.exec(text);
  if (/^truncate /.test(text) || (emptied && !isOwn(emptied[1]))) return [{ why: 'removes rows' }];
  // Its body is a string constant.
  if (/^do\b/.test(text)) return [{ why: 'does what is not read here', narrows: true }];
  if (/^alter .* rename /.test(text)) return [{ why: 'renames what the release before may use' }];
  return [];
}

function changesTable(text: string, isOwn: IsOwn): Finding[] {
  const unique = /^create unique index (?:.*? )?on (?:only )?([\w."]+)/.exec(text);
  if (unique && !isOwn(unique[1]))
    return [{ why: 'refuses rows that were accepted', narrows: true }];
  const altered = /^alter table (?:if exists )?(?:only )?([\w."]+) (.*)$/.exec(text);
  if (!altered || isOwn(altered[1])) return [];
  return listOf(altered[2] ?? '').flatMap((action) => {
    if (/^drop (?!constraint )/.test(action)) return [{ why: 'drops a column' }];
    if (/^alter .*\bset not null$/.test(action)) return [{ why: 'wants what may be left out' }];
    if (/^alter .*\bdrop (default|identity|expression)/.test(action))
      return [{ why: 'wants what may be left out' }];
    if (/^alter .*\b(set data )?type /.test(action)) return [{ why: 'changes a type' }];
    if (/^enable row level security/.test(action)) return [{ why: 'hides rows', narrows: true }];
    if (/^add (constraint|check|unique|primary|foreign|exclude)\b/.test(action))
      return [{ why: 'refuses rows that were accepted', narrows: true }];
    const isFilled = /\b(default|generated)\b/.test(action);
    if (/^add .*\b(not null|primary key)\b/.test(action) && !isFilled)
      return [{ why: 'wants what may be left out' }];
    return [];
  });
}

function takesRights(text: string, isOwn: IsOwn): Finding[] {
  const revoked =
    /^revoke .*? on (?:table |function |schema |sequence |all \w+ in schema )?(.*) from /.exec(
      text,
    );
  const names = listOf(revoked?.[1] ?? '').map((name) => name.replace(/\(.*$/, ''));
  return revoked && !names.every(isOwn) ? [{ why: 'takes rights away' }] : [];
}

/** A policy may be replaced, with one of its own name in the same file. */
function takesSight({ text }: Statement, statements: Statement[], isOwn: IsOwn): Finding[] {
  const created = /^create policy ([\w"]+) on ([\w."]+) as restrictive/.exec(text);
  const altered = /^alter policy ([\w"]+) on ([\w."]+)/.exec(text);
  const narrowed = created ?? altered;
  if (narrowed && !isOwn(narrowed[2])) return [{ why: 'hides rows', narrows: true }];
  const dropped = /^drop policy (?:if exists )?([\w"]+) on ([\w."]+)/.exec(text);
  if (!dropped || isOwn(dropped[2])) return [];
  const again = `create policy ${dropped[1]} on ${dropped[2]} `;
  const isReplaced = statements.some((other) => other.text.startsWith(again));
  return isReplaced ? [] : [{ why: 'hides rows' }];
}

const trigger = /^create (?:or replace )?(?:constraint )?trigger ([\w"]+) .*? on ([\w."]+)/;

/** A trigger may be replaced like a policy; a new one may refuse rows, or make others of them. */
function changesTriggers({ text }: Statement, statements: Statement[], isOwn: IsOwn): Finding[] {
  const created = trigger.exec(text);
  if (created && !isOwn(created[2]))
    return [{ why: 'may refuse rows that were accepted', narrows: true }];
  const dropped = /^drop trigger (?:if exists )?([\w"]+) on ([\w."]+)/.exec(text);
  if (!dropped || isOwn(dropped[2])) return [];
  const isReplaced = statements.some((other) => {
    const [, name, table] = trigger.exec(other.text) ?? [];
    return name === dropped[1] && table === dropped[2];
  });
  return isReplaced ? [] : [{ why: 'drops what the release before may rely on' }];
}
