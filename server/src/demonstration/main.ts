import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, roleUrl } from '@second-look/infra/config';
import { enrol } from '../features/people/enrol.ts';
import { localAddress } from './address.ts';
import { type Client, signIn } from './client.ts';
import { type DemonstrationLesson, lessons, type Who } from './lessons.ts';
import { password, people } from './people.ts';

/**
 * Makes the demonstration trust on a running server. What is there already is left alone, so that it can be
 * made again after it broke off.
 */
async function demonstrate() {
  const config = readConfig(process.env);
  const address = localAddress(config);
  say('Making the demonstration trust: two schools, five people');
  await enrol(roleUrl(config.databaseUrl, config.secret, 'migrator'), people);
  const person = (name: Who) => signIn(address, `${name}@demo.second-look.test`, password);
  const clients: Record<Who, Client> = {
    amira: await person('amira'),
    ben: await person('ben'),
    carys: await person('carys'),
  };
  for (const lesson of lessons) {
    const id = await film(clients[lesson.owner], lesson);
    await share(clients, lesson, id);
    await discuss(clients, lesson, id);
  }
}

async function film(client: Client, lesson: DemonstrationLesson): Promise<string> {
  const { clientId, title, className, subject, daysAgo } = lesson;
  const lessonDate = new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  let recording = await client.call('POST /api/recordings', {
    body: { clientId, title, className, lessonDate, subject, phase: 'secondary' },
  });
  const params = { id: recording.id };
  if (recording.state === 'draft' || recording.state === 'uploading') {
    const bytes = await readFile(new URL(lesson.file, import.meta.url));
    await client.upload(recording.id, lesson.filename, bytes);
  }
  // An earlier start gave it up; what kept it then may be gone.
  if (recording.state === 'failed')
    recording = await client.call('POST /api/recordings/:id/retry', { params });
  while (recording.state !== 'ready') {
    if (recording.state === 'failed')
      throw new Error(`“${title}” failed: ${recording.failure?.detail}`);
    await sleep(500);
    recording = await client.call('GET /api/recordings/:id', { params });
    say(`Preparing “${title}” … ${Math.round((recording.progress ?? 0) * 100)} %`);
  }
  return recording.id;
}

async function share(
  clients: Record<Who, Client>,
  { owner, sharedWith }: DemonstrationLesson,
  id: string,
) {
  const colleague = await clients[sharedWith].call('GET /api/me');
  await clients[owner].call('POST /api/recordings/:id/grants', {
    params: { id },
    body: {
      principal: { type: 'user', id: colleague.id },
      rights: ['view', 'comment'],
      expiresAt: nextTermEnd(),
    },
  });
}

async function discuss(clients: Record<Who, Client>, lesson: DemonstrationLesson, id: string) {
  const { conversations } = await clients[lesson.owner].call('GET /api/recordings/:id', {
    params: { id },
  });
  for (const [index, note] of lesson.notes.entries()) {
    const written = await clients[note.by].call('POST /api/recordings/:id/annotations', {
      params: { id },
      body: {
        clientId: numbered(lesson.clientId, index + 1),
        startMs: note.startMs,
        endMs: note.endMs ?? null,
        kind: note.kind,
        body: note.body,
        conversationId: note.isPrivate ? null : (conversations[0]?.id ?? null),
      },
    });
    for (const [place, reply] of (note.replies ?? []).entries()) {
      await clients[reply.by].call('POST /api/annotations/:id/replies', {
        params: { id: written.id },
        body: {
          body: reply.body,
          clientId: numbered(lesson.clientId, (index + 1) * 10 + place + 100),
        },
      });
    }
  }
}

/** An id that is the same each time: the lesson's own, with a number in its second to last block. */
function numbered(clientId: string, number: number): string {
  const blocks = clientId.split('-');
  blocks[3] = `8${String(number).padStart(3, '0')}`;
  return blocks.join('-');
}

/** Half a year on, at the end of the day. */
function nextTermEnd(): string {
  const date = new Date(Date.now() + 182 * 86_400_000);
  date.setUTCHours(23, 59, 59, 0);
  return date.toISOString();
}

let said = '';
function say(line: string) {
  if (line !== said) process.stdout.write(`${line}\n`);
  said = line;
}

await demonstrate();
