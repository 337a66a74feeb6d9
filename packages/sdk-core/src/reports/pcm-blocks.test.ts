import { expect, it } from 'vitest'
import { pcmBlocks } from './pcm-blocks.js'

it.each([[0, []], [1, [1]], [4096, [4096]], [4097, [4096, 1]], [44_100, [...Array<number>(10).fill(4096), 3140]], [48_000, [...Array<number>(11).fill(4096), 2944]]])(
  '%d samples come in blocks of at most 4096, joined the same samples', (length, blocks) => {
    const pcm = Float32Array.from({ length }, (_, n) => n)
    expect(pcmBlocks(pcm).map((block) => block.length)).toEqual(blocks)
    expect(pcmBlocks(pcm).flatMap((block) => [...block])).toEqual([...pcm])
  })
