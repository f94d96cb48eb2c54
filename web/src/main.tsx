import './app/mantine.css';
import './app/look.css';
import './app/i18n.ts';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { onSignedOut, queryClient } from './app/query-client.ts';
import { comingBackTo, router } from './app/router.tsx';
import { cssVariables, theme } from './app/theme.ts';
import { meQuery } from './features/session/me.ts';
import { followSignOut } from './features/session/session.ts';
import { Toasts } from './ui/Toasts.tsx';

followSignOut();
onSignedOut(() => {
  const { href, pathname } = router.state.location;
  if (pathname === '/sign-in') return;
  // Somebody who comes for the first time has no session that could have ended.
  const ended = queryClient.getQueryData(meQuery.queryKey) !== undefined || undefined;
  queryClient.clear();
  void router.navigate({ to: '/sign-in', search: { ...comingBackTo(href), ended } });
});

const container = document.getElementById('root');
if (container) {
  createRoot(container).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
          <Toasts />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
