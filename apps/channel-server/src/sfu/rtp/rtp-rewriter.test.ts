import { describe, expect, it } from 'vitest'
import { RtpRewriter } from './rtp-rewriter.js'

const numbers = (rewriter: RtpRewriter, ...incoming: number[]) => incoming.map((sequence) => rewriter.rewrite(sequence, 0)?.sequenceNumber ?? null)

describe('RtpRewriter', () => {
  it('starts where it is told to', () => {
    const rewriter = new RtpRewriter(100)
    rewriter.restart(7, 50, 0)
    expect(rewriter.rewrite(7, 50)).toEqual({ sequenceNumber: 100, timestamp: 50 })
  })

  it('keeps the order and the gaps of what arrives, over the wrap', () => {
    const rewriter = new RtpRewriter(100)
    rewriter.restart(65_534, 0, 0)
    expect(numbers(rewriter, 65_534, 65_535, 1, 0, 4)).toEqual([100, 101, 103, 102, 106])
  })

  it('closes the gap of what was left out, also for those that come late', () => {
    const rewriter = new RtpRewriter(100)
    rewriter.restart(10, 0, 0)
    numbers(rewriter, 10)
    rewriter.omit(11)
    expect(numbers(rewriter, 12)).toEqual([101])
    rewriter.omit(14)
    expect(numbers(rewriter, 15, 13, 11, 14, 16)).toEqual([103, 102, null, null, 104])
  })

  it('goes on without a gap in a new piece, and takes nothing from before it', () => {
    const rewriter = new RtpRewriter(100)
    rewriter.restart(10, 0, 0)
    numbers(rewriter, 10, 11)
    rewriter.restart(40_000, 0, 1)
    expect(numbers(rewriter, 40_000, 39_999, 40_001)).toEqual([102, null, 103])
  })

  it('lets time go on by what passed, at least by one tick', () => {
    const rewriter = new RtpRewriter(1)
    rewriter.restart(1, 1000, 0)
    rewriter.rewrite(1, 1000)
    rewriter.restart(1, 0xffff_fff0, 900)
    expect(rewriter.rewrite(1, 0xffff_fff0)!.timestamp).toBe(1900)
    expect(rewriter.rewrite(2, 0x0000_0010)!.timestamp).toBe(1932)
    expect((0xffff_fff0 + rewriter.timestampOffset) >>> 0).toBe(1900)
    rewriter.restart(1, 5, 0)
    expect(rewriter.rewrite(1, 5)!.timestamp).toBe(1933)
  })

  it('forgets old gaps without losing count', () => {
    const rewriter = new RtpRewriter(1)
    rewriter.restart(0, 0, 0)
    const outgoing: number[] = []
    for (let sequence = 0; sequence < 200_000; sequence++) {
      if (sequence % 2 === 1) rewriter.omit(sequence & 0xffff)
      else outgoing.push(rewriter.rewrite(sequence & 0xffff, 0)!.sequenceNumber)
    }
    expect(outgoing.every((sequence, i) => sequence === ((1 + i) & 0xffff))).toBe(true)
  })
})
