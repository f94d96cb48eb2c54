import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { ProblemError } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What is wrong with how this server is reached: a sentence for its operator each. */
    addressTroubles: ReadonlyMap<string, string>;
    /**
     * @throws ProblemError wrong_address where a session begun at the page's address would not last, because
     *   its cookie is for HTTPS only
     */
    refuseWrongAddress(request: FastifyRequest): void;
  }
}

/**
 * Notices when people reach the server otherwise than PUBLIC_URL and TRUST_PROXY say. Each trouble is told
 * once in the log, and to whoever asks for `addressTroubles`.
 */
export const addressPlugin = fp(
  async (
    app: FastifyInstance,
    { publicUrl, hasProxies }: { publicUrl: string; hasProxies: boolean },
  ) => {
    const troubles = new Map<string, string>();
    const tell = (kind: string, sentence: string) => {
      if (troubles.has(kind)) return;
      troubles.set(kind, sentence);
      app.log.warn({ trouble: kind }, sentence);
    };
    app.decorate('addressTroubles', troubles);
    const { protocol, hostname } = new URL(publicUrl);
    if (protocol === 'http:' && !isThisMachine(hostname)) {
      tell(
        'unencrypted',
        `PUBLIC_URL is ${publicUrl}, so passwords and lessons go unencrypted over the network: put a proxy with TLS in front, and set PUBLIC_URL to its https: address.`,
      );
    }
    app.decorate('refuseWrongAddress', (request) => {
      const { origin } = request.headers;
      const needsHttps = publicUrl.startsWith('https:');
      if (!needsHttps || origin === undefined || origin === new URL(publicUrl).origin) return;
      throw new ProblemError('wrong_address', [{ path: 'address', message: publicUrl }]);
    });

    app.addHook('onRequest', async (request) => {
      const { origin, host } = request.headers;
      if (request.headers['x-forwarded-for'] !== undefined && !hasProxies) {
        tell(
          'proxy',
          'Requests come through a proxy that TRUST_PROXY does not name, so everybody seems to sign in from one place: set TRUST_PROXY to the number of proxies, or to their addresses. (Where there is no proxy, somebody makes this up: leave it as it is.)',
        );
      }
      if (origin === undefined || origin === new URL(publicUrl).origin || !isPageOf(origin, host))
        return;
      tell(
        'origin',
        `Somebody opened Second Look at ${origin}, but PUBLIC_URL is ${publicUrl}: set PUBLIC_URL to what people type, or send them there.`,
      );
    });
  },
);

/** Whether a browser that is sent there stays on its own machine (RFC 6761, section 6.3, for the names). */
function isThisMachine(hostname: string): boolean {
  return /^(127\.[\d.]+|\[::1\]|(.+\.)?localhost)$/.test(hostname);
}

/** Whether a page at this origin came from this server, by the name that it was asked under. */
export function isPageOf(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin);
  // Whoever is no browser can put any words behind the host, and this is told to administrators.
  return page?.host === host && page?.origin === origin;
}
