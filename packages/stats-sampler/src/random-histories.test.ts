import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { numbersIn, type Report } from '../test/reports.ts'
import { readReport, withSynchronizationSources, type ConnectionReading, type SynchronizationSource } from './connection-reading.ts'
import { sampleBetween, type ConnectionSample, type StreamSample } from './connection-sample.ts'

/**
 * Histories per test. Each run draws others: the seed is random, so that every run looks at new ones, and no property allows for chance. A failure
 * prints it with the path to the smallest history that fails; `FC_SEED=… npx vitest run src/random-histories.test.ts` draws the same again.
 */
const HISTORIES = 10_000
const seed = process.env['FC_SEED']
fc.configureGlobal({ numRuns: HISTORIES, ...(seed && { seed: Number(seed) }) })

// 3 s each on two cores; a busy machine needs many times that.
vi.setConfig({ testTimeout: 60_000 })

/** What happens to a call now and then. `twice`: the same report again. `back`: the clock is set back. `garbage`: a counter is no counter. */
const EVENTS = ['reset', 'ssrc', 'leave', 'join', 'pair', 'transport', 'twice', 'back', 'garbage'] as const
const COUNTERS = ['bytes', 'headers', 'packets', 'lost', 'repaired', 'frames', 'energy', 'duration'] as const
/** Members a browser may lack. */
const MEMBERS = ['headers', 'lost', 'repaired', 'frames', 'energy', 'mid', 'pair', 'transport'] as const
const GARBAGE = [NaN, Infinity, -5, 'x', null, 1e308, Number.MAX_VALUE]

/** What each counter grows by at most in a second, but for `lost`, which late and doubled packets take back. */
const MOST = { bytes: 2e5, headers: 2e4, packets: 300, lost: 30, repaired: 20, frames: 40, energy: 1, duration: 1.2 }

/** Bytes per second of the connection, each way. */
const CARRIED = 300_000

type Counters = Record<(typeof COUNTERS)[number], number>
interface Stream { ssrc: number; readonly mid: string; readonly rid: string | undefined; readonly send: boolean; readonly video: boolean; readonly counters: Counters }

const streamKinds = fc.record({ mid: fc.nat(3), rid: fc.constantFrom(undefined, undefined, 'l', 'h'), send: fc.boolean(), video: fc.boolean(), first: fc.nat(10_000) })
const steps = fc.record({
  /** ms: a second, or a page that was throttled or frozen. */
  ms: fc.oneof({ weight: 15, arbitrary: fc.integer({ min: 900, max: 1100 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 90_000 }) }),
  /** False: the page missed this one. */
  isRead: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  event: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constantFrom(...EVENTS) }),
  which: fc.nat(7),
  /** Per mille of what a counter grows by at most; each stream and counter takes another. */
  growth: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
})
const plans = fc.record({
  streams: fc.array(streamKinds, { minLength: 1, maxLength: 3 }),
  steps: fc.array(steps, { minLength: 2, maxLength: 8 }),
  hidden: fc.oneof(fc.constant([]), fc.subarray([...MEMBERS], { maxLength: 3 })),
})
type Plan = typeof plans extends fc.Arbitrary<infer Value> ? Value : never

/** One report of a history, and the counters in it by ssrc: 0 where the browser lacks the member, NaN where there was garbage. */
interface Moment { readonly report: Report; readonly sources: readonly SynchronizationSource[]; readonly shown: ReadonlyMap<number, Counters & { readonly stream: Stream }> }
/** `fastest`: the largest true growth per second of each counter, over all streams and steps. */
interface History { readonly moments: readonly Moment[]; readonly fastest: Counters; readonly hides: ReadonlySet<string>; readonly transportReset: boolean }

/** A call as a browser might report it: streams come, go, change ssrc, count anew, lose packets twice and find them again; pairs and time jump. */
function play({ streams: kinds, steps: all, hidden }: Plan): History {
  const hides = new Set<string>(hidden)
  const fastest: Counters = { bytes: 0, headers: 0, packets: 0, lost: 0, repaired: 0, frames: 0, energy: 0, duration: 0 }
  let [now, nextSsrc, pairId] = [1_700_000_000_000, 1, 1]
  let [pair, transport] = [5000, 9000] // bytes
  const fresh = ({ mid, rid, send, video, first }: Plan['streams'][number]): Stream => ({
    ssrc: nextSsrc++, mid: String(mid), rid: send ? rid : undefined, send, video,
    counters: { bytes: first * 100, headers: first * 10, packets: first, lost: first % 9 - 4, repaired: 0, frames: first % 500, energy: 0, duration: 0 },
  })
  let streams = kinds.map(fresh)
  const moments: Moment[] = []
  for (const { ms, isRead, event, which, growth } of all) {
    const at = which % Math.max(1, streams.length)
    const [chosen] = streams.slice(at)
    if (event === 'back') now -= 1e6 // beyond all steps: a clock set back by less makes the time between two readings shorter than it was
    if (event === 'reset' && chosen) for (const name of COUNTERS) chosen.counters[name] = 0
    if (event === 'ssrc' && chosen) chosen.ssrc = nextSsrc++
    if (event === 'leave') streams = streams.filter((_, n) => n !== at)
    if (event === 'join') streams.push(fresh(kinds[which % kinds.length]!)) // there is at least one
    if (event === 'pair') [pairId, pair] = [pairId + 1, which * 1000]
    if (event === 'transport') transport = 0
    if (event !== 'twice') {
      now += ms
      for (const [n, { counters }] of streams.entries()) {
        for (const [c, name] of COUNTERS.entries()) {
          const grown = (growth[(n + c) % growth.length]! / 1000) * MOST[name] * (ms / 1000) - (name === 'lost' ? 12 : 0) // the index is below its length
          const whole = name === 'energy' || name === 'duration' ? grown : Math.floor(grown)
          counters[name] += whole
          fastest[name] = Math.max(fastest[name], (whole / ms) * 1000)
        }
      }
      pair += (CARRIED / 1000) * ms
      transport += (CARRIED / 1000) * ms
    }
    if (!isRead) continue
    const broken = event === 'garbage' ? chosen : undefined
    const bytesOf = (stream: Stream): unknown => (stream === broken ? GARBAGE[which % GARBAGE.length] : stream.counters.bytes)
    if (Number(broken && bytesOf(broken)) > 1e9) fastest.bytes = Infinity
    const entries = streams.map((stream) => streamEntry(stream, hides, growth, bytesOf(stream)))
    if (!hides.has('pair')) entries.push({ type: 'candidate-pair', id: `P${pairId}`, nominated: true, state: 'succeeded', bytesSent: pair, bytesReceived: pair, currentRoundTripTime: which / 7 })
    if (!hides.has('transport')) entries.push({ type: 'transport', id: 'T', selectedCandidatePairId: `P${pairId}`, bytesSent: transport, bytesReceived: transport })
    entries.push({ type: 'remote-inbound-rtp', id: 'R', ssrc: streams[0]?.ssrc, roundTripTime: which / 7, fractionLost: which / 6, jitter: which, timestamp: now + 1e9 })
    moments.push({
      report: entries.map((entry) => [String(entry['id']), { timestamp: now, ...entry }]),
      sources: streams.filter((_, n) => (n + which) % 2 === 0).map(({ ssrc }) => ({ source: ssrc, audioLevel: which / 7, timestamp: now })),
      shown: new Map(streams.map((stream) => {
        const { counters, ssrc } = stream
        const bytes = bytesOf(stream)
        return [ssrc, { ...counters, stream, bytes: typeof bytes === 'number' && bytes >= 0 && bytes < Infinity ? bytes : NaN, headers: hides.has('headers') ? 0 : counters.headers }]
      })),
    })
  }
  return { moments, fastest, hides, transportReset: all.some(({ event }) => event === 'transport') }
}

function streamEntry({ ssrc, mid, rid, send, video, counters }: Stream, hides: ReadonlySet<string>, growth: readonly number[], bytes: unknown): Record<string, unknown> {
  const way = send ? 'Sent' : 'Received'
  const shown = (name: (typeof MEMBERS)[number], entry: Record<string, unknown>) => (hides.has(name) ? {} : entry)
  return {
    type: send ? 'outbound-rtp' : 'inbound-rtp', id: `${way}${ssrc % 7 === 0 ? 'same' : ssrc}`, ssrc, kind: video ? 'video' : 'audio', ...(rid && { rid }), ...shown('mid', { mid }),
    [`bytes${way}`]: bytes, [`packets${way}`]: counters.packets, ...shown('headers', { [`headerBytes${way}`]: counters.headers }), ...shown('lost', { packetsLost: counters.lost }),
    ...shown('repaired', { retransmittedPacketsReceived: counters.repaired }), ...shown('frames', { [send ? 'framesSent' : 'framesDecoded']: counters.frames }),
    framesPerSecond: growth[0], jitter: growth[1], ...shown('energy', { totalAudioEnergy: counters.energy, totalSamplesDuration: counters.duration }), audioLevel: growth[2]! / 1000, active: growth[3] !== 0, // five
  }
}

interface Step { readonly sample: ConnectionSample; readonly earlier: Moment; readonly now: Moment }

function samplesOf({ moments }: History): Step[] {
  const readings = moments.map(({ report, sources }) => withSynchronizationSources(readReport(report), sources))
  return readings.slice(1).map((after, n) => ({ sample: sampleBetween(readings[n]!, after), earlier: moments[n]!, now: moments[n + 1]! })) // n runs one behind: all exist
}

/** Every history must hold; `seen` counts how often there was something to hold, which has to be often. */
function holds(check: (steps: readonly Step[], history: History, saw: (what: string) => void) => void, ...expected: string[]): void {
  const seen = new Map(expected.map((what) => [what, 0]))
  fc.assert(fc.property(plans, (plan) => {
    const history = play(plan)
    check(samplesOf(history), history, (what) => seen.set(what, (seen.get(what) ?? 0) + 1))
  }))
  for (const [what, times] of seen) expect(times, what).toBeGreaterThan(HISTORIES / 20)
}

/** Throws what the failing history says; far cheaper than expect() a million times over. */
function must(condition: boolean, what: string, ...values: unknown[]): void {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(values)}`)
}

/** Additions of some ten terms, each a division and a product: relative to the larger. */
const isSame = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.max(1, Math.abs(one), Math.abs(other))

/** What never goes back while a stream lives. */
const MONOTONE = ['bytes', 'headers', 'packets', 'repaired', 'frames'] as const
const RATES = ['bytesPerSecond', 'headerBytesPerSecond', 'packetsPerSecond', 'framesPerSecond'] as const
const COUNTED = { bytesPerSecond: ['bytes', 'headers'], headerBytesPerSecond: ['headers'], packetsPerSecond: ['packets'], framesPerSecond: ['frames'] } as const

function checkNumbers(sample: ConnectionSample): void {
  for (const number of numbersIn(sample)) must(number >= 0 && number < Infinity, 'no such number', number, sample)
  for (const { lossRatio = 0, networkLossRatio = 0, audioLevel = 0 } of [...sample.streams, ...sample.tracks]) must(Math.max(lossRatio, networkLossRatio, audioLevel) <= 1, 'above 1', sample)
}

test('random histories: no number is negative, NaN or infinite; ratios and levels stay in 0..1', () => {
  holds((all, _, saw) => {
    for (const { sample } of all) {
      checkNumbers(sample)
      if (sample.streams.some(({ bytesPerSecond }) => bytesPerSecond !== undefined)) saw('rates')
    }
  }, 'rates')
})

test('random histories: the rates times the durations add up to what a counter grew by, over every stretch without a reset', () => {
  holds((all, { hides, transportReset }, saw) => {
    for (const ssrc of new Set(all.flatMap(({ now }) => [...now.shown.keys()]))) {
      for (const rate of hides.has('frames') ? RATES.slice(0, 3) : RATES) {
        let [sum, grown, windows] = [0, 0, 0]
        for (const { sample, earlier, now } of all) {
          const value = sample.streams.find((stream) => stream.ssrc === ssrc)?.[rate]
          if (value === undefined) [sum, grown, windows] = [0, 0, 0]
          else {
            sum += (value * sample.durationMs) / 1000
            for (const name of COUNTED[rate]) grown += (now.shown.get(ssrc)?.[name] ?? NaN) - (earlier.shown.get(ssrc)?.[name] ?? NaN)
            must(isSame(sum, grown), `${rate} of ssrc ${ssrc}`, sum, grown)
            if (++windows > 2) saw(rate)
          }
        }
      }
    }
    for (const { sample: { bytesSentPerSecond = CARRIED, bytesReceivedPerSecond = CARRIED } } of transportReset ? [] : all) {
      must(isSame(bytesSentPerSecond, CARRIED) && isSame(bytesReceivedPerSecond, CARRIED), 'bytes of the connection', bytesSentPerSecond, bytesReceivedPerSecond)
    }
  }, ...RATES)
})

test('random histories: a gap is marked, and no rate over it is above the fastest step of the call', () => {
  holds((all, { fastest, hides }, saw) => {
    for (const { sample } of all) {
      must(sample.gap === sample.durationMs > 2500, 'gap', sample)
      if (sample.gap) saw('gap')
      for (const stream of sample.streams) {
        for (const rate of hides.has('frames') ? RATES.slice(0, 3) : RATES) {
          const limit = COUNTED[rate].reduce((sum, name) => sum + fastest[name], 0)
          must((stream[rate] ?? 0) <= limit * (1 + 1e-9), `${rate} above ${limit}`, stream) // a sum of two maxima, rounded
        }
      }
    }
  }, 'gap')
})

test('random histories: a counter that went back and an ssrc that was replaced say reset, have no rates, and steady counters have all', () => {
  holds((all, { hides }, saw) => {
    for (const { sample, earlier, now } of all) {
      for (const stream of sample.streams) {
        const [old, young] = [earlier.shown.get(stream.ssrc ?? NaN), now.shown.get(stream.ssrc ?? NaN)]
        const replaced = [...earlier.shown].find(([ssrc, { stream: before }]) => ssrc !== stream.ssrc && before === young?.stream)
        const given = [...RATES, 'lossRatio' as const].filter((rate) => stream[rate] !== undefined)
        const back = MONOTONE.some((name) => !hides.has(name) && (old?.[name] ?? NaN) > (young?.[name] ?? NaN))
        if (!old) must(given.length === 0, 'a new ssrc with rates', stream)
        if (replaced && !hides.has('mid') && earlier.report.some(([, { ssrc }]) => ssrc === replaced[0])) must(sample.reset, 'replaced unnoticed', stream)
        if (old && back) must(given.length === 0 && sample.reset, 'went back unnoticed', old, young, stream)
        if (old && !back && sample.durationMs > 0) must(stream.packetsPerSecond !== undefined, 'a rate was kept back', old, young, stream)
        saw(!old ? 'new' : back ? 'back' : 'steady')
        if (replaced) saw('replaced')
      }
    }
  }, 'new', 'back', 'steady', 'replaced')
})

function withoutFramesPerSecond({ report }: Moment): ConnectionReading {
  return readReport(report.map(([id, entry]) => {
    const copy = { ...entry }
    delete copy['framesPerSecond']
    return [id, copy]
  }))
}

test('random histories: the frame rate is that of the counters, with framesPerSecond removed from the reports as with it', () => {
  holds((all, { hides }, saw) => {
    for (const { sample, earlier, now } of all) {
      for (const stream of sampleBetween(withoutFramesPerSecond(earlier), withoutFramesPerSecond(now)).streams) {
        const truth = ((now.shown.get(stream.ssrc ?? NaN)?.frames ?? NaN) - (earlier.shown.get(stream.ssrc ?? NaN)?.frames ?? NaN)) / (sample.durationMs / 1000)
        if (hides.has('frames')) must(stream.framesPerSecond === undefined, 'a frame rate from nothing', stream)
        else must(stream.framesPerSecond === sample.streams.find(({ ssrc }) => ssrc === stream.ssrc)?.framesPerSecond, 'not the same with framesPerSecond', stream)
        if (stream.framesPerSecond === undefined) continue
        must(isSame(stream.framesPerSecond, truth), 'frame rate', truth, stream)
        saw('frame rate')
      }
    }
  }, 'frame rate')
})

test('random histories: the tracks carry all of the streams, once', () => {
  holds((all, _, saw) => {
    for (const { sample: { streams, tracks } } of all) {
      for (const figure of ['bytesPerSecond', 'headerBytesPerSecond', 'packetsPerSecond'] as const) {
        if (streams.some((stream) => stream[figure] === undefined)) continue
        const sum = (of: readonly StreamSample[]): number => of.reduce((total, stream) => total + (stream[figure] ?? NaN), 0)
        must(isSame(sum(streams), sum(tracks)), figure, streams, tracks)
        if (tracks.length < streams.length) saw('layers')
      }
    }
  }, 'layers')
})

/** Names that mean something, with anything at all as what they mean. */
const TYPES = ['inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'media-source', 'candidate-pair', 'transport']
const NAMES = [
  'ssrc', 'kind', 'mid', 'rid', 'active', 'remoteId', 'localId', 'mediaSourceId', 'trackIdentifier', 'transportId', 'selectedCandidatePairId', 'state', 'nominated', 'selected', 'timestamp',
  'bytesSent', 'bytesReceived', 'headerBytesReceived', 'packetsReceived', 'packetsLost', 'retransmittedPacketsReceived', 'fractionLost', 'jitter', 'framesDecoded', 'framesPerSecond',
  'frameWidth', 'audioLevel', 'totalAudioEnergy', 'totalSamplesDuration', 'roundTripTime', 'currentRoundTripTime', 'lastPacketReceivedTimestamp',
]
const ids = fc.constantFrom('a', 'b', 'c')
const anything = fc.oneof(fc.anything(), fc.double(), ids, fc.constantFrom('audio', 'video', true, 'succeeded'))
const garbageEntries = fc.tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...NAMES), anything, { maxKeys: 12 })).map(([type, members]) => ({ type, kind: 'video', timestamp: 1e12, ...members }))
const garbageReports = fc.array(fc.oneof({ weight: 4, arbitrary: fc.tuple(ids, garbageEntries) }, fc.tuple(fc.string(), fc.object()), fc.anything()), { maxLength: 6 })
const garbageSources = fc.array(fc.record({ source: fc.oneof(fc.nat(3), fc.anything()), audioLevel: anything, timestamp: anything }, { requiredKeys: [] }), { maxLength: 3 })

test('garbage: whatever the reports and the synchronisation sources hold, nothing throws and no number is wrong', () => {
  let streams = 0
  fc.assert(fc.property(garbageReports, garbageReports, garbageSources, (first, second, sources) => {
    // True to nothing, which is the point.
    const [before, after] = [first, second].map((report) => withSynchronizationSources(readReport(report as Report), sources as SynchronizationSource[])) as [ConnectionReading, ConnectionReading]
    const sample = sampleBetween(before, after)
    checkNumbers(sample)
    streams += sample.streams.length
  }))
  expect(streams).toBeGreaterThan(HISTORIES / 20)
})
