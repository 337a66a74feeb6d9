import { describe, expect, it } from 'vitest'
import { unwrapRetransmission, wrapRetransmission } from './retransmission.js'
import { extensionOf, readRtp, writeRtpHeader } from './rtp-packet.js'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const ORIGINAL = { payloadType: 96, ssrc: 0xdead_beef }
const RTX = { payloadType: 97, ssrc: 0xffff_fffe }

describe('wrapRetransmission', () => {
  it.each([
    ['a header alone', 0, true], ['a header with an extension', 1, false],
  ])('keeps all of %s but the numbers of the stream', (_, extensionId, marker) => {
    const sent = writeRtpHeader({ marker, sequenceNumber: 0xfedc, timestamp: 0x8000_0001, ...ORIGINAL }, extensionId, 0x85)
    const before = Buffer.from(sent)
    const { header, payload } = wrapRetransmission(sent, hex('aabb'), RTX, 65_535)
    expect(readRtp(Buffer.concat([header, payload]))).toMatchObject({ marker, sequenceNumber: 65_535, timestamp: 0x8000_0001, ...RTX })
    expect(header.subarray(12)).toEqual(sent.subarray(12))
    expect(payload).toEqual(hex('fedc aabb'))
    // It is asked for again, perhaps.
    expect(sent).toEqual(before)
  })
})

describe('unwrapRetransmission', () => {
  it.each([
    ['a packet', '80 e1 0007 00000009 fffffffe', 'fedc aabb', { marker: true, timestamp: 9, payload: 'aabb' }],
    ['one with extensions', '90 61 0007 00000009 fffffffe bede 0001 b1 6162 00', 'fedc aabb', { marker: false, timestamp: 9, payload: 'aabb', rid: 'ab' }],
    ['one with padding', 'a0 61 0007 00000009 fffffffe', 'fedc aabb 0002', { payload: 'aabb' }],
    ['one that only had padding itself', '80 61 0007 00000009 fffffffe', 'fedc', { payload: '' }],
  ])('finds %s', (_, head, body, { payload, rid, ...fields }: { payload: string; rid?: string; marker?: boolean; timestamp?: number }) => {
    const packet = unwrapRetransmission(readRtp(hex(head + body))!, ORIGINAL)!
    expect(packet).toMatchObject({ sequenceNumber: 0xfedc, ...ORIGINAL, ...fields })
    expect(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)).toEqual(hex(payload))
    expect(extensionOf(packet, 11)?.toString()).toBe(rid)
  })

  it.each([
    ['nothing', '80 61 0007 00000009 fffffffe'], ['padding', 'a0 61 0007 00000009 fffffffe 00000004'], ['one byte', '80 61 0007 00000009 fffffffe fe'],
    ['one byte and padding', 'a0 61 0007 00000009 fffffffe fe 01'],
  ])('finds no packet in %s', (_, text) => expect(unwrapRetransmission(readRtp(hex(text))!, ORIGINAL)).toBe(null))

  it('is the reverse of wrapping', () => {
    const sent = writeRtpHeader({ marker: true, sequenceNumber: 3, timestamp: 4, ...ORIGINAL })
    const { header, payload } = wrapRetransmission(sent, hex('aabbcc'), RTX, 8)
    const { marker, sequenceNumber, timestamp, ssrc, payloadType, bytes, payloadStart, payloadEnd } = unwrapRetransmission(readRtp(Buffer.concat([header, payload]))!, ORIGINAL)!
    expect(Buffer.concat([writeRtpHeader({ marker, sequenceNumber, timestamp, ssrc, payloadType }), bytes.subarray(payloadStart, payloadEnd)])).toEqual(Buffer.concat([sent, hex('aabbcc')]))
  })
})
