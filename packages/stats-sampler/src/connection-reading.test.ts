import { describe, expect, test } from 'vitest'
import { inbound, outbound, report } from '../test/reports.ts'
import { readReport, withSynchronizationSources } from './connection-reading.ts'

const pair = (more: Record<string, unknown>) => ({ type: 'candidate-pair', id: 'P1', state: 'succeeded', nominated: true, ...more })

describe('what is read', () => {
  test('an empty report is an empty reading', () => {
    expect(readReport([])).toEqual({ timestamp: 0, paths: [], streams: [] })
  })

  test('an inbound stream gives its counters, in ms where the W3C has seconds', () => {
    const [stream] = readReport(report(5, inbound({
      bytesReceived: 1000, headerBytesReceived: 100, packetsReceived: 10, packetsLost: -2, retransmittedPacketsReceived: 3, jitter: 0.004,
      framesDecoded: 7, framesReceived: 9, framesPerSecond: 20, frameWidth: 640, frameHeight: 480, totalFreezesDuration: 0.5,
    }))).streams
    expect(stream).toEqual({
      id: 'I1', kind: 'video', direction: 'receive', ssrc: 11, mid: '0', trackIdentifier: 'remote-track',
      payloadBytes: 1000, headerBytes: 100, packets: 10, packetsLost: -2, retransmittedPacketsReceived: 3, jitterMs: 4,
      frames: 7, framesReceived: 9, framesPerSecond: 20, frameWidth: 640, frameHeight: 480, totalFreezesDuration: 0.5,
    })
  })

  test('an outbound stream gets its track and level from its media source, loss and jitter from the receiver report', () => {
    const [stream] = readReport(report(5,
      outbound({ kind: 'audio', rid: 'h', active: true, remoteId: 'R1', bytesSent: 50, packetsSent: 5 }),
      { type: 'media-source', id: 'S1', trackIdentifier: 'mine', audioLevel: 0.5, totalAudioEnergy: 1, totalSamplesDuration: 2 },
      { type: 'remote-inbound-rtp', id: 'R1', ssrc: 22, fractionLost: 0.25, jitter: 0.01, roundTripTime: 0.05 },
    )).streams
    expect(stream).toMatchObject({
      direction: 'send', rid: 'h', active: true, trackIdentifier: 'mine', mediaSourceId: 'S1', payloadBytes: 50, packets: 5,
      audioLevel: 0.5, totalAudioEnergy: 1, totalSamplesDuration: 2, fractionLost: 0.25, jitterMs: 10,
    })
  })

  test('an outbound video stream gets the frame rate of its source and why it is limited; without a source (Firefox) its own rate is not taken for it', () => {
    const camera = { type: 'media-source', id: 'S1', framesPerSecond: 30 }
    const sending = outbound({ framesPerSecond: 12, qualityLimitationReason: 'cpu' })
    expect(readReport(report(5, sending, camera)).streams[0]).toMatchObject({ framesPerSecond: 12, sourceFramesPerSecond: 30, qualityLimitationReason: 'cpu' })
    expect(readReport(report(5, sending)).streams[0]).not.toHaveProperty('sourceFramesPerSecond')
  })

  test.each([
    ['localId', { localId: 'O1' }],
    ['ssrc', { ssrc: 22 }],
  ])('the receiver report is found by %s where remoteId is missing (Safari 16.4 to 16.6)', (_, link) => {
    const { streams } = readReport(report(5, outbound(), { type: 'remote-inbound-rtp', id: 'R1', fractionLost: 0.5, ...link }))
    expect(streams[0]).toHaveProperty('fractionLost', 0.5)
  })

  test('the time is that of the newest local entry: remote-* entries carry the time of the far side or of their arrival', () => {
    const entries = [...report(1000, inbound()), ...report(1002, outbound()), ...report(9000, { type: 'remote-inbound-rtp', id: 'R' }, { type: 'remote-outbound-rtp', id: 'Q' })]
    expect(readReport(entries).timestamp).toBe(1002)
  })

  test('a codec, certificate or candidate leaves nothing behind (codec bloat: 872 of them in one call)', () => {
    const codecs = Array.from({ length: 872 }, (_, n) => ({ type: 'codec', id: `C${n}`, payloadType: n }))
    expect(readReport(report(5, ...codecs, { type: 'certificate', id: 'X' }, { type: 'local-candidate', id: 'L' }))).toEqual({ timestamp: 5, paths: [], streams: [] })
  })

  test('an entry that does not name itself is read under its key', () => {
    expect(readReport([['I7', inbound({ id: undefined })]]).streams[0]).toHaveProperty('id', 'I7')
  })

  test('a reading survives JSON unchanged', () => {
    const reading = readReport(report(5, inbound({ bytesReceived: 1 }), outbound({ active: false }), pair({ bytesSent: 4 })))
    expect(JSON.parse(JSON.stringify(reading))).toEqual(reading)
  })
})

describe('missing is not zero', () => {
  test('a member that is not in the report is not in the reading', () => {
    const [stream] = readReport(report(5, inbound())).streams
    expect(Object.keys(stream ?? {}).sort()).toEqual(['direction', 'id', 'kind', 'mid', 'ssrc', 'trackIdentifier'])
  })

  test('a 0 in the report is a 0 in the reading', () => {
    expect(readReport(report(5, inbound({ bytesReceived: 0, packetsLost: 0 }))).streams[0]).toMatchObject({ payloadBytes: 0, packetsLost: 0 })
  })
})

describe('garbage', () => {
  const garbage: [string, unknown][] = [
    ['not a pair', 7], ['null', null], ['undefined', undefined], ['a string', 'inbound-rtp'],
    ['an empty pair', []], ['null as entry', ['a', null]], ['a number as entry', ['a', 3]], ['an array as entry', ['a', [1, 2]]],
    ['no type', ['a', { ssrc: 1 }]], ['a type that is no string', ['a', { type: 5 }]], ['an unknown type', ['a', { type: 'surprise', timestamp: 'now' }]],
    ['a stream without kind', ['a', { type: 'inbound-rtp' }]], ['a stream of another kind', ['a', { type: 'inbound-rtp', kind: 'smell' }]],
    ['an entry without any id', [undefined, { type: 'inbound-rtp', kind: 'audio' }]],
    ['a transport that names nothing', ['a', { type: 'transport', selectedCandidatePairId: 9 }]],
    ['__proto__ as id', ['__proto__', { type: 'inbound-rtp', kind: 'audio', remoteId: '__proto__' }]],
  ]
  test.each(garbage)('%s does not keep the good entries from being read', (_, bad) => {
    const entries = [bad, ...report(5, inbound({ bytesReceived: 12 })), bad] as [string, unknown][] // a lie, as a broken recording tells it
    const good = readReport(entries).streams.find(({ id }) => id === 'I1')
    expect(good).toMatchObject({ payloadBytes: 12 })
  })

  test.each([NaN, Infinity, -Infinity, -1, '5', null, {}, 5n, true])('a counter of %s is not known', (value) => {
    const [stream] = readReport(report(5, inbound({ bytesReceived: value, frameWidth: value, jitter: value, ssrc: value }))).streams
    expect(stream).toEqual({ id: 'I1', kind: 'video', direction: 'receive', mid: '0', trackIdentifier: 'remote-track' })
  })

  test.each([NaN, Infinity, 'x', -5])('a timestamp of %s is not taken', (timestamp) => {
    expect(readReport([...report(7, inbound()), ['O1', outbound({ timestamp })]]).timestamp).toBe(7)
  })
})

describe('round-trip time', () => {
  const rtt = (...entries: Record<string, unknown>[]) => {
    const { rttMs, rttSource } = readReport(report(5, ...entries))
    return [rttMs, rttSource]
  }
  const other = pair({ id: 'P2', currentRoundTripTime: 0.9 })
  const remote = { type: 'remote-inbound-rtp', id: 'R', ssrc: 22, roundTripTime: 0.3 }

  test.each<[string, Record<string, unknown>[], unknown[]]>([
    ['the pair the transport selected', [other, pair({ currentRoundTripTime: 0.02 }), { type: 'transport', id: 'T', selectedCandidatePairId: 'P1' }, remote], [20, 'candidate-pair']],
    ['a measured 0', [pair({ currentRoundTripTime: 0 })], [0, 'candidate-pair']],
    ['Firefox without transport: the nominated pair that succeeded', [pair({ id: 'P0', nominated: false, currentRoundTripTime: 0.9 }), pair({ currentRoundTripTime: 0.04 })], [40, 'candidate-pair']],
    ['Firefox without transport: the pair marked selected', [pair({ selected: true, currentRoundTripTime: 0.05 }), pair({ id: 'P2', currentRoundTripTime: 0.9, lastPacketReceivedTimestamp: 4 })], [50, 'candidate-pair']],
    ['of two nominated pairs the one that received last', [pair({ currentRoundTripTime: 0.06, lastPacketReceivedTimestamp: 4 }), pair({ id: 'P2', currentRoundTripTime: 0.9, lastPacketReceivedTimestamp: 3 })], [60, 'candidate-pair']],
    ['a transport that names no pair', [pair({ currentRoundTripTime: 0.07 }), { type: 'transport', id: 'T' }], [70, 'candidate-pair']],
    ['Safari and Firefox without currentRoundTripTime: the receiver report', [pair({}), remote], [300, 'remote-inbound-rtp']],
    ['the newest receiver report', [{ ...remote, timestamp: 2 }, { ...remote, id: 'Q', timestamp: 4, roundTripTime: 0.1 }], [100, 'remote-inbound-rtp']],
    ['a pure receiver without pair', [inbound()], [undefined, undefined]],
    ['a negative time', [pair({ currentRoundTripTime: -0.001 })], [undefined, undefined]],
  ])('%s', (_, entries, expected) => {
    expect(rtt(...entries)).toEqual(expected)
  })
})

describe('synchronization sources', () => {
  const reading = readReport(report(5, inbound({ kind: 'audio' }), outbound({ kind: 'audio', ssrc: 11 })))

  test('join the receiving stream with the same ssrc, and only that', () => {
    const { streams } = withSynchronizationSources(reading, [{ source: 11, audioLevel: 0.25, timestamp: 3 }])
    expect(streams.map(({ synchronization }) => synchronization)).toEqual([{ audioLevel: 0.25, timestamp: 3 }, undefined])
  })

  test.each([[{ source: 12, audioLevel: 0.25 }], [{ source: 11 }], [{ source: 11, audioLevel: NaN }], [{ source: 11, audioLevel: undefined }]])('%o changes nothing', (source) => {
    expect(withSynchronizationSources(reading, [source])).toEqual(reading)
  })
})
