import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isAuthentic, isStun, readBindingRequest, writeBindingSuccess, writeRoleConflict } from './stun-message.js'

const hex = (text: string) => Buffer.from(text.replaceAll(/\s+/g, ''), 'hex')

// RFC 5769, 2.1: sample request with long names; password VOkJxbRl1RmTxUk/WvJxBt.
const SAMPLE = hex(`
  00 01 00 58 21 12 a4 42 b7 e7 a7 01 bc 34 d6 86 fa 87 df ae
  80 22 00 10 53 54 55 4e 20 74 65 73 74 20 63 6c 69 65 6e 74
  00 24 00 04 6e 00 01 ff
  80 29 00 08 93 2f f9 b1 51 26 3b 36
  00 06 00 09 65 76 74 6a 3a 68 36 76 59 20 20 20
  00 08 00 14 9a ea a7 0c bf d8 cb 56 78 1e f2 b5 b2 d3 f2 49 c1 b5 71 a2
  80 28 00 04 e5 7a 3b cf`)
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt'

describe('readBindingRequest', () => {
  it('reads the sample request of RFC 5769', () => {
    expect(readBindingRequest(SAMPLE)).toMatchObject({ username: 'evtj:h6vY', controlled: true, nominated: false, integrityOffset: 76 })
  })

  it('checks its integrity', () => {
    const request = readBindingRequest(SAMPLE)!
    expect(isAuthentic(SAMPLE, request, PASSWORD)).toBe(true)
    expect(isAuthentic(SAMPLE, request, 'another')).toBe(false)
    const forged = Buffer.from(SAMPLE)
    forged[64] = 0x66
    expect(isAuthentic(forged, readBindingRequest(forged)!, PASSWORD)).toBe(false)
  })

  it.each([
    ['a response', (bytes: Buffer) => bytes.writeUInt16BE(0x0101, 0)],
    ['a length past the end', (bytes: Buffer) => bytes.writeUInt16BE(0x0060, 2)],
    ['an attribute past the end', (bytes: Buffer) => bytes.writeUInt16BE(0x00ff, 22)],
    ['an integrity of another length', (bytes: Buffer) => bytes.writeUInt16BE(0x0010, 78)],
    ['no user name', (bytes: Buffer) => bytes.writeUInt16BE(0x8022, 60)],
  ])('refuses %s', (_, change) => {
    const bytes = Buffer.from(SAMPLE)
    change(bytes)
    expect(readBindingRequest(bytes)).toBe(null)
  })

  it('refuses every piece of a request', () => {
    for (let size = 0; size < SAMPLE.length; size++) expect(readBindingRequest(SAMPLE.subarray(0, size))).toBe(null)
  })
})

describe('the answers', () => {
  // RFC 5769, 2.2 and 2.3 have the same transaction id and these addresses.
  const request = { ...readBindingRequest(SAMPLE)! }

  it.each([
    ['192.0.2.1', '0001 a147 e112a643'],
    ['2001:db8:1234:5678:11:2233:4455:6677', '0002 a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9'],
  ])('give the address %s as RFC 5769 does', (address, expected) => {
    const answer = writeBindingSuccess(request, PASSWORD, address, 32853)
    expect(isStun(answer)).toBe(true)
    expect(answer.subarray(20)).toEqual(Buffer.concat([hex(`0020 00${(hex(expected).length).toString(16).padStart(2, '0')}`), hex(expected), answer.subarray(24 + hex(expected).length)]))
    expect(answer.length).toBe(20 + 4 + hex(expected).length + 24 + 8)
  })

  it.each([['::1', '00'.repeat(15) + '01'], ['fe80::1%eth0', 'fe80' + '00'.repeat(13) + '01'], ['1::', '0001' + '00'.repeat(14)]])('write %s in full', (address, expected) => {
    const answer = writeBindingSuccess(request, PASSWORD, address, 1)
    const mask = Buffer.concat([hex('2112a442'), request.transactionId])
    expect(Buffer.from(answer.subarray(28, 44).map((byte, i) => byte ^ mask[i]!)).toString('hex')).toBe(expected)
  })

  it('are protected with the password, and end with a fingerprint', () => {
    for (const answer of [writeBindingSuccess(request, PASSWORD, '192.0.2.1', 1), writeRoleConflict(request, PASSWORD)]) {
      const at = answer.length - 32
      const covered = Buffer.from(answer.subarray(0, at))
      covered.writeUInt16BE(at + 24 - 20, 2)
      expect(answer.subarray(at + 4, at + 24)).toEqual(createHmac('sha1', PASSWORD).update(covered).digest())
      expect(answer.readUInt16BE(answer.length - 8)).toBe(0x8028)
      expect(answer.readUInt16BE(2)).toBe(answer.length - 20)
    }
  })

  it('say 487 to a client in our role', () => {
    expect(writeRoleConflict(request, PASSWORD).subarray(24, 28)).toEqual(Buffer.from([0, 0, 4, 87]))
  })
})
