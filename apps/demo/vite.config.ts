import { defineConfig } from 'vite'

/** Where `npm run dev` finds the channel server; in production it serves this page itself. */
const channelServer = 'http://127.0.0.1:8080'

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // A worklet or wasm file turned into a data: URL would be refused by the script-src that the server sends.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/app': { target: channelServer },
      '/v1': { target: channelServer, ws: true },
    },
  },
})
