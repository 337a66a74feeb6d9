import { describe, expect, it } from 'vitest'
import { MissingPackets } from './missing-packets.js'

describe('MissingPackets', () => {
  it('asks for a gap after a moment, over the wrap, and again until it is filled', () => {
    const missing = new MissingPackets()
    for (const sequence of [65_533, 65_534, 2]) missing.arrived(sequence, 0)
    expect(missing.due(0)).toEqual([])
    expect(missing.due(10)).toEqual([65_535, 0, 1])
    expect(missing.due(20)).toEqual([])
    missing.arrived(0, 30)
    expect(missing.due(80)).toEqual([65_535, 1])
  })

  it('does not ask for packets that were only overtaken', () => {
    const missing = new MissingPackets()
    for (const sequence of [1, 3, 2]) missing.arrived(sequence, 0)
    expect(missing.size).toBe(0)
  })

  it('gives up in the end', () => {
    const missing = new MissingPackets()
    missing.arrived(1, 0)
    missing.arrived(3, 0)
    let asked = 0
    for (let now = 0; now < 10_000; now += 10) asked += missing.due(now).length
    expect(asked).toBe(8)
    expect(missing.size).toBe(0)
  })

  it('takes a long break for a new start, and never holds more than it can ask for', () => {
    const missing = new MissingPackets()
    missing.arrived(0, 0)
    missing.arrived(10_000, 0)
    expect(missing.size).toBe(0)
    for (let sequence = 10_200; sequence < 20_000; sequence += 200) missing.arrived(sequence, 0)
    expect(missing.size).toBe(256)
  })

  it('tells a packet that was missing from one that was not, or is not any more', () => {
    const missing = new MissingPackets()
    expect(missing.repaired(65_535)).toBe(false)
    for (const sequence of [65_534, 1]) missing.arrived(sequence, 0)
    expect([65_535, 0, 65_535, 1, 65_534, 2].map((sequence) => missing.repaired(sequence))).toEqual([true, true, false, false, false, false])
    expect(missing.due(10)).toEqual([])
  })

  it('takes no offence at a packet that came twice', () => {
    const missing = new MissingPackets()
    for (const sequence of [5, 5, 6]) missing.arrived(sequence, 0)
    expect(missing.size).toBe(0)
  })
})
