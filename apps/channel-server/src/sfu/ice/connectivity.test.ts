import { expect, it } from 'vitest'
import { DISCONNECTED_AFTER_MS, FAILED_AFTER_MS, nextConnectivity, type Connectivity } from './connectivity.js'

const quick = { secured: true, broken: false, silentMs: 0 }

it.each<[Connectivity, Partial<typeof quick>, Connectivity]>([
  ['new', { secured: false }, 'new'],
  ['new', { secured: false, silentMs: DISCONNECTED_AFTER_MS }, 'new'],
  ['new', { secured: false, silentMs: FAILED_AFTER_MS }, 'failed'],
  ['new', {}, 'connected'],
  ['new', { secured: false, broken: true }, 'failed'],
  ['connected', { silentMs: DISCONNECTED_AFTER_MS - 1 }, 'connected'],
  ['connected', { silentMs: DISCONNECTED_AFTER_MS }, 'disconnected'],
  ['connected', { broken: true }, 'failed'],
  ['disconnected', { silentMs: 10 }, 'connected'],
  ['disconnected', { silentMs: FAILED_AFTER_MS }, 'failed'],
  ['failed', { silentMs: FAILED_AFTER_MS }, 'failed'],
  ['failed', {}, 'connected'],
  ['failed', { secured: false }, 'failed'],
  ['failed', { broken: true }, 'failed'],
])('%s with %o becomes %s', (current, evidence, expected) => {
  expect(nextConnectivity(current, { ...quick, ...evidence })).toBe(expected)
})
