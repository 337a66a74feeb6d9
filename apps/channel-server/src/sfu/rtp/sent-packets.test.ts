import { expect, it } from 'vitest'
import { SentPackets } from './sent-packets.js'

it('gives back what it still has, not too often, and not what came later under the same place', () => {
  const sent = new SentPackets(4)
  for (let sequence = 0; sequence < 6; sequence++) sent.add(sequence, Buffer.from([sequence]))
  expect(sent.take(1, 0)).toBe(null)
  expect(sent.has(1)).toBe(false)
  expect(sent.take(4, 0)).toEqual(Buffer.from([4]))
  expect(sent.take(4, 5)).toBe(null)
  expect(sent.take(4, 20)).toEqual(Buffer.from([4]))
  for (let now = 40; now < 4000; now += 20) sent.take(4, now)
  expect(sent.take(4, 5000)).toBe(null)
  expect(sent.take(9, 0)).toBe(null)
})
