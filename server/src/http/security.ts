import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isPageOf } from './address.ts';
import { ProblemError } from './problems.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Is this request from a page of ours? A browser names the page's origin in every request that could
 * change something; what names none is no browser, and so carries no cookie that somebody else's page could use.
 */
export function isOwnOrigin(request: FastifyRequest, publicUrl: string): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) {
    const site = request.headers['sec-fetch-site'];
    return site === undefined || site === 'same-origin' || site === 'none';
  }
  return origin === new URL(publicUrl).origin || origin === `${request.protocol}://${host}`;
}

/** Headers that keep other sites' code out of ours, and the check that requests are our own pages'. */
export const securityPlugin = fp(
  async (
    app: FastifyInstance,
    { publicUrl, mediaOrigin }: { publicUrl: string; mediaOrigin: string | null },
  ) => {
    const media = mediaOrigin === null ? [] : [mediaOrigin];
    const isHttps = publicUrl.startsWith('https:');
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          // Mantine and video.js set styles from scripts; styles alone cannot run anything.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:', 'blob:', ...media],
          mediaSrc: ["'self'", 'blob:', ...media],
          connectSrc: ["'self'", ...media],
          workerSrc: ["'self'", 'blob:'],
          fontSrc: ["'self'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          formAction: ["'self'"],
          ...(isHttps && { upgradeInsecureRequests: [] }),
        },
      },
      strictTransportSecurity: isHttps,
      referrerPolicy: { policy: 'same-origin' },
      crossOriginEmbedderPolicy: false,
    });
    app.addHook('onRequest', async (request, reply) => {
      reply.header(
        'permissions-policy',
        'camera=(self), microphone=(self), geolocation=(), browsing-topics=()',
      );
      if (!safeMethods.has(request.method) && !isOwnOrigin(request, publicUrl)) {
        const { origin = '', host } = request.headers;
        // A page of ours all the same, behind something that PUBLIC_URL does not know of.
        const fields = isPageOf(origin, host) && [{ path: 'address', message: publicUrl }];
        throw new ProblemError('forbidden_origin', fields || undefined);
      }
    });
  },
);
