import { createSocket } from 'node:dgram'
import { expect, it } from 'vitest'
import { TEST_PORTS } from '../test-ports.contract.js'
import { UdpPorts, type UdpUser } from './udp-ports.js'

const FIRST = TEST_PORTS.minPort
const user = (): UdpUser => ({ onCheck: () => false, onPacket: () => undefined })

it('gives each its own port while there are, then shares the least used, and skips what others have', async () => {
  const taken = createSocket('udp4')
  await new Promise<void>((resolve) => taken.bind(FIRST + 1, '127.0.0.1', resolve))
  const ports = new UdpPorts(FIRST, FIRST + 2)
  const given = []
  for (let i = 0; i < 5; i++) given.push(await ports.take('127.0.0.1'))
  expect(given.map(({ port }) => port)).toEqual([0, 2, 0, 2, 0].map((n) => FIRST + n))
  expect(ports.size).toBe(2)
  for (const port of given) await ports.release(port, user())
  expect(ports.size).toBe(0)
  await new Promise<void>((resolve) => taken.close(() => resolve()))
})

it('says which ports it tried when none can be had', async () => {
  await expect(new UdpPorts(FIRST, FIRST + 1).take('203.0.113.7')).rejects.toThrow(`no UDP port from ${FIRST} to ${FIRST + 1} can be bound on 203.0.113.7`)
})

it('gives distinct ports to those who ask at once', async () => {
  const ports = new UdpPorts(FIRST, FIRST + 9)
  const given = await Promise.all(Array.from({ length: 10 }, () => ports.take('127.0.0.1')))
  expect(new Set(given.map(({ port }) => port)).size).toBe(10)
  await Promise.all(given.map((port) => ports.release(port, user())))
})
