import { describe, expect, it } from 'vitest'
import { extensionOf, readRtp, writeRtpHeader } from './rtp-packet.js'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const HEAD = '90 6f ffff 00000001 00000002'

describe('readRtp', () => {
  it('reads what writeRtpHeader wrote', () => {
    const fields = { marker: true, payloadType: 111, sequenceNumber: 65535, timestamp: 0xffff_fffe, ssrc: 0xdead_beef }
    const packet = readRtp(Buffer.concat([writeRtpHeader(fields, 1, 0x85), Buffer.from('abc')]))!
    expect(packet).toMatchObject({ ...fields, payloadStart: 20, payloadEnd: 23 })
    expect(extensionOf(packet, 1)).toEqual(Buffer.from([0x85]))
    expect(readRtp(writeRtpHeader(fields))).toMatchObject({ ...fields, payloadStart: 12, payloadEnd: 12, extensionsEnd: 0 })
  })

  it('skips contributing sources and takes padding off', () => {
    expect(readRtp(hex('a2 60 0001 00000001 00000002 00000003 00000004 aabb 0002'))).toMatchObject({ payloadStart: 20, payloadEnd: 22 })
  })

  it.each([
    ['short', '80 60 0001 00000001 000000'],
    ['another version', '40 60 0001 00000001 00000002'],
    ['contributing sources past the end', '81 60 0001 00000001 00000002'],
    ['extensions past the end', `${HEAD} bede 0002 00000000`],
    ['more padding than packet', 'a0 60 0001 00000001 00000002 ff'],
  ])('refuses %s', (_, text) => expect(readRtp(hex(text))).toBe(null))
})

describe('extensionOf', () => {
  it.each([
    ['one byte', `${HEAD} bede 0002 10aa 00 21bbcc 0000`, { 1: 'aa', 2: 'bbcc', 3: null }],
    ['two bytes', `${HEAD} 1000 0002 01 01 aa 00 20 02 bbcc`, { 1: 'aa', 32: 'bbcc', 2: null }],
    ['an end mark', `${HEAD} bede 0002 10aa f0 21bbcc 0000`, { 1: 'aa', 2: null }],
    ['a length past the end', `${HEAD} bede 0001 10aa 2f bb`, { 1: 'aa', 2: null }],
    ['another profile', `${HEAD} 1234 0001 10aa 0000`, { 1: null }],
  ])('finds what there is with %s', (_, text, expected) => {
    const packet = readRtp(hex(text))!
    for (const [id, value] of Object.entries(expected)) expect(extensionOf(packet, Number(id))?.toString('hex') ?? null).toBe(value)
  })
})
