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

test('importing the package outside a browser does nothing and fails nothing', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual(['LevelMeter', 'LoudnessAnalyser', 'MomentaryMeter', 'detectSpeech', 'fromDecibels', 'meterTrack', 'toDecibels'])
})
