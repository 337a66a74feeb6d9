import { describe, expect, test } from 'vitest'
import { fixture, fixtureNames, replay } from '../../test/reports.ts'
import type { ConnectionSample, StreamSample } from '../connection-sample.ts'
import { findIssues } from './find-issues.ts'
import { ISSUE_THRESHOLDS, type IssueThresholds } from './issue-thresholds.ts'

const START = 1_700_000_000_000

type Track = Partial<StreamSample>
const hearing: Track = { direction: 'receive', kind: 'audio', mid: '0', trackIdentifier: 'their voice', packetsPerSecond: 50, lossRatio: 0, jitterMs: 5, audioLevel: 0.1 }
const seeing: Track = {
  direction: 'receive', kind: 'video', mid: '1', trackIdentifier: 'their face', packetsPerSecond: 60, lossRatio: 0, jitterMs: 5,
  framesPerSecond: 20, framesReceivedPerSecond: 20, freezesDurationPerSecond: 0,
}
const speaking: Track = { direction: 'send', kind: 'audio', mid: '2', trackIdentifier: 'my voice', active: true, packetsPerSecond: 50, networkLossRatio: 0, jitterMs: 5, audioLevel: 0.1 }
const showing: Track = {
  direction: 'send', kind: 'video', mid: '3', trackIdentifier: 'my face', active: true, packetsPerSecond: 60, networkLossRatio: 0, jitterMs: 5,
  framesPerSecond: 20, sourceFramesPerSecond: 20, qualityLimitationReason: 'none',
}

/** The sample that ends at second n of a call in which all is well, save what `tracks` and `more` say. */
function second(n: number, tracks: readonly Track[] = [hearing, seeing, speaking, showing], more: Partial<ConnectionSample> = {}): ConnectionSample {
  const streams = tracks.map((track) => ({ id: `${track.direction} ${track.mid}`, ...track }) as StreamSample)
  return { timestamp: START + 1000 * n, durationMs: 1000, rttMs: 40, bytesSentPerSecond: 9000, bytesReceivedPerSecond: 9000, gap: false, reset: false, streams, tracks: streams, ...more }
}
const seconds = (from: number, to: number, tracks?: readonly Track[], more?: Partial<ConnectionSample>): ConnectionSample[] =>
  Array.from({ length: to - from + 1 }, (_, n) => second(from + n, tracks, more))

const well = seconds(1, 3)
/** `length` s of this between three good seconds on either side. */
const during = (length: number, tracks?: readonly Track[], more?: Partial<ConnectionSample>): ConnectionSample[] =>
  [...well, ...seconds(4, 3 + length, tracks, more), ...seconds(4 + length, 6 + length)]

const { durationMs, frozenMs, limitationMs, silentMs, oneWayMs } = ISSUE_THRESHOLDS

interface Case {
  readonly name: string
  readonly type: string
  readonly lastsMs: number
  readonly track?: Track
  readonly more?: Partial<ConnectionSample>
  /** The same, just not enough. */
  readonly miss: { readonly track?: Track; readonly more?: Partial<ConnectionSample> }
  readonly evidence: unknown
}

const cases: Case[] = [
  {
    name: 'loss left after repair', type: 'high-loss', lastsMs: durationMs, track: { ...hearing, lossRatio: 0.04 }, miss: { track: { ...hearing, lossRatio: 0.03 } },
    evidence: { measured: { lossRatio: 0.04 }, threshold: { lossRatio: 0.03, durationMs } },
  },
  {
    name: 'nearly everything lost', type: 'high-loss', lastsMs: durationMs, track: { ...hearing, lossRatio: 0.98, packetsPerSecond: 1 }, miss: { track: { ...hearing, lossRatio: 0.5, packetsPerSecond: 1 } },
    evidence: { measured: { lossRatio: 0.98 }, threshold: { lossRatio: 0.03, durationMs } },
  },
  {
    name: 'loss the receiver reports', type: 'high-loss', lastsMs: durationMs, track: { ...showing, networkLossRatio: 0.11 }, miss: { track: { ...showing, networkLossRatio: 0.1 } },
    evidence: { measured: { networkLossRatio: 0.11 }, threshold: { networkLossRatio: 0.1, durationMs } },
  },
  {
    name: 'round-trip time', type: 'high-rtt', lastsMs: durationMs, more: { rttMs: 301 }, miss: { more: { rttMs: 300 } },
    evidence: { measured: { rttMs: 301 }, threshold: { rttMs: 300, durationMs } },
  },
  {
    name: 'jitter', type: 'high-jitter', lastsMs: durationMs, track: { ...seeing, jitterMs: 31 }, miss: { track: { ...seeing, jitterMs: 30 } },
    evidence: { measured: { jitterMs: 31 }, threshold: { jitterMs: 30, durationMs } },
  },
  {
    name: 'packets without a frame', type: 'frozen-video', lastsMs: frozenMs, track: { ...seeing, framesPerSecond: 0 }, miss: { track: { ...seeing, framesPerSecond: 9 } },
    evidence: { measured: { framesPerSecond: 0, packetsPerSecond: 60, freezesDurationPerSecond: 0 }, threshold: { freezesDurationPerSecond: 0.3, frozenMs } },
  },
  {
    name: 'freezes between frames', type: 'frozen-video', lastsMs: frozenMs, track: { ...seeing, freezesDurationPerSecond: 0.3 }, miss: { track: { ...seeing, freezesDurationPerSecond: 0.29 } },
    evidence: { measured: { framesPerSecond: 20, packetsPerSecond: 60, freezesDurationPerSecond: 0.3 }, threshold: { freezesDurationPerSecond: 0.3, frozenMs } },
  },
  {
    name: 'fewer frames sent than the camera gives', type: 'low-frame-rate', lastsMs: durationMs, track: { ...showing, framesPerSecond: 11, sourceFramesPerSecond: 30 },
    miss: { track: { ...showing, framesPerSecond: 12, sourceFramesPerSecond: 30 } },
    evidence: { measured: { framesPerSecond: 11, sourceFramesPerSecond: 30 }, threshold: { frameRateRatio: 0.4, durationMs } },
  },
  {
    name: 'fewer frames decoded than came', type: 'low-frame-rate', lastsMs: durationMs, track: { ...seeing, framesPerSecond: 3, framesReceivedPerSecond: 10 },
    miss: { track: { ...seeing, framesPerSecond: 3, framesReceivedPerSecond: 9 } },
    evidence: { measured: { framesPerSecond: 3, framesReceivedPerSecond: 10 }, threshold: { frameRateRatio: 0.4, durationMs } },
  },
  ...(['cpu', 'bandwidth'] as const).map((qualityLimitationReason) => ({
    name: `a sender limited by ${qualityLimitationReason}`, type: `${qualityLimitationReason}-limitation`, lastsMs: limitationMs, track: { ...showing, qualityLimitationReason },
    miss: { track: { ...showing, qualityLimitationReason: 'other' } }, evidence: { measured: { qualityLimitationReason }, threshold: { limitationMs } },
  })),
  {
    name: 'a microphone without sound', type: 'silent-microphone', lastsMs: silentMs, track: { ...speaking, audioLevel: 0.00009 }, miss: { track: { ...speaking, audioLevel: 0.0002 } },
    evidence: { measured: { audioLevel: 0.00009, packetsPerSecond: 50 }, threshold: { audioLevel: 0.0001, silentMs } },
  },
  {
    name: 'media sent and not a byte back', type: 'one-way-media', lastsMs: oneWayMs, more: { bytesReceivedPerSecond: 0 }, miss: { more: { bytesReceivedPerSecond: 4 } },
    evidence: { measured: { missing: 'receive', bytesSentPerSecond: 9000, bytesReceivedPerSecond: 0 }, threshold: { oneWayMs } },
  },
  {
    name: 'media received and not a byte sent', type: 'one-way-media', lastsMs: oneWayMs, more: { bytesSentPerSecond: 0 }, miss: { more: { bytesSentPerSecond: 4 } },
    evidence: { measured: { missing: 'send', bytesSentPerSecond: 0, bytesReceivedPerSecond: 9000 }, threshold: { oneWayMs } },
  },
]

const tracksWith = (track?: Track): Track[] => [hearing, seeing, speaking, showing].map((usual) => (usual.mid === track?.mid ? track! : usual))

describe.each(cases)('$name ($type)', ({ type, lastsMs, track, more, miss, evidence }) => {
  const length = lastsMs / 1000

  test('is found, of its track, from its first to its last second, with its evidence', () => {
    const stream = track && { direction: track.direction, kind: track.kind, mid: track.mid, trackIdentifier: track.trackIdentifier }
    expect(findIssues(during(length, tracksWith(track), more))).toEqual([{ type, ...(stream && { stream }), from: START + 3000, to: START + 3000 + lastsMs, evidence }])
  })

  test('is not found when it is not quite enough, or one second too short', () => {
    expect(findIssues(during(length + 5, tracksWith(miss.track), miss.more))).toEqual([])
    expect(findIssues(during(length - 1, tracksWith(track), more))).toEqual([])
  })

  test('is not found when a gap or a second of which nothing is known comes between', () => {
    const bad = (from: number, to: number) => seconds(from, to, tracksWith(track), more)
    const half = length - 1
    const later = half + 2
    expect(findIssues([...bad(1, half), second(half + 60, tracksWith(track), { ...more, durationMs: 60_000, gap: true }), ...bad(half + 61, half + 60 + half)])).toEqual([])
    const unknown: Partial<ConnectionSample> = { timestamp: START + (half + 1) * 1000, durationMs: 1000, gap: false, reset: true, streams: [], tracks: [] }
    expect(findIssues([...bad(1, half), unknown as ConnectionSample, ...bad(later, later + half - 1)])).toEqual([])
  })

  test('is not found on a connection that is idle', () => {
    const idle = tracksWith(track).map((usual) => ({ ...usual, packetsPerSecond: 0 }))
    expect(findIssues(seconds(1, 30, idle, more))).toEqual([])
  })
})

test('a call in which all is well has no issues, and neither has no call', () => {
  expect([findIssues(seconds(1, 60)), findIssues([]), findIssues([second(1)])]).toEqual([[], [], []])
})

describe('is not fooled by', () => {
  test('one long sample: two are needed, whatever the interval', () => {
    const long = second(10, tracksWith({ ...seeing, freezesDurationPerSecond: 0.9 }), { durationMs: 10_000 })
    expect(findIssues([long])).toEqual([])
    expect(findIssues([long, { ...long, timestamp: long.timestamp + 10_000 }])).toMatchObject([{ type: 'frozen-video' }])
  })

  test('a first sample without rates', () => {
    const first = { direction: 'receive', kind: 'video', mid: '1', jitterMs: 400, frameWidth: 640 } as const
    expect(findIssues([...seconds(1, 30, [first], { bytesReceivedPerSecond: 0 })])).toEqual([])
  })

  test.each([0, 20])('a sender whose encoding is switched off, with %i packets a second left: its source goes on, its last jitter and loss stand', (packetsPerSecond) => {
    const off = { active: false, networkLossRatio: 0.5, jitterMs: 100, packetsPerSecond }
    expect(findIssues(seconds(1, 30, [{ ...showing, ...off, framesPerSecond: 0 }, { ...speaking, ...off, audioLevel: 0.00005 }]))).toEqual([])
  })

  test('a track switched off: a microphone sends silence of level 0, a camera black', () => {
    expect(findIssues(seconds(1, 30, [{ ...speaking, audioLevel: 0 }]))).toEqual([])
  })

  test('a far camera switched off: Firefox sends one black frame a second, which Firefox calls a second of freeze', () => {
    const black = { ...seeing, packetsPerSecond: 1, framesPerSecond: 1, framesReceivedPerSecond: 1, freezesDurationPerSecond: 1, jitterMs: 65 }
    expect(findIssues(seconds(1, 30, [hearing, black]))).toEqual([])
  })

  test('a far side that pauses: no packets, and all of the pause counted as one freeze when it ends', () => {
    const paused = { ...seeing, packetsPerSecond: 0, framesPerSecond: 0, framesReceivedPerSecond: 0 }
    expect(findIssues([...well, ...seconds(4, 7, [hearing, paused]), second(8, [hearing, { ...seeing, freezesDurationPerSecond: 4 }]), ...seconds(9, 20)])).toEqual([])
  })

  test('samples of one report, which are no time', () => {
    const bad = { ...hearing, lossRatio: 0.5 }
    const twice = seconds(1, 4, [bad]).flatMap((sample) => [sample, { ...sample, durationMs: 0, tracks: [], streams: [] }])
    expect(findIssues(twice)).toEqual([])
    expect(findIssues([...twice, second(5, [bad])])).toMatchObject([{ type: 'high-loss', from: START, to: START + 5000 }])
  })

  test('a recording that stopped and went on', () => {
    expect(findIssues([...seconds(1, 4, [{ ...hearing, lossRatio: 0.5 }]), ...seconds(100, 103, [{ ...hearing, lossRatio: 0.5 }])])).toEqual([])
  })

  test('seconds of two tracks, neither of them long enough', () => {
    expect(findIssues([...seconds(1, 4, tracksWith({ ...hearing, lossRatio: 0.5 })), ...seconds(5, 8, tracksWith({ ...seeing, lossRatio: 0.5 }))])).toEqual([])
  })
})

describe('a microphone of level 0', () => {
  const mute = seconds(1, 12, [hearing, { ...speaking, audioLevel: 0 }])

  test('is silent when the application says that it is not the one who switched it off', () => {
    expect(findIssues(mute, { isSwitchedOff: () => false })).toMatchObject([{ type: 'silent-microphone', stream: { mid: '2' }, evidence: { measured: { audioLevel: 0 } } }])
  })

  test('is not, for as long as the application had it switched off', () => {
    expect(findIssues(mute, { isSwitchedOff: (track, timestamp) => track.trackIdentifier === 'my voice' && timestamp < START + 4000 })).toEqual([])
  })
})

describe('over time', () => {
  test('two times of trouble are two issues, sorted by their beginning, with the worst second of each', () => {
    const trouble = (from: number, worst: number) => [...seconds(from, from + 4, [{ ...hearing, lossRatio: 0.1 }]), second(from + 5, [{ ...hearing, lossRatio: worst }]), second(from + 6, [{ ...hearing, lossRatio: 0.2 }])]
    const found = findIssues([...trouble(1, 0.6), second(8), ...trouble(9, 0.7)])
    expect(found.map(({ from, to, evidence }) => [from - START, to - START, evidence.measured])).toEqual([[0, 7000, { lossRatio: 0.6 }], [8000, 15_000, { lossRatio: 0.7 }]])
  })

  test('in a window of 30 s, asked each second, an issue is there from when it has lasted until it has left', () => {
    const call = [...seconds(1, 40), ...seconds(41, 60, tracksWith({ ...seeing, framesPerSecond: 0, framesReceivedPerSecond: 0 })), ...seconds(61, 120)]
    const there = call.map((_, n) => findIssues(call.slice(Math.max(0, n - 29), n + 1)).map(({ type }) => type))
    // Frozen from second 41 on: 3 s are full with the sample of second 43, and 3 s of it are last in the window at second 87.
    expect(there.flatMap((types, n) => (types.length > 0 ? [n + 1] : []))).toEqual(Array.from({ length: 87 - 43 + 1 }, (_, n) => 43 + n))
    expect(new Set(there.flat())).toEqual(new Set(['frozen-video']))
  })
})

describe('thresholds', () => {
  const lossy = seconds(1, 6, [{ ...hearing, lossRatio: 0.02 }])

  test('may be others, one by one, and are what the evidence names', () => {
    expect(findIssues(lossy, { thresholds: { lossRatio: 0.01 } })).toMatchObject([{ evidence: { threshold: { lossRatio: 0.01, durationMs } } }])
    expect(findIssues(lossy, { thresholds: { lossRatio: 0.01, durationMs: Infinity } })).toEqual([])
  })

  test.each([['lossRatio', NaN], ['rttMs', -1], ['jitterMs', '30'], ['durationMs', undefined]])('%s %s is refused by name', (name, value) => {
    expect(() => findIssues(lossy, { thresholds: { [name]: value } as Partial<IssueThresholds> })).toThrow(new RegExp(`^thresholds.${name} must be a number from 0`))
  })

  test('a name there is not is refused, and so are samples that are no list', () => {
    expect(() => findIssues(lossy, { thresholds: { loss: 1 } as Partial<IssueThresholds> })).toThrow(/^thresholds.loss is not one of lossRatio, /)
    expect(() => findIssues(lossy, { thresholds: { toString: 1 } as unknown as Partial<IssueThresholds> })).toThrow(/^thresholds.toString is not one of lossRatio, /)
    expect(() => findIssues(second(1) as unknown as ConnectionSample[])).toThrow(/^samples must be an array/)
  })
})

describe('recordings of real browsers', () => {
  const recordings = fixtureNames.flatMap((name) => Object.keys(fixture(name).series).map((source) => [name, source] as const))
  /** Made over a link that loses packets. */
  const isLossy = ([name]: readonly [string, string]): boolean => /^(repair|forward-error-correction)/.test(name)

  test.each(recordings.filter((recording) => !isLossy(recording)))('%s, %s: mute, pause, replaced tracks, restarts and hidden pages are no issues', (name, source) => {
    expect(findIssues(replay(name, source))).toEqual([])
  })

  test.each(recordings.filter(isLossy))('%s, %s: the receiver sees loss, and nothing but what it did', (name, source) => {
    // Of 5 % some seconds lose nothing: with the true threshold the five in a row are a matter of luck.
    const found = findIssues(replay(name, source), { thresholds: { lossRatio: 0.01, durationMs: 2000 } })
    const lost = source === 'callee' ? ['high-loss'] : []
    // This one lost its first key frame, without NACK: no picture for three seconds.
    const froze = name === 'forward-error-correction.firefox' && source === 'callee' ? ['frozen-video'] : []
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set([...lost, ...froze]))
  })

  test('over a link that loses 5 % Chromium loses audio for good: it is not sent again', () => {
    const found = findIssues(replay('repair', 'callee'), { thresholds: { lossRatio: 0.01, durationMs: 2000 } })
    expect(found).toContainEqual(expect.objectContaining({ type: 'high-loss', stream: expect.objectContaining({ direction: 'receive', kind: 'audio' }) as unknown }))
  })
})
