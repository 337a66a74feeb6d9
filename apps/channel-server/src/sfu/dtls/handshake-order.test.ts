import { describe, expect, it } from 'vitest'
import { HandshakeOrder, recordsOf } from './handshake-order.js'

const HELLO = 1
const CERTIFICATE = 11
const KEYS = 16
const PROOF = 15

/** A record with one handshake message, or a fragment of it. */
function record(message: number, sequence: number, fragment: { readonly length: number; readonly offset?: number; readonly size: number } = { length: 4, size: 4 }): Buffer {
  const { length, offset = 0, size } = fragment
  const bytes = Buffer.alloc(13 + 12 + size)
  bytes[0] = 22
  bytes.writeUInt16BE(0xfefd, 1)
  bytes.writeUInt16BE(12 + size, 11)
  bytes[13] = message
  bytes.writeUIntBE(length, 14, 3)
  bytes.writeUInt16BE(sequence, 17)
  bytes.writeUIntBE(offset, 19, 3)
  bytes.writeUIntBE(size, 22, 3)
  return bytes
}
const encrypted = (type: number) => Buffer.from([type, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0])
const plainAlert = Buffer.from([21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0])

describe('HandshakeOrder', () => {
  it.each<[string, Buffer[], boolean[]]>([
    ['in order', [record(HELLO, 0), record(HELLO, 1), record(CERTIFICATE, 2), record(KEYS, 3), record(PROOF, 4), encrypted(22)], [true, true, true, true, true, true]],
    ['with a hello that is repeated', [record(HELLO, 1), record(HELLO, 1), record(CERTIFICATE, 2)], [true, true, true]],
    ['with a gap, filled by repetition', [record(HELLO, 1), record(KEYS, 3), record(PROOF, 4), encrypted(22), record(CERTIFICATE, 2), record(KEYS, 3), record(PROOF, 4), encrypted(22)], [true, false, false, false, true, true, true, true]],
    ['with repetition of what is there', [record(HELLO, 1), record(CERTIFICATE, 2), record(CERTIFICATE, 2), record(KEYS, 3), record(KEYS, 3)], [true, true, false, true, false]],
    ['in fragments', [record(HELLO, 1), record(CERTIFICATE, 2, { length: 8, size: 4 }), record(KEYS, 3), record(CERTIFICATE, 2, { length: 8, offset: 4, size: 4 }), record(KEYS, 3)], [true, true, false, true, true]],
    ['cut off', [Buffer.concat([record(HELLO, 1)]).subarray(0, 20)], [false]],
  ])('accepts what comes %s', (_, records, expected) => {
    const order = new HandshakeOrder()
    expect(records.map((one) => order.accepts(one))).toEqual(expected)
  })

  it('accepts only encrypted records once it is over', () => {
    const order = new HandshakeOrder()
    for (const one of [record(HELLO, 1), record(CERTIFICATE, 2), record(KEYS, 3), record(PROOF, 4)]) order.accepts(one)
    order.finish()
    expect([record(HELLO, 0), record(CERTIFICATE, 2), plainAlert, encrypted(21), encrypted(22)].map((one) => order.accepts(one))).toEqual([false, false, false, true, true])
  })
})

describe('recordsOf', () => {
  it('cuts a datagram into its records and leaves the incomplete one out', () => {
    const [a, b] = [record(HELLO, 0), encrypted(22)]
    expect(recordsOf(Buffer.concat([a, b, a.subarray(0, 20)]))).toEqual([a, b])
    expect(recordsOf(Buffer.alloc(12))).toEqual([])
  })
})
