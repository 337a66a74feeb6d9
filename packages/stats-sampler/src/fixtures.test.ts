import { describe, expect, test } from 'vitest'
import { fixture, fixtureNames, numbersIn, readRecorded, replay } from '../test/reports.ts'
import { sampleBetween, type StreamSample } from './connection-sample.ts'

const every = fixtureNames.flatMap((name) => Object.keys(fixture(name).series).map((source) => [name, source] as const))
const figures = (streams: readonly StreamSample[], figure: keyof StreamSample) => streams.map((stream) => stream[figure])

test('there is a recording of each scenario, and each says which browser made it and when', () => {
  expect(fixtureNames).toEqual([
    'audio-video-two-way', 'ice-restart', 'late-tick', 'mute', 'relayed-audio-levels', 'removed-track', 'replace-track', 'sender-and-receiver', 'simulcast-rid', 'ssrc-change',
  ])
  for (const name of fixtureNames) {
    const { scenario, browser, recordedAt } = fixture(name)
    expect([scenario, browser, recordedAt]).toEqual([name, expect.stringMatching(/^Chromium \d+(\.\d+){3}$/), expect.stringMatching(/^\d{4}-\d\d-\d\dT/)])
  }
})

describe.each(every)('%s, %s', (name, source) => {
  const samples = replay(name, source)

  test('no number is negative, NaN or infinite, and ratios and levels stay in 0..1', () => {
    expect(samples.length).toBeGreaterThan(3)
    for (const sample of samples) {
      expect(numbersIn(sample).filter((number) => !(number >= 0 && number < Infinity))).toEqual([])
      for (const { lossRatio = 0, networkLossRatio = 0, audioLevel = 0 } of sample.streams) expect(Math.max(lossRatio, networkLossRatio, audioLevel)).toBeLessThanOrEqual(1)
    }
  })

  test('no rate is beyond what a loopback call of this size can carry (a spike would be)', () => {
    // The fake camera at 640x480 gives at most 1 Mbit/s here, with probing below 3; 50 audio packets a second.
    for (const { bytesSentPerSecond = 0, bytesReceivedPerSecond = 0, tracks } of samples) {
      expect(Math.max(bytesSentPerSecond, bytesReceivedPerSecond)).toBeLessThan(375_000)
      for (const { framesPerSecond = 0, packetsPerSecond = 0 } of tracks) expect([framesPerSecond < 32, packetsPerSecond < 400]).toEqual([true, true])
    }
  })

  test('the windows of a stream add up to what its counter grew by', () => {
    const readings = (fixture(name).series[source] ?? []).map(readRecorded)
    const summed = new Map<number, number>()
    const grown = new Map<number, number>()
    for (const [n, sample] of samples.entries()) {
      for (const { ssrc, bytesPerSecond } of sample.streams) {
        if (ssrc === undefined || bytesPerSecond === undefined) continue
        const bytes = (at: number): number => {
          const stream = readings[at]?.streams.find((candidate) => candidate.ssrc === ssrc)
          return (stream?.payloadBytes ?? NaN) + (stream?.headerBytes ?? NaN)
        }
        summed.set(ssrc, (summed.get(ssrc) ?? 0) + (bytesPerSecond * sample.durationMs) / 1000)
        grown.set(ssrc, (grown.get(ssrc) ?? 0) + bytes(n + 1) - bytes(n))
      }
    }
    for (const [ssrc, bytes] of grown) expect(summed.get(ssrc)).toBeCloseTo(bytes, 3)
  })
})

describe('what each recording shows', () => {
  test('two-way: four streams with their m-lines, bytes of the connection above those of its streams, a round-trip time', () => {
    const last = replay('audio-video-two-way', 'caller').at(-1)
    expect(last?.streams.map(({ direction, kind, mid }) => [direction, kind, mid])).toEqual([
      ['receive', 'audio', '0'], ['receive', 'video', '1'], ['send', 'audio', '0'], ['send', 'video', '1'],
    ])
    const sent = last?.streams.filter(({ direction }) => direction === 'send').reduce((sum, { bytesPerSecond = NaN }) => sum + bytesPerSecond, 0)
    expect(last?.bytesSentPerSecond).toBeGreaterThan(sent ?? NaN)
    expect(last).toMatchObject({ rttSource: 'candidate-pair', gap: false, reset: false })
    expect(last?.streams.every(({ trackIdentifier }) => trackIdentifier !== undefined)).toBe(true)
    expect(last?.streams[3]).toMatchObject({ frameWidth: 640, frameHeight: 480, framesPerSecond: expect.closeTo(20, 0) as number })
  })

  test('simulcast: the track is as large as the largest layer that is on, and its bytes are those of all', () => {
    const samples = replay('simulcast-rid', 'caller')
    expect(figures(samples[7]!.streams, 'rid').sort()).toEqual(['h', 'l'])
    expect([samples[7], samples[9], samples[13]].map((sample) => sample?.tracks.map(({ frameWidth, active }) => [frameWidth, active]))).toEqual([[[640, true]], [[160, true]], [[640, true]]])
    const [track] = samples[7]!.tracks
    expect(track?.bytesPerSecond).toBeCloseTo(samples[7]!.streams.reduce((sum, { bytesPerSecond = NaN }) => sum + bytesPerSecond, 0), 6)
  })

  test('simulcast: Chromium leaves the last size on a layer that is off', () => {
    const high = replay('simulcast-rid', 'caller')[9]?.streams.find(({ rid }) => rid === 'h')
    expect(high).toMatchObject({ active: false, frameWidth: 640, framesPerSecond: 0, bytesPerSecond: 0 })
  })

  test('mute: a disabled track goes on as silence of level 0', () => {
    const levels = replay('mute', 'caller').map(({ streams }) => streams.find(({ kind }) => kind === 'audio')?.audioLevel)
    expect(levels.slice(4, 6)).toEqual([0, 0])
    expect(Math.max(...levels.map((level) => level ?? NaN))).toBeGreaterThan(0)
  })

  test('replaceTrack: no reset, rates without a break, another track; null: zeros, and no track', () => {
    const samples = replay('replace-track', 'caller')
    expect(samples.map(({ reset }) => reset)).not.toContain(true)
    const video = samples.map(({ streams }) => streams.find(({ kind }) => kind === 'video'))
    expect(video[2]?.trackIdentifier).not.toBe(video[4]?.trackIdentifier)
    expect([video[2]?.frameWidth, video[4]?.frameWidth]).toEqual([640, 320])
    expect(video.slice(1, 6).every((stream) => (stream?.framesPerSecond ?? 0) > 15)).toBe(true)
    expect(video[8]).toMatchObject({ framesPerSecond: 0, bytesPerSecond: 0 })
    expect(video[8]).not.toHaveProperty('trackIdentifier')
  })

  test('ssrc change: one reset, on either side; no rates in the first sample', () => {
    for (const source of ['caller', 'callee']) {
      const samples = replay('ssrc-change', source).slice(0, 6)
      expect(samples[2]?.streams[0]?.ssrc).not.toBe(samples[3]?.streams[0]?.ssrc)
      expect(samples.map(({ reset }) => reset)).toEqual([false, false, false, true, false, false])
      expect(samples.map(({ streams }) => streams[0]?.bytesPerSecond === undefined).slice(1)).toEqual([false, false, true, false, false])
    }
  })

  test('ssrc change: the level of the new ssrc is given, though the receiver goes on naming the old one', () => {
    const sources = fixture('ssrc-change').series['callee']?.[5]?.synchronizationSources ?? []
    const stream = replay('ssrc-change', 'callee')[4]?.streams[0]
    expect(sources).toHaveLength(2)
    expect(stream?.audioLevel).toBe(sources.find(({ source }) => source === stream?.ssrc)?.audioLevel)
  })

  test('counter reset: a receiver that counts the same ssrc anew says reset once, and its frozen packet level is not taken', () => {
    const samples = replay('ssrc-change', 'callee').slice(6)
    expect(samples.map(({ reset }) => reset)).toEqual([true, false, false])
    expect(samples[0]?.streams[0]).not.toHaveProperty('bytesPerSecond')
    const frozen = fixture('ssrc-change').series['callee']?.[8]?.synchronizationSources.find(({ source }) => source === samples[1]?.streams[0]?.ssrc)
    expect(samples[1]?.streams[0]?.audioLevel).toBeGreaterThan(2 * (frozen?.audioLevel ?? NaN)) // the beeps' energy instead
  })

  test('removed track: the stream is gone, nothing is negative, no reset; the new one starts without rates', () => {
    const samples = replay('removed-track', 'callee')
    expect(samples.map(({ reset }) => reset)).not.toContain(true)
    expect(samples.map(({ streams }) => streams.length)).toEqual([2, 2, 2, 1, 1, 1, 2, 2, 2])
    expect(samples[6]?.streams[1]).toMatchObject({ mid: '2' })
    expect(samples[6]?.streams[1]).not.toHaveProperty('bytesPerSecond')
    expect(samples[7]?.streams[1]?.bytesPerSecond).toBeGreaterThan(0)
  })

  test.each(['caller', 'callee'])('ICE restart, %s: the selected pair changes, the bytes per second do not jump', (source) => {
    const pairs = (fixture('ice-restart').series[source] ?? []).map((recorded) => readRecorded(recorded).paths[0]?.pair?.id)
    expect(pairs[3]).not.toBe(pairs[4])
    const samples = replay('ice-restart', source)
    const rates = samples.slice(1).map(({ bytesSentPerSecond = NaN, bytesReceivedPerSecond = NaN }) => bytesSentPerSecond + bytesReceivedPerSecond)
    // Steady fake media: the window with the restart is within a third of its neighbours.
    expect(Math.max(...rates) / Math.min(...rates)).toBeLessThan(4 / 3)
    expect(samples.map(({ reset }) => reset)).not.toContain(true)
  })

  test('relayed audio, no element anywhere: the relay receives, and its level is not known (not 0)', () => {
    const relay = replay('relayed-audio-levels', 'relayIn')
    expect(relay[1]?.streams[0]?.packetsPerSecond).toBeCloseTo(50, 0)
    expect(relay.slice(0, 3).map(({ streams }) => streams[0]?.audioLevel)).toEqual([undefined, undefined, undefined])
  })

  test('relayed audio, muted element: the level in the packets is given where getStats says 0', () => {
    const samples = replay('relayed-audio-levels', 'last')
    const raw = fixture('relayed-audio-levels').series['last']?.[5]?.report.find(([, { type }]) => type === 'inbound-rtp')?.[1]
    expect(raw).toMatchObject({ audioLevel: 0, totalAudioEnergy: 0 })
    // A sine of peak 0.25 has the root mean square 0.1768; RFC 6464 rounds to 1 dB: up to 6 % off.
    for (const { streams } of samples.slice(4)) expect(Math.abs((streams[0]?.audioLevel ?? NaN) / 0.1768 - 1)).toBeLessThan(0.06)
  })

  test('late tick: a gap with true means, and the same report twice without rates', () => {
    const samples = replay('late-tick', 'caller')
    expect(samples.map(({ gap }) => gap)).toEqual([false, false, false, true, false, false, false, false])
    expect(samples[3]?.durationMs).toBeGreaterThan(3900)
    expect(samples[3]?.tracks.find(({ kind }) => kind === 'video')?.framesPerSecond).toBeCloseTo(20, 0)
    expect(samples[7]).toMatchObject({ durationMs: 0, reset: false })
    expect(samples[7]).not.toHaveProperty('bytesSentPerSecond')
  })

  test('a sender or a receiver alone gives its stream, the round-trip time and the bytes of the transport', () => {
    for (const source of ['sender', 'receiver']) {
      const last = replay('sender-and-receiver', source).at(-1)
      expect(last?.streams.map(({ kind }) => kind)).toEqual(['video'])
      expect(last?.rttSource).toBe('candidate-pair')
      expect(last?.bytesSentPerSecond).toBeGreaterThan(0)
    }
  })

  test('a recording without its transport entries (Firefox before 153) gives the same round-trip time and streams', () => {
    const readings = (fixture('ice-restart').series['caller'] ?? []).map((recorded) => ({ ...recorded, report: recorded.report.filter(([, { type }]) => type !== 'transport') }))
    const samples = readings.slice(1).map((recorded, n) => sampleBetween(readRecorded(readings[n]!), readRecorded(recorded)))
    const whole = replay('ice-restart', 'caller')
    expect(samples.map(({ rttMs }) => rttMs)).toEqual(whole.map(({ rttMs }) => rttMs))
    expect(samples.map(({ streams }) => streams)).toEqual(whole.map(({ streams }) => streams))
    // No transport to bridge the restart: that one second is not known, and says so.
    expect(samples.map(({ bytesSentPerSecond, reset }) => [bytesSentPerSecond === undefined, reset])).toEqual(whole.map((_, n) => [n === 3, n === 3]))
  })
})
