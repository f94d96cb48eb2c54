import pg from 'pg';

/**
 * What the database announces (triggers in migrations/sql): that a row of this kind changed, or that a step
 * which makes a piece has come to its end.
 */
export interface Announcement {
  kind: 'recording' | 'annotation' | 'conversation' | 'grant' | 'piece';
  id: string;
}

export interface Announcements {
  close(): Promise<void>;
}

const channel = 'second_look';
const retryMs = 1_000;

/**
 * Listens on a connection of its own, and again on a new one when it breaks.
 * @param onAnnouncement called for each change
 * @param onGap called after a reconnect: announcements may have been missed in between
 */
export async function listen(
  url: string,
  onAnnouncement: (announcement: Announcement) => void,
  onGap: () => void,
): Promise<Announcements> {
  let isClosed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function connect() {
    const next = new pg.Client({ connectionString: url, keepAlive: true });
    next.on('notification', ({ payload = '' }) => {
      const match = /^(recording|annotation|conversation|grant|piece):([0-9a-f-]{36})$/.exec(
        payload,
      );
      if (match) onAnnouncement({ kind: match[1] as Announcement['kind'], id: match[2] as string });
    });
    const lost = () => {
      if (client === next) reconnectSoon();
      next.end().catch(() => {});
    };
    next.on('error', lost);
    next.on('end', lost);
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
    } catch (error) {
      next.end().catch(() => {});
      throw error;
    }
    if (isClosed) await next.end();
    else client = next;
  }

  function reconnectSoon() {
    if (isClosed) return;
    // A connection that breaks is told of more than once; only one attempt at another may be under way.
    client = undefined;
    retry = setTimeout(async () => {
      const isBack = await connect().then(
        () => true,
        () => false,
      );
      if (isBack) onGap();
      else reconnectSoon();
    }, retryMs);
  }

  await connect();
  return {
    close: async () => {
      isClosed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
