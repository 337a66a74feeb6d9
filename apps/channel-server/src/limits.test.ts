import { expect, it } from 'vitest'
import { fullBucket, takeToken, type Bucket } from './limits.js'
import { admit, countMalformed, newGuard } from './message-guard.js'
import { readConfig } from './config.js'

const size = { perSecond: 2, burst: 3 }

it.each([
  ['the burst is there at once, and no more', [0, 0, 0, 0], [true, true, true, false]],
  ['half a second brings one token', [0, 0, 0, 500, 500], [true, true, true, true, false]],
  ['fractions add up', [0, 0, 0, 250, 499, 500], [true, true, true, false, false, true]],
  ['a long rest fills it to the burst, not above', [0, 0, 0, 60_000, 60_000, 60_000, 60_000], [true, true, true, true, true, true, false]],
  ['a clock that goes back gives nothing', [1000, 1000, 1000, 0, 0], [true, true, true, false, false]],
])('a token bucket: %s', (_what, timesMs, expected) => {
  let bucket: Bucket = fullBucket(size, timesMs[0] ?? 0)
  const allowed = timesMs.map((nowMs) => {
    const taken = takeToken(bucket, size, nowMs)
    bucket = taken.bucket
    return taken.allowed
  })
  expect(allowed).toEqual(expected)
})

const defaults = readConfig({})
if (!defaults.ok) throw new Error('the defaults are no good')
const limits = { ...defaults.config.limits, messagesPerSecond: 1, messageBurst: 2, badMessages: 2 }

it('after as many refused messages as its burst, a socket is closed', () => {
  let guard = newGuard(limits, 0)
  const verdicts = Array.from({ length: 6 }, () => {
    const admitted = admit(guard, limits, 0)
    guard = admitted.guard
    return admitted.verdict
  })
  expect(verdicts).toEqual(['take', 'take', 'refuse', 'refuse', 'refuse-and-close', 'refuse-and-close'])
})

it('the first malformed messages are forgiven, the next one is the last', () => {
  let guard = newGuard(limits, 0)
  const verdicts = Array.from({ length: 3 }, () => {
    const counted = countMalformed(guard, limits)
    guard = counted.guard
    return counted.verdict
  })
  expect(verdicts).toEqual(['refuse', 'refuse', 'refuse-and-close'])
})
