// The SDK as one script for a page without a bundler: `window.AliRtcEngine`, everything inlined. Runs after the compiler.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))

await build({
  entryPoints: [at('../dist/global.js')],
  outfile: at('../dist/earshot.global.js'),
  bundle: true, minify: true, sourcemap: true, format: 'iife', target: 'es2022', platform: 'browser', logLevel: 'warning',
})
