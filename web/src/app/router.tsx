import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { recordingsQuery } from '../features/recordings/queries.ts';
import { meQuery } from '../features/session/me.ts';
import { ApiProblem } from './api.ts';
import { NotFoundPage } from './NotFoundPage.tsx';
import { OpeningPage } from './OpeningPage.tsx';
import { queryClient } from './query-client.ts';
import { TroublePage } from './TroublePage.tsx';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  /** `next` is where to go afterwards; `ended` says that a session was over. */
  validateSearch: ({
    next,
    ended,
  }: Record<string, unknown>): { next?: string; ended?: boolean } => ({
    next: isInside(next) ? next : undefined,
    ended: ended === true || undefined,
  }),
  beforeLoad: ({ context, search }) => {
    if (context.queryClient.getQueryData(meQuery.queryKey))
      throw redirect({ href: search.next ?? '/' });
  },
  component: lazyRouteComponent(() => import('../features/session/SignInPage.tsx')),
});

const forgottenPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgotten-password',
  component: lazyRouteComponent(() => import('../features/account/ForgottenPasswordPage.tsx')),
});

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  component: lazyRouteComponent(() => import('../features/account/NewPasswordPage.tsx')),
});

const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('../features/people/JoinPage.tsx')),
});

/** Everything for signed-in people. Whoever is not comes back here after signing in. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    await context.queryClient.ensureQueryData(meQuery).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.status === 401) {
        throw redirect({ to: '/sign-in', search: comingBackTo(location.href) });
      }
      throw error;
    });
  },
  component: lazyRouteComponent(() => import('./Shell.tsx'), 'Shell'),
});

const mine = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  loader: ({ context }) => void context.queryClient.prefetchInfiniteQuery(recordingsQuery('mine')),
  component: lazyRouteComponent(() => import('../features/recordings/HomePage.tsx')),
});

const shared = createRoute({
  getParentRoute: () => signedIn,
  path: '/shared',
  component: lazyRouteComponent(() => import('../features/recordings/SharedPage.tsx')),
});

const trash = createRoute({
  getParentRoute: () => signedIn,
  path: '/trash',
  component: lazyRouteComponent(() => import('../features/recordings/TrashPage.tsx')),
});

const upload = createRoute({
  getParentRoute: () => signedIn,
  path: '/upload',
  component: lazyRouteComponent(() => import('../features/upload/UploadPage.tsx')),
});

const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/account/AccountPage.tsx')),
});

const people = createRoute({
  getParentRoute: () => signedIn,
  path: '/people',
  /** `at` is the organisation whose people are shown. */
  validateSearch: ({ at }: Record<string, unknown>): { at?: string } => ({
    at: typeof at === 'string' ? at : undefined,
  }),
  component: lazyRouteComponent(() => import('../features/people/PeoplePage.tsx')),
});

const administration = createRoute({
  getParentRoute: () => signedIn,
  path: '/administration',
  component: lazyRouteComponent(() => import('../features/administration/AdministrationPage.tsx')),
});

const review = createRoute({
  getParentRoute: () => signedIn,
  path: '/recordings/$id',
  /** `t` opens a moment, in seconds or as `12:34`; `note` opens a note. */
  validateSearch: ({
    t,
    note,
  }: Record<string, unknown>): { t?: number | string; note?: string } => ({
    t: typeof t === 'number' || typeof t === 'string' ? t : undefined,
    note: typeof note === 'string' ? note : undefined,
  }),
  component: lazyRouteComponent(() => import('../features/review/ReviewPage.tsx')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    forgottenPassword,
    newPassword,
    join,
    signedIn.addChildren([mine, shared, trash, upload, account, people, administration, review]),
  ]),
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultErrorComponent: TroublePage,
  defaultPendingComponent: OpeningPage,
  defaultPendingMs: 500,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** The search of the sign-in page that leads back to an address; the first page needs no mention. */
export function comingBackTo(address: string): { next?: string } {
  return address === '/' ? {} : { next: address };
}

/** Only addresses of this app are gone back to: never another site's. */
function isInside(address: unknown): address is string {
  return (
    typeof address === 'string' && /^\/(?![/\\])/.test(address) && !address.startsWith('/sign-in')
  );
}
