import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { kernelHex } from '../src/generated/kernel-wasm.ts'
import { workletSource } from '../src/generated/worklet-source.ts'

test('the worklet uses no global that its scope lacks', () => {
  // browser-facts W1, and what a window has beyond that
  const missing = ['performance', 'URL', 'TextDecoder', 'TextEncoder', 'fetch', 'setTimeout', 'setInterval', 'crypto', 'atob', 'btoa',
    'queueMicrotask', 'structuredClone', 'MessageChannel', 'SharedArrayBuffer', 'window', 'document', 'self', 'DOMException', 'import', 'process']
  const names = new Set(workletSource.replaceAll(/\.process\b|\bprocess\(/g, '').match(/[A-Za-z_$][\w$]*/g))
  expect(missing.filter((name) => names.has(name))).toEqual([])
  expect(names).toContain('registerProcessor')
})

test('the worklet file is too large for bundlers to turn it into a data: URL, which policies block', () => {
  expect(workletSource.length + kernelHex.length).toBeGreaterThan(4096)
})

test('LevelMeter with all it inlines stays within 14 kB', async () => {
  const { outputFiles } = await build({
    stdin: { contents: "export { LevelMeter } from './src/index.ts'", resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true, minify: true, write: false, format: 'esm',
  })
  const size = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(1e6)).length
  expect(size).toBeLessThanOrEqual(14_000)
})

test('importing the package outside a browser does nothing and fails nothing', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual(['LevelMeter', 'LoudnessAnalyser', 'detectSpeech', 'fromDecibels', 'meterTrack', 'toDecibels'])
})
