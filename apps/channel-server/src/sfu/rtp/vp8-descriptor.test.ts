import { describe, expect, it } from 'vitest'
import { pictureIdOf, readVp8, Vp8Rewriter } from './vp8-descriptor.js'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')

describe('readVp8', () => {
  it.each([
    ['no extension, key frame', '10 00', { startsKeyFrame: true, pictureIdAt: -1, tl0PicIdxAt: -1 }],
    ['no extension, delta frame', '10 01', { startsKeyFrame: false }],
    ['the middle of a key frame', '00 00', { startsKeyFrame: false }],
    ['a later partition', '11 00', { startsKeyFrame: false }],
    ['a short picture id', '90 80 7f 00', { startsKeyFrame: true, pictureIdAt: 2, pictureIdBits: 7 }],
    ['a long picture id', '90 80 ffff 00', { startsKeyFrame: true, pictureIdAt: 2, pictureIdBits: 15 }],
    ['all of it', '90 f0 8001 05 60 00', { startsKeyFrame: true, pictureIdAt: 2, pictureIdBits: 15, tl0PicIdxAt: 4 }],
  ] as const)('reads %s', (_, text, expected) => expect(readVp8(hex(text))).toMatchObject(expected))

  it('refuses every descriptor without a payload behind it', () => {
    const whole = hex('90 f0 8001 05 60')
    for (let size = 0; size <= whole.length; size++) expect(readVp8(whole.subarray(0, size))).toBe(null)
  })
})

describe('Vp8Rewriter', () => {
  const payload = (pictureId: number, tl0: number) => hex(`90 c0 ${(0x8000 | pictureId).toString(16)} ${tl0.toString(16).padStart(2, '0')} 00`)
  const numbers = (bytes: Buffer) => [pictureIdOf(bytes, readVp8(bytes)!), bytes[4]]
  const pass = (rewriter: Vp8Rewriter, bytes: Buffer) => rewriter.rewrite(bytes, readVp8(bytes)!)

  it('leaves the first layer as it is, without a copy', () => {
    const rewriter = new Vp8Rewriter()
    const first = payload(0x7ffe, 9)
    rewriter.restart(first, readVp8(first)!)
    expect(pass(rewriter, first)).toBe(first)
  })

  it('counts on over a change of layers and over the wrap, and changes no original', () => {
    const rewriter = new Vp8Rewriter()
    pass(rewriter, payload(0x7ffe, 255))
    const next = payload(17, 3)
    rewriter.restart(next, readVp8(next)!)
    expect(numbers(pass(rewriter, next))).toEqual([0x7fff, 0])
    expect(numbers(pass(rewriter, payload(18, 4)))).toEqual([0, 1])
    expect(numbers(next)).toEqual([17, 3])
  })

  it('is not set back by a late packet', () => {
    const rewriter = new Vp8Rewriter()
    for (const pictureId of [10, 12, 11]) pass(rewriter, payload(pictureId, 1))
    const next = payload(500, 1)
    rewriter.restart(next, readVp8(next)!)
    expect(numbers(pass(rewriter, next))).toEqual([13, 2])
  })
})
