// Runs before the first paint, so that a chosen dark page never flashes white, and before all else that
// could fail to load. The content security policy allows no inline script, hence a file. The key is the one
// MantineProvider writes.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('mantine-color-scheme-value');
  } catch {}
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.mantineColorScheme = isDark ? 'dark' : 'light';

  // The page's own script did not arrive: the sentence that index.html has for that takes over.
  const sayUnopened = () => {
    document.querySelector('.opening')?.setAttribute('hidden', '');
    document.querySelector('.unopened')?.removeAttribute('hidden');
  };
  addEventListener(
    'error',
    ({ target }) => {
      if (!(target instanceof HTMLScriptElement) || target.type !== 'module') return;
      if (document.readyState === 'loading') addEventListener('DOMContentLoaded', sayUnopened);
      else sayUnopened();
    },
    true,
  );
})();
