import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app';
import type { Queue } from 'bullmq';

export interface Board {
  /** Folder of its scripts, styles, pictures and words. */
  staticFolder: string;
  /** Where its page is found, below the board's own address. */
  pages: string[];
  page: string;
  /** What its page asks: addresses below the board's own, each with what answers it. */
  reads: { url: string; answer(asked: Asked): Promise<{ status: number; body: unknown }> }[];
}

export interface Asked {
  params: Record<string, string>;
  query: Record<string, string>;
}

/**
 * Bull Board for looking, as parts for Fastify to serve: of its routes only those that read. Nothing of
 * what it could do helps here: the queue keeps no failed jobs, and what waits comes back by itself.
 * @param basePath the address that it is served at, without a slash at its end
 */
export function openBoard(queues: Queue[], basePath: string): Board {
  const given: Partial<Given> = {};
  const keep = <N extends keyof Given>(name: N, value: Given[N]) => {
    given[name] = value;
    return serverAdapter;
  };
  const serverAdapter: IServerAdapter = {
    setQueues: (queues) => keep('queues', queues),
    setViewsPath: (folder) => keep('viewsFolder', folder),
    setStaticPath: (_address, folder) => keep('staticFolder', folder),
    setEntryRoute: (route) => keep('entry', route),
    setApiRoutes: (routes) => keep('routes', routes),
    setUIConfig: (config) => keep('uiConfig', config),
    setErrorHandler: () => serverAdapter,
  };
  createBullBoard({
    queues: queues.map((queue, index) => {
      const displayName = displayNames[index] ?? queue.name;
      return new BullMQAdapter(queue, { readOnlyMode: true, displayName });
    }),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Second Look', hideDocsLink: true } },
  });
  const { queues: shown, viewsFolder, staticFolder, entry, routes, uiConfig } = given as Given;
  const { name, params } = entry.handler({ basePath, uiConfig });
  return {
    staticFolder,
    pages: [entry.route].flat(),
    page: fill(readFileSync(join(viewsFolder, name), 'utf8'), params),
    reads: routes
      .filter(({ method }) => method === 'get')
      .flatMap(({ route, handler }) =>
        [route].flat().map((url) => ({
          url,
          answer: async (asked: Asked) => {
            const request = { queues: shown, uiConfig, body: {}, headers: {}, ...asked };
            const { status = 200, body } = await handler(request);
            return { status, body };
          },
        })),
      ),
  };
}

/** In the order of the lanes. */
const displayNames = ['Awaited', 'Processing'];

interface Given {
  queues: BullBoardQueues;
  viewsFolder: string;
  staticFolder: string;
  entry: AppViewRoute;
  routes: AppControllerRoute[];
  uiConfig: UIConfig;
}

/** Fills the page's gaps, as EJS would, and leaves out the fonts that it would fetch from elsewhere. */
function fill(template: string, values: Record<string, string>): string {
  return template
    .replace(/<link[^>]*fonts\.googleapis\.com[^>]*>/, '')
    .replace(/<%([=-]) (\w+) %>/g, (_gap, how: string, name: string) => {
      const value = values[name] ?? '';
      return how === '-' ? value : value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    });
}
