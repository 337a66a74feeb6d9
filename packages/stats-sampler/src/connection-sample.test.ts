import { describe, expect, test } from 'vitest'
import { between, inbound, outbound, report, step } from '../test/reports.ts'
import { readReport, withSynchronizationSources } from './connection-reading.ts'
import { sampleBetween } from './connection-sample.ts'

const transport = (more: Record<string, unknown>) => ({ type: 'transport', id: 'T', selectedCandidatePairId: 'P1', ...more })
const pair = (more: Record<string, unknown>) => ({ type: 'candidate-pair', id: 'P1', state: 'succeeded', nominated: true, ...more })

describe('rates', () => {
  test('are divided by the time of the reports, not by the interval', () => {
    const sample = between(report(1000, inbound({ bytesReceived: 0, packetsReceived: 0 })), report(1500, inbound({ bytesReceived: 600, packetsReceived: 30 })), 1000)
    expect(sample).toMatchObject({ timestamp: 1500, durationMs: 500, streams: [{ bytesPerSecond: 1200, packetsPerSecond: 60 }] })
  })

  test('bytes: a stream counts payload and headers, the connection what the selected pair carried', () => {
    const at = (n: number) => report(n * 1000,
      outbound({ bytesSent: 1000 * n, headerBytesSent: 200 * n }), pair({ bytesSent: 1500 * n, bytesReceived: 70 * n }), transport({ bytesSent: 9000 * n, bytesReceived: 9000 * n }))
    expect(between(at(1), at(2))).toMatchObject({
      bytesSentPerSecond: 1500, bytesReceivedPerSecond: 70, streams: [{ bytesPerSecond: 1200, headerBytesPerSecond: 200 }],
    })
  })

  test('bytes: where headers are not counted the payload is given, and headerBytesPerSecond is absent', () => {
    const [stream] = step(inbound, { bytesReceived: 0 }, { bytesReceived: 500 }).streams
    expect(stream).toMatchObject({ bytesPerSecond: 500 })
    expect(stream).not.toHaveProperty('headerBytesPerSecond')
  })

  test('a pair that counts no bytes is replaced by its transport', () => {
    const at = (n: number) => report(n * 1000, pair({}), transport({ bytesSent: 100 * n, bytesReceived: 10 * n }))
    expect(between(at(1), at(2))).toMatchObject({ bytesSentPerSecond: 100, bytesReceivedPerSecond: 10, reset: false })
  })

  test('without BUNDLE the connection is the sum of its transports', () => {
    const at = (n: number) => report(n * 1000,
      pair({ bytesSent: 100 * n }), transport({}), pair({ id: 'P2', bytesSent: 7 * n }), transport({ id: 'T2', selectedCandidatePairId: 'P2' }))
    expect(between(at(1), at(2)).bytesSentPerSecond).toBe(107)
  })

  test('missing vs zero: an idle counter gives 0, an absent one nothing', () => {
    const [stream] = step(inbound, { bytesReceived: 9 }, { bytesReceived: 9 }).streams
    expect(stream).toHaveProperty('bytesPerSecond', 0)
    expect(stream).not.toHaveProperty('packetsPerSecond')
    expect(stream).not.toHaveProperty('lossRatio')
  })

  test.each([['the same report twice', 1000, 1000], ['a clock that was set back', 1000, 900], ['a report without time', 1000, 0]])('%s has no rates and no gap', (_, then, now) => {
    const sample = between(report(then, inbound({ bytesReceived: 1, framesDecoded: 1 })), report(now, inbound({ bytesReceived: 5, framesDecoded: 5 })))
    expect(sample).toMatchObject({ durationMs: 0, gap: false, reset: false })
    expect(sample.streams[0]).not.toHaveProperty('bytesPerSecond')
    expect(sample.streams[0]).not.toHaveProperty('framesPerSecond')
  })

  test('tab throttling: a minute without a tick is a gap with the mean rate, not a spike', () => {
    const sample = between(report(1000, inbound({ bytesReceived: 0 })), report(61_000, inbound({ bytesReceived: 60_000 })))
    expect(sample).toMatchObject({ gap: true, durationMs: 60_000, streams: [{ bytesPerSecond: 1000 }] })
  })

  test.each([[2500, false], [2501, true]])('%i ms at an interval of 1000 is a gap: %s', (ms, gap) => {
    expect(between(report(1000, inbound()), report(1000 + ms, inbound())).gap).toBe(gap)
  })

  test('the interval decides what a gap is', () => {
    expect(between(report(1000, inbound()), report(3600, inbound()), 5000).gap).toBe(false)
  })
})

describe('resets', () => {
  test('ssrc change: the new stream has no rates in its first sample, and the sample says reset', () => {
    const sample = step(inbound, { bytesReceived: 90_000 }, { id: 'I2', ssrc: 12, bytesReceived: 95_000, framesDecoded: 4, framesPerSecond: 4, jitter: 0.001 })
    expect(sample).toMatchObject({ reset: true, streams: [{ ssrc: 12, jitterMs: 1 }] })
    expect(sample.streams[0]).not.toHaveProperty('bytesPerSecond')
    expect(sample.streams[0]).not.toHaveProperty('framesPerSecond')
  })

  test('ssrc change: keyed by ssrc, not by an id that is used again', () => {
    const sample = step(inbound, { bytesReceived: 100 }, { ssrc: 12, mid: '5', bytesReceived: 900 })
    expect(sample.reset).toBe(true)
    expect(sample.streams[0]).not.toHaveProperty('bytesPerSecond')
  })

  test('the same ssrc under a new id goes on', () => {
    expect(step(inbound, { bytesReceived: 100 }, { id: 'other', bytesReceived: 900 })).toMatchObject({ reset: false, streams: [{ bytesPerSecond: 800 }] })
  })

  test('a stream that joins is no reset', () => {
    const sample = between(report(1000, inbound({ bytesReceived: 1 })), report(2000, inbound({ bytesReceived: 2 }), inbound({ id: 'I2', ssrc: 12, mid: '1', bytesReceived: 50_000 })))
    expect(sample).toMatchObject({ reset: false, streams: [{ bytesPerSecond: 1 }, { ssrc: 12 }] })
    expect(sample.streams[1]).not.toHaveProperty('bytesPerSecond')
  })

  test('negative on leave: a stream that leaves takes no rate below 0', () => {
    const at = (n: number, ...more: Record<string, unknown>[]) => report(n * 1000, inbound({ bytesReceived: 100 * n }), ...more)
    const sample = between(at(1, inbound({ id: 'I2', ssrc: 12, mid: '1', bytesReceived: 1_000_000 })), at(2))
    expect(sample).toMatchObject({ reset: false, streams: [{ bytesPerSecond: 100 }] })
    expect(sample.streams).toHaveLength(1)
  })

  test('counter reset: one counter that went back makes all rates of its stream unknown, and no others', () => {
    const at = (n: number, more: Record<string, unknown>) => report(n * 1000, inbound({ ...more }), outbound({ bytesSent: 10 * n }))
    const sample = between(at(1, { bytesReceived: 5000, packetsReceived: 3 }), at(2, { bytesReceived: 40, packetsReceived: 8 }))
    expect(sample.reset).toBe(true)
    expect(sample.streams[0]).not.toHaveProperty('bytesPerSecond')
    expect(sample.streams[0]).not.toHaveProperty('packetsPerSecond')
    expect(sample.streams[1]).toHaveProperty('bytesPerSecond', 10)
  })

  test('replaceTrack: counters go on, the track is another one', () => {
    const source = (id: string) => ({ type: 'media-source', id, trackIdentifier: `track of ${id}` })
    const sample = between(report(1000, outbound({ bytesSent: 100 }), source('S1')), report(2000, outbound({ bytesSent: 350, mediaSourceId: 'S2' }), source('S2')))
    expect(sample).toMatchObject({ reset: false, streams: [{ bytesPerSecond: 250, trackIdentifier: 'track of S2' }] })
  })

  test('replaceTrack: the energy of one source is not compared with that of another', () => {
    const source = (id: string, totalAudioEnergy: number) => ({ type: 'media-source', id, totalAudioEnergy, totalSamplesDuration: totalAudioEnergy * 4 })
    const sending = (mediaSourceId: string) => outbound({ kind: 'audio', mediaSourceId })
    expect(between(report(1000, sending('S1'), source('S1', 1)), report(2000, sending('S1'), source('S1', 2))).streams[0]).toHaveProperty('audioLevel', 0.5)
    expect(between(report(1000, sending('S1'), source('S1', 1)), report(2000, sending('S2'), source('S2', 2))).streams[0]).not.toHaveProperty('audioLevel')
  })

  test('ICE restart: the transport that goes on bridges the change of pair', () => {
    const sample = between(
      report(1000, pair({ bytesSent: 200_000 }), transport({ bytesSent: 200_000 })),
      report(2000, pair({ bytesSent: 200_000 }), pair({ id: 'P2', bytesSent: 900 }), transport({ selectedCandidatePairId: 'P2', bytesSent: 201_000 })))
    expect(sample).toMatchObject({ bytesSentPerSecond: 1000, reset: false })
  })

  test.each([['lower', 900], ['higher', 900_000]])('ICE restart: without transport bytes a new pair with a %s counter gives no rate', (_, bytesSent) => {
    const sample = between(
      report(1000, pair({ bytesSent: 200_000 }), transport({})),
      report(2000, pair({ bytesSent: 200_000 }), pair({ id: 'P2', bytesSent }), transport({ selectedCandidatePairId: 'P2' })))
    expect(sample.reset).toBe(true)
    expect(sample).not.toHaveProperty('bytesSentPerSecond')
  })

  test('ICE restart: a transport that went back gives no rate', () => {
    const sample = between(report(1000, pair({}), transport({ bytesSent: 500 })), report(2000, pair({ id: 'P2' }), transport({ selectedCandidatePairId: 'P2', bytesSent: 90 })))
    expect(sample.reset).toBe(true)
    expect(sample).not.toHaveProperty('bytesSentPerSecond')
  })

  test('the first path of a connection is no reset', () => {
    const sample = between(report(1000, outbound()), report(2000, pair({ bytesSent: 5 }), transport({})))
    expect(sample.reset).toBe(false)
    expect(sample).not.toHaveProperty('bytesSentPerSecond')
  })

  test('a path whose bytes nobody counts is no reset', () => {
    const at = (n: number) => report(n * 1000, pair({ currentRoundTripTime: 0.01 }))
    expect(between(at(1), at(2))).toMatchObject({ rttMs: 10, reset: false })
  })
})

describe('loss', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, number | undefined, number | undefined]>([
    ['nothing lost', { packetsReceived: 0, packetsLost: 0, retransmittedPacketsReceived: 0 }, { packetsReceived: 100, packetsLost: 0, retransmittedPacketsReceived: 0 }, 0, 0],
    ['some lost for good', { packetsReceived: 0, packetsLost: 5, retransmittedPacketsReceived: 0 }, { packetsReceived: 90, packetsLost: 15, retransmittedPacketsReceived: 0 }, 0.1, 0.1],
    ['some repaired', { packetsReceived: 0, packetsLost: 0, retransmittedPacketsReceived: 0 }, { packetsReceived: 98, packetsLost: 10, retransmittedPacketsReceived: 8 }, 0.02, 0.1],
    ['repaired without RTX, so that packetsLost tells what is left', { packetsReceived: 0, packetsLost: 0 }, { packetsReceived: 98, packetsLost: 2 }, 0.02, undefined],
    ['packetsLost goes down (signed)', { packetsReceived: 0, packetsLost: 10 }, { packetsReceived: 90, packetsLost: 4 }, 0, undefined],
    ['packetsLost is negative', { packetsReceived: 0, packetsLost: -1 }, { packetsReceived: 90, packetsLost: -3 }, 0, undefined],
    ['all lost', { packetsReceived: 7, packetsLost: 0 }, { packetsReceived: 7, packetsLost: 50 }, 1, undefined],
    ['nothing expected', { packetsReceived: 7, packetsLost: 0, retransmittedPacketsReceived: 0 }, { packetsReceived: 7, packetsLost: 0, retransmittedPacketsReceived: 0 }, undefined, undefined],
    ['more probes than losses', { packetsReceived: 0, packetsLost: 0, retransmittedPacketsReceived: 0 }, { packetsReceived: 55, packetsLost: 5, retransmittedPacketsReceived: 40 }, 0, 0.25],
    ['nothing but probes', { packetsReceived: 0, packetsLost: 0, retransmittedPacketsReceived: 0 }, { packetsReceived: 40, packetsLost: 0, retransmittedPacketsReceived: 40 }, undefined, undefined],
    ['no loss counter', { packetsReceived: 0 }, { packetsReceived: 10 }, undefined, undefined],
  ])('%s', (_, before, after, lossRatio, networkLossRatio) => {
    const [stream] = step(inbound, before, after).streams
    expect([stream?.lossRatio, stream?.networkLossRatio]).toEqual([lossRatio, networkLossRatio])
  })

  test('a packetsLost that goes down is no reset', () => {
    expect(step(inbound, { packetsReceived: 0, packetsLost: 10 }, { packetsReceived: 90, packetsLost: 4 }).reset).toBe(false)
  })

  test.each([[0, 0], [0.4, 0.4], [1.5, 1]])('a sender knows the fraction the receiver reported: %d', (fractionLost, expected) => {
    const remote = { type: 'remote-inbound-rtp', id: 'R', ssrc: 22, fractionLost, packetsLost: 40 }
    const [stream] = between(report(1000, outbound(), remote), report(2000, outbound(), remote)).streams
    expect(stream).toHaveProperty('networkLossRatio', expected)
    expect(stream).not.toHaveProperty('lossRatio')
  })
})

describe('RTX and FEC', () => {
  const apart = { rtxSsrc: 99, fecSsrc: 98, retransmittedBytesReceived: 0, retransmittedPacketsReceived: 0, fecBytesReceived: 0, fecPacketsReceived: 0, fecPacketsDiscarded: 0 }
  const before = { ...apart, bytesReceived: 0, headerBytesReceived: 0, packetsReceived: 0, packetsLost: 0 }

  test('are parts of the bytes and packets of their stream, and come on top of nothing', () => {
    const after = { ...before, bytesReceived: 900, headerBytesReceived: 100, packetsReceived: 100, retransmittedBytesReceived: 90, fecBytesReceived: 180, fecPacketsReceived: 20 }
    const sample = step(inbound, before, after)
    expect(sample.streams).toMatchObject([{ ssrc: 11, bytesPerSecond: 1000, headerBytesPerSecond: 100, packetsPerSecond: 100 }])
  })

  test('RTX takes a loss back, FEC does not: browsers do not count what it restored', () => {
    const lossAfter = (more: Record<string, unknown>) => step(inbound, before, { ...before, packetsReceived: 95, packetsLost: 5, ...more }).streams[0]?.lossRatio
    expect(lossAfter({ fecPacketsReceived: 20 })).toBe(0.05)
    expect(lossAfter({ packetsReceived: 100, retransmittedPacketsReceived: 5 })).toBe(0)
  })

  test('a sender repeats within its own counters', () => {
    const sending = (n: number) => ({ bytesSent: 1000 * n, packetsSent: 100 * n, retransmittedBytesSent: 300 * n, retransmittedPacketsSent: 30 * n, rtxSsrc: 99 })
    expect(step(outbound, sending(1), sending(2)).streams).toMatchObject([{ bytesPerSecond: 1000, packetsPerSecond: 100 }])
  })
})

describe('frames', () => {
  test.each<[string, typeof inbound, Record<string, unknown>, Record<string, unknown>, number | undefined]>([
    ['decoded frames before the figure of the browser', inbound, { framesDecoded: 10, framesPerSecond: 3 }, { framesDecoded: 35, framesPerSecond: 3 }, 25],
    ['received frames where none are decoded', inbound, { framesReceived: 10 }, { framesReceived: 22 }, 12],
    ['sent frames', outbound, { framesSent: 10, framesEncoded: 10 }, { framesSent: 40, framesEncoded: 41 }, 30],
    ['encoded frames where sent ones are not counted', outbound, { framesEncoded: 10 }, { framesEncoded: 25 }, 15],
    ['the figure of the browser where it counts no frames', inbound, { framesPerSecond: 14 }, { framesPerSecond: 15 }, 15],
    ['a picture that stands still', inbound, { framesDecoded: 10 }, { framesDecoded: 10 }, 0],
    ['nothing known', inbound, {}, {}, undefined],
  ])('%s', (_, make, before, after, expected) => {
    expect(step(make, before, after).streams[0]?.framesPerSecond).toBe(expected)
  })
})

describe('what quality is judged by', () => {
  test('frames received beside frames decoded, and seconds of frozen picture per second', () => {
    const [stream] = step(inbound, { framesReceived: 10, framesDecoded: 10, totalFreezesDuration: 1 }, { framesReceived: 35, framesDecoded: 20, totalFreezesDuration: 1.25 }).streams
    expect(stream).toMatchObject({ framesReceivedPerSecond: 25, framesPerSecond: 10, freezesDurationPerSecond: 0.25 })
  })

  test.each(['framesReceived', 'totalFreezesDuration'])('a %s that goes back is a reset', (counter) => {
    expect(step(inbound, { [counter]: 9 }, { [counter]: 3 }).reset).toBe(true)
  })

  test('the source of a sender and what limits it are those of now, and of the largest layer that sends', () => {
    const camera = { type: 'media-source', id: 'S1', framesPerSecond: 25 }
    const at = (n: number) => report(n * 1000, camera,
      outbound({ rid: 'l', framesSent: n, frameWidth: 160, frameHeight: 90, qualityLimitationReason: 'none' }),
      outbound({ id: 'O2', ssrc: 23, rid: 'h', framesSent: n, frameWidth: 640, frameHeight: 360, qualityLimitationReason: 'bandwidth' }))
    expect(between(at(1), at(2)).tracks).toMatchObject([{ id: 'O1', sourceFramesPerSecond: 25, qualityLimitationReason: 'bandwidth', frameWidth: 640 }])
  })
})

describe('simulcast', () => {
  const layer = (rid: string, ssrc: number, more: Record<string, unknown>) => outbound({ id: `O${rid}`, rid, ssrc, ...more })
  const low = (framesSent: number) => layer('l', 1, { active: true, bytesSent: 10 * framesSent, framesSent, frameWidth: 160, frameHeight: 120 })

  test('bytes of all layers, size and frame rate of the largest active one', () => {
    const high = (framesSent: number) => layer('h', 2, { active: true, bytesSent: 100 * framesSent, framesSent, frameWidth: 640, frameHeight: 480 })
    const sample = between(report(1000, low(0), high(0)), report(2000, low(20), high(15)))
    expect(sample.streams.map(({ rid }) => rid)).toEqual(['l', 'h'])
    expect(sample.tracks).toEqual([expect.objectContaining({ mid: '1', active: true, bytesPerSecond: 1700, framesPerSecond: 15, frameWidth: 640, frameHeight: 480 })])
    expect(sample.tracks[0]).not.toHaveProperty('rid')
    expect(sample.tracks[0]).not.toHaveProperty('ssrc')
  })

  test.each([['switched off', { active: false }], ['active without bandwidth', { active: true }], ['idle in a browser without `active`', {}]])('a layer %s keeps its last size and does not lend it to the track', (_, more) => {
    const high = layer('h', 2, { ...more, bytesSent: 5000, framesSent: 50, frameWidth: 640, frameHeight: 480 })
    const sample = between(report(1000, low(0), high), report(2000, low(20), high))
    expect(sample.streams[1]).toMatchObject({ frameWidth: 640, framesPerSecond: 0, bytesPerSecond: 0 })
    expect(sample.tracks).toEqual([expect.objectContaining({ bytesPerSecond: 200, framesPerSecond: 20, frameWidth: 160, frameHeight: 120 })])
  })

  test('with all layers off the track has no size, and sends 0 frames', () => {
    const off = [layer('l', 1, { active: false, framesSent: 3, frameWidth: 160, frameHeight: 120 }), layer('h', 2, { active: false, framesSent: 3, frameWidth: 640, frameHeight: 480 })]
    const [track] = between(report(1000, ...off), report(2000, ...off)).tracks
    expect(track).toMatchObject({ active: false, framesPerSecond: 0 })
    expect(track).not.toHaveProperty('frameWidth')
  })

  test('the sum is not known while one layer is not', () => {
    const [track] = between(report(1000, low(0)), report(2000, low(20), layer('h', 2, { active: true, bytesSent: 9000 }))).tracks
    expect(track).not.toHaveProperty('bytesPerSecond')
  })

  test('without mid (before negotiation) layers meet by track', () => {
    const source = { type: 'media-source', id: 'S1', trackIdentifier: 'camera' }
    const at = (n: number) => report(n * 1000, source, layer('l', 1, { mid: undefined, bytesSent: n }), layer('h', 2, { mid: undefined, bytesSent: 2 * n }))
    expect(between(at(1), at(2)).tracks).toEqual([expect.objectContaining({ trackIdentifier: 'camera', bytesPerSecond: 3 })])
  })

  test('one mid in both directions is two tracks', () => {
    const sample = between(report(1000, inbound(), outbound({ mid: '0' })), report(2000, inbound(), outbound({ mid: '0' })))
    expect(sample.tracks.map(({ direction }) => direction)).toEqual(['receive', 'send'])
  })

  test('a track of one stream is that stream', () => {
    const { streams, tracks } = step(inbound, { bytesReceived: 1 }, { bytesReceived: 2, frameWidth: 3 })
    expect(tracks).toEqual(streams)
  })
})

describe('audio level', () => {
  const hearing = (totalSamplesDuration: number, totalAudioEnergy: number, audioLevel: number, packetsReceived = 0) =>
    inbound({ kind: 'audio', totalSamplesDuration, totalAudioEnergy, audioLevel, packetsReceived })

  test('is the root mean square of what was played in this time', () => {
    expect(between(report(1000, hearing(5, 1, 0.9)), report(2000, hearing(6, 1.25, 0.9))).streams[0]?.audioLevel).toBe(0.5)
  })

  test('is not known while nothing plays the track, though Chromium says 0', () => {
    expect(between(report(1000, hearing(0, 0, 0)), report(2000, hearing(0, 0, 0))).streams[0]).not.toHaveProperty('audioLevel')
    expect(between(report(1000, hearing(4, 1, 0)), report(2000, hearing(4, 1, 0))).streams[0]).not.toHaveProperty('audioLevel')
  })

  test('is the momentary one where the browser counts no energy, and in the first sample of a stream', () => {
    const only = inbound({ kind: 'audio', audioLevel: 0.3 })
    expect(between(report(1000, only), report(2000, only)).streams[0]?.audioLevel).toBe(0.3)
    expect(between(report(1000), report(2000, hearing(4, 1, 0.7))).streams[0]?.audioLevel).toBe(0.7)
  })

  test('local = media-source', () => {
    const source = { type: 'media-source', id: 'S1', audioLevel: 0.125, totalAudioEnergy: 5, totalSamplesDuration: 9 }
    const at = (ms: number) => report(ms, outbound({ kind: 'audio' }), source)
    expect(between(at(1000), at(2000)).streams[0]?.audioLevel).toBe(0.125)
  })

  test('Firefox has no media-source levels: absent, not 0', () => {
    const at = (ms: number) => report(ms, outbound({ kind: 'audio', mediaSourceId: undefined }))
    expect(between(at(1000), at(2000)).streams[0]).not.toHaveProperty('audioLevel')
  })

  test('the level in the packets is taken first: playback does not change it', () => {
    const reading = (ms: number, timestamp: number) => withSynchronizationSources(readReport(report(ms, hearing(ms / 1000, 0, 0, ms))), [{ source: 11, audioLevel: 0.2, timestamp }])
    expect(sampleBetween(reading(1000, 990), reading(2000, 1990)).streams[0]?.audioLevel).toBe(0.2)
  })

  test.each([['no packets came', 5, 2000], ['nothing was played', 2000, 5]])('the level of an old packet is not taken when %s since', (_, packets, seconds) => {
    const reading = (ms: number) =>
      withSynchronizationSources(readReport(report(ms, hearing(Math.min(ms, seconds), 0, 0, Math.min(ms, packets)))), [{ source: 11, audioLevel: 0.2, timestamp: 990 }])
    expect(sampleBetween(reading(1000), reading(2000)).streams[0]?.audioLevel).not.toBe(0.2)
  })

  test('a video stream has none', () => {
    expect(step(inbound, { audioLevel: 0.5 }, { audioLevel: 0.5 }).streams[0]).not.toHaveProperty('audioLevel')
  })
})

describe('browsers', () => {
  test('Firefox before 153: no transport, no mediaSourceId, still bytes and round-trip time', () => {
    const at = (n: number) => report(n * 1000, pair({ selected: true, bytesSent: 50 * n, bytesReceived: 5 * n, currentRoundTripTime: 0.01 }), outbound({ mediaSourceId: undefined, bytesSent: 40 * n }))
    expect(between(at(1), at(2))).toMatchObject({ bytesSentPerSecond: 50, bytesReceivedPerSecond: 5, rttMs: 10, streams: [{ mid: '1', bytesPerSecond: 40 }] })
  })

  test('Safari before 16.4: no trackIdentifier, streams are told apart by mid and ssrc', () => {
    const at = (n: number) => report(n * 1000,
      inbound({ trackIdentifier: undefined, bytesReceived: 10 * n }), inbound({ id: 'I2', ssrc: 12, mid: '4', trackIdentifier: undefined, bytesReceived: 3 * n }))
    expect(between(at(1), at(2)).tracks).toMatchObject([{ mid: '0', bytesPerSecond: 10 }, { mid: '4', bytesPerSecond: 3 }])
  })
})
