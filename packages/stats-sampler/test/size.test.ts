import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('{ StatsSampler }, bundled and minified with everything inlined, is at most 4 kB gzip', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export { StatsSampler } from './src/index.ts'", resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true, minify: true, format: 'esm', target: 'es2022', write: false,
  })
  expect(gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length).toBeLessThanOrEqual(4000)
})
