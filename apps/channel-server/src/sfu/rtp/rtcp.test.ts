import { describe, expect, it } from 'vitest'
import { isRtcp, readRtcp, writeDescription, writeMaxBitrate, writeNack, writePictureLossIndication, writeReceiverReport, writeSenderReport } from './rtcp.js'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const BLOCK = { ssrc: 2, fractionLost: 51, packetsLost: -2, highestSequence: 65_538, jitter: 239, lastSenderReport: 0xccdd_1122, delaySinceSenderReport: 32_768 }

describe('what is written', () => {
  it.each([
    ['a picture loss indication', writePictureLossIndication(1, 2), '81ce0002 00000001 00000002'],
    ['a receiver report', writeReceiverReport(1, [BLOCK]), '81c90007 00000001 00000002 33 fffffe 00010002 000000ef ccdd1122 00008000'],
    ['an empty receiver report', writeReceiverReport(1, []), '80c90001 00000001'],
    ['a sender report', writeSenderReport({ ssrc: 1, ntpSeconds: 2, ntpFraction: 3, timestamp: 4, packets: 5, octets: 6 }), '80c80006 00000001 00000002 00000003 00000004 00000005 00000006'],
    ['a description', writeDescription(1, 'ab'), '81ca0003 00000001 01026162 00000000'],
    ['a description that fills its word', writeDescription(1, 'a'), '81ca0002 00000001 01016100'],
    ['a NACK', writeNack(1, 2, [65_535, 0, 15, 16, 40]), '81cd0005 00000001 00000002 ffff8001 00100000 00280000'],
    ['a bitrate limit that fits', writeMaxBitrate(1, 0x3ffff, [2]), '8fce0005 00000001 00000000 52454d42 01 03ffff 00000002'],
    ['a bitrate limit with an exponent', writeMaxBitrate(1, 3_000_000, []), '8fce0004 00000001 00000000 52454d42 00 12dc6c'],
  ])('is %s', (_, bytes, expected) => {
    expect(bytes.toString('hex')).toBe(hex(expected).toString('hex'))
    expect(isRtcp(bytes)).toBe(true)
  })
})

describe('readRtcp', () => {
  it('reads each part of a compound packet that matters, and skips the others', () => {
    const compound = Buffer.concat([
      writeSenderReport({ ssrc: 7, ntpSeconds: 0xaabb_ccdd, ntpFraction: 0x1122_3344, timestamp: 9, packets: 1, octets: 1 }),
      writeDescription(7, 'someone'), writeNack(1, 2, [10, 12]), writePictureLossIndication(1, 3), hex('84ce0004 00000001 00000000 00000004 01000000'), writeMaxBitrate(1, 5, [6]),
    ])
    expect(readRtcp(compound)).toEqual([
      { type: 'sender-report', ssrc: 7, ntpSeconds: 0xaabb_ccdd, ntpFraction: 0x1122_3344, middle: 0xccdd_1122, timestamp: 9 },
      { type: 'nack', ssrc: 2, sequenceNumbers: [10, 12] }, { type: 'key-frame', ssrc: 3 }, { type: 'key-frame', ssrc: 4 },
    ])
  })

  it('reads the numbers that writeNack wrote', () => {
    const numbers = [65_530, 65_535, 0, 3, 10, 11, 500]
    expect(readRtcp(writeNack(1, 2, numbers))).toEqual([{ type: 'nack', ssrc: 2, sequenceNumbers: numbers }])
  })

  it('stops at a part that is longer than the packet, and bears every cut', () => {
    const whole = Buffer.concat([writePictureLossIndication(1, 3), writeNack(1, 2, [10, 12])])
    for (let size = 0; size < whole.length; size++) expect(readRtcp(whole.subarray(0, size)).length).toBe(size < 12 ? 0 : 1)
  })

  it('does not answer to more of a NACK than anyone needs', () => {
    const huge = writeNack(1, 2, Array.from({ length: 1000 }, (_, i) => i * 20))
    expect(readRtcp(huge)[0]).toMatchObject({ sequenceNumbers: { length: 64 } })
  })
})
