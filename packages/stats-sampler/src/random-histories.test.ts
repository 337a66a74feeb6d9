import { expect, test, vi } from 'vitest'
import { numbersIn, type Report } from '../test/reports.ts'
import { readReport, withSynchronizationSources, type ConnectionReading } from './connection-reading.ts'
import { sampleBetween, type ConnectionSample } from './connection-sample.ts'

/** mulberry32: small, seeded, the same everywhere. */
function generator(seed: number) {
  let state = seed
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return { random, below: (limit: number): number => Math.floor(random() * limit), chance: (probability: number): boolean => random() < probability }
}

type Generator = ReturnType<typeof generator>

interface Stream { ssrc: number; readonly mid: string; readonly rid: string | undefined; readonly send: boolean; readonly video: boolean; counters: Record<string, number> }

const fresh = (ssrc: number, { below, chance }: Generator): Stream =>
  ({ ssrc, mid: String(below(4)), rid: chance(0.3) ? 'lh'[below(2)] : undefined, send: chance(0.5), video: chance(0.5), counters: { bytes: below(1e6), headers: below(1e5), packets: below(1e4), lost: below(9) - 4, repaired: 0, frames: below(500), energy: 0, duration: 0 } })

/** A call as a browser might report it: streams come, go, change ssrc, count anew, lose packets twice and find them again; pairs and time jump. */
function history(seed: number, steps: number): { reports: Report[]; levels: { source: number; audioLevel: number; timestamp: number }[][] } {
  const chanceOf = generator(seed)
  const { below, chance, random } = chanceOf
  let now = 1_700_000_000_000 + below(1e6)
  let nextSsrc = 1 + below(1000)
  let streams: Stream[] = [fresh(nextSsrc++, chanceOf)]
  let pairId = 1
  let pair = { sent: 0, received: 0 }
  let transport = { sent: 0, received: 0 }
  const hides = new Set(['headers', 'lost', 'repaired', 'frames', 'energy', 'transport', 'mid', 'pair'].filter(() => chance(0.15)))
  const reports: Report[] = []
  const levels: { source: number; audioLevel: number; timestamp: number }[][] = []
  for (let n = 0; n < steps; n++) {
    now += chance(0.05) ? 0 : chance(0.05) ? below(90_000) : chance(0.02) ? -below(500) : 900 + random() * 200
    if (chance(0.08)) streams.push(fresh(nextSsrc++, chanceOf))
    if (chance(0.05)) streams.splice(below(streams.length + 1), 1)
    if (chance(0.05)) for (const stream of streams.slice(0, 1)) stream.ssrc = nextSsrc++
    for (const stream of streams) {
      const { counters } = stream
      if (chance(0.03)) for (const name in counters) counters[name] = below(100)
      for (const [name, most] of [['bytes', 2e5], ['headers', 2e4], ['packets', 300], ['repaired', 20], ['frames', 40]] as const) counters[name] = (counters[name] ?? 0) + below(most)
      counters['lost'] = (counters['lost'] ?? 0) + below(30) - 12
      counters['energy'] = (counters['energy'] ?? 0) + random()
      counters['duration'] = (counters['duration'] ?? 0) + (chance(0.1) ? 0 : random() * 1.2)
    }
    for (const way of ['sent', 'received'] as const) {
      const bytes = below(3e5)
      pair[way] += bytes
      transport[way] += bytes
    }
    if (chance(0.04)) [pairId, pair] = [pairId + 1, { sent: below(1e4), received: below(1e7) }]
    if (chance(0.01)) transport = { sent: 0, received: 0 }
    reports.push(reportOf(now, streams, { id: `P${pairId}`, ...pair }, transport, hides, chanceOf))
    levels.push(streams.filter(() => chance(0.5)).map(({ ssrc }) => ({ source: ssrc, audioLevel: random(), timestamp: now })))
  }
  return { reports, levels }
}

function reportOf(timestamp: number, streams: readonly Stream[], pair: { id: string; sent: number; received: number }, transport: { sent: number; received: number }, hides: ReadonlySet<string>, { random, chance }: Generator): Report {
  const shown = (name: string, entry: Record<string, unknown>) => (hides.has(name) ? {} : entry)
  const entries: Record<string, unknown>[] = streams.map(({ ssrc, mid, rid, send, video, counters }) => {
    const way = send ? 'Sent' : 'Received'
    return {
      type: send ? 'outbound-rtp' : 'inbound-rtp', id: `${way}${ssrc % 7 === 0 ? 'same' : ssrc}`, ssrc, kind: video ? 'video' : 'audio', ...(rid && send ? { rid } : {}), ...shown('mid', { mid }),
      [`bytes${way}`]: counters['bytes'], [`packets${way}`]: counters['packets'], ...shown('headers', { [`headerBytes${way}`]: counters['headers'] }),
      ...shown('lost', { packetsLost: counters['lost'] }), ...shown('repaired', { retransmittedPacketsReceived: counters['repaired'] }),
      ...shown('frames', { [send ? 'framesSent' : 'framesDecoded']: counters['frames'] }), framesPerSecond: random() * 30, jitter: random() / 10,
      ...shown('energy', { totalAudioEnergy: counters['energy'], totalSamplesDuration: counters['duration'] }), audioLevel: random(), active: chance(0.9),
      ...(chance(0.01) ? { [`bytes${way}`]: [NaN, Infinity, -5, 'x', null, 1e308, Number.MAX_VALUE][Math.floor(random() * 7)] } : {}),
    }
  })
  entries.push(
    ...(hides.has('pair') ? [] : [{ type: 'candidate-pair', id: pair.id, nominated: true, state: 'succeeded', bytesSent: pair.sent, bytesReceived: pair.received, currentRoundTripTime: random() }]),
    ...(hides.has('transport') ? [] : [{ type: 'transport', id: 'T', selectedCandidatePairId: pair.id, bytesSent: transport.sent, bytesReceived: transport.received }]),
    { type: 'remote-inbound-rtp', id: 'R', ssrc: streams[0]?.ssrc, roundTripTime: random(), fractionLost: random() * 1.1, jitter: random(), timestamp: timestamp + 1e9 },
  )
  return entries.map((entry) => [String(entry['id']), { timestamp, ...entry }])
}

/** Each test has seeds of its own, 16,000 histories in all; the seed is in the message, so that a failure can be run again alone. */
const HISTORIES = 4000
const STEPS = 12

// 2 s each on two cores; a busy machine gets more than the default 5.
vi.setConfig({ testTimeout: 60_000 })

function eachHistory(firstSeed: number, check: (readings: readonly ConnectionReading[], samples: readonly ConnectionSample[], seed: number) => void): void {
  for (let seed = firstSeed; seed < firstSeed + HISTORIES; seed++) {
    const { reports, levels } = history(seed, STEPS)
    const readings = reports.map((report, n) => withSynchronizationSources(readReport(report), levels[n] ?? []))
    check(readings, readings.slice(1).map((reading, n) => sampleBetween(readings[n]!, reading)), seed) // n runs one behind: it exists
  }
}

test('random histories: no number is negative, NaN or infinite; ratios and levels stay in 0..1', () => {
  eachHistory(1, (_, samples, seed) => {
    for (const sample of samples) {
      if (numbersIn(sample).some((number) => !(number >= 0 && number < Infinity))) expect.fail(`seed ${seed}: ${JSON.stringify(sample)}`)
      for (const { lossRatio = 0, networkLossRatio = 0, audioLevel = 0 } of [...sample.streams, ...sample.tracks]) {
        if (Math.max(lossRatio, networkLossRatio, audioLevel) > 1) expect.fail(`seed ${seed}: ${JSON.stringify(sample)}`)
      }
    }
  })
})

test('random histories: the windows of a stream add up to final - initial of its counter, over every stretch without reset', () => {
  let stretches = 0
  eachHistory(10001, (readings, samples, seed) => {
    const at = (n: number, ssrc: number) => readings[n]?.streams.find((stream) => stream.ssrc === ssrc)
    for (const ssrc of new Set(readings.flatMap(({ streams }) => streams.flatMap((stream) => stream.ssrc ?? [])))) {
      let sum = 0
      let start: number | undefined
      const compare = (end: number): void => {
        if (start !== undefined && end > start) {
          const grown = (at(end, ssrc)?.packets ?? NaN) - (at(start, ssrc)?.packets ?? NaN)
          // 1e-6 of a packet: what ten roundings of a division and a product may cost.
          if (!(Math.abs(sum - grown) < 1e-6)) expect.fail(`seed ${seed}, ssrc ${ssrc}: ${sum} is not ${grown}`)
          stretches++
        }
        ;[sum, start] = [0, undefined]
      }
      for (const [n, sample] of samples.entries()) {
        const rate = sample.streams.find((stream) => stream.ssrc === ssrc)?.packetsPerSecond
        if (rate === undefined) compare(n)
        else [sum, start] = [sum + (rate * sample.durationMs) / 1000, start ?? n]
      }
      compare(samples.length)
    }
  })
  expect(stretches).toBeGreaterThan(HISTORIES)
})

test('random histories: a new ssrc has no rates, a counter that went back says reset, and a known pair of counters gives a rate', () => {
  const seen = { fresh: 0, back: 0, steady: 0 }
  eachHistory(20001, (readings, samples, seed) => {
    for (const [n, sample] of samples.entries()) {
      for (const [index, stream] of sample.streams.entries()) {
        const now = readings[n + 1]?.streams[index]
        const before = readings[n]?.streams.find(({ ssrc, direction, mid, rid }) => ssrc === now?.ssrc && direction === now?.direction && mid === now?.mid && rid === now?.rid)
        const rates = [stream.bytesPerSecond, stream.packetsPerSecond, stream.framesPerSecond, stream.lossRatio].filter((rate) => rate !== undefined)
        const wrong = (what: string) => expect.fail(`seed ${seed}, sample ${n}: ${what}: ${JSON.stringify([before, now, stream])}`)
        if (!before) {
          seen.fresh++
          if (rates.length > 0) wrong('a new ssrc with rates')
        } else if ((before.packets ?? NaN) > (now?.packets ?? NaN)) {
          seen.back++
          if (rates.length > 0 || !sample.reset) wrong('went back unnoticed')
        } else if (!sample.reset && sample.durationMs > 0) {
          seen.steady++
          if (stream.packetsPerSecond === undefined) wrong('a rate was kept back')
        }
      }
    }
  })
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1000)
})

test('random histories: the tracks carry every byte of the streams, once', () => {
  eachHistory(30001, (_, samples, seed) => {
    for (const { streams, tracks } of samples) {
      if (streams.some(({ bytesPerSecond }) => bytesPerSecond === undefined)) continue
      const sum = (of: typeof streams) => of.reduce((total, { bytesPerSecond = NaN }) => total + bytesPerSecond, 0)
      // Relative: the order of the additions differs.
      if (!(Math.abs(sum(streams) - sum(tracks)) <= 1e-9 * sum(streams))) expect.fail(`seed ${seed}: ${sum(streams)} is not ${sum(tracks)}`)
    }
  })
})
