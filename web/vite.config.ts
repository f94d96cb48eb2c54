import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';

/** `npm start` beside it gives `pnpm --filter @second-look/web dev` its data. */
const server = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react(), precompress()],
  // The server takes writes from its own origin only, so the proxy speaks for it.
  server: {
    proxy: { '/api': { target: server, changeOrigin: true, headers: { origin: server } } },
  },
  build: {
    outDir: 'dist',
    sourcemap: false,
    // The content security policy allows few data: addresses, so every asset stays a file.
    assetsInlineLimit: 0,
    // tests/bench/weight.ts reads from it what is loaded before the first screen.
    manifest: true,
    // video.js is one piece, loaded with the review page alone.
    chunkSizeWarningLimit: 900,
  },
});
