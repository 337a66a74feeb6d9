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

/** A binding request for that user name fragment; nobody here looks at its integrity. */
function check(fragment: string): Buffer {
  const username = Buffer.from(`${fragment}:peer`) // 8 bytes with three letters, so that no padding is needed
  const bytes = Buffer.alloc(20 + 4 + username.length + 24)
  bytes.writeUInt16BE(0x0001, 0)
  bytes.writeUInt16BE(bytes.length - 20, 2)
  bytes.writeUInt32BE(0x2112a442, 4)
  bytes.writeUInt16BE(0x0006, 20)
  bytes.writeUInt16BE(username.length, 22)
  username.copy(bytes, 24)
  bytes.writeUInt16BE(0x0008, 24 + username.length)
  bytes.writeUInt16BE(20, 26 + username.length)
  return bytes
}

it('an address follows the last authentic check, and stays with that user when the one before leaves', async () => {
  const ports = new UdpPorts(FIRST, FIRST)
  const port = await ports.take('127.0.0.1')
  await ports.take('127.0.0.1')
  const got: string[] = []
  let wake = (): void => undefined
  const named = (name: string): UdpUser => ({
    onCheck: () => { got.push(`check ${name}`); wake(); return true },
    onPacket: (packet) => { got.push(`${packet.toString()} ${name}`); wake() },
  })
  const [old, fresh] = [named('old'), named('new')]
  port.addFragment('old', old)
  port.addFragment('new', fresh)
  const client = createSocket('udp4')
  const send = async (packet: Buffer | string): Promise<void> => {
    const heard = new Promise<void>((resolve) => { wake = resolve })
    client.send(packet, port.port, '127.0.0.1')
    await heard
  }
  await send(check('old'))
  await send('media')
  await send(check('new'))
  await send('media')
  await send(check('old'))
  await send('media')
  await send(check('new'))
  await ports.release(port, old)
  await send('media')
  expect(got).toEqual(['check old', 'media old', 'check new', 'media new', 'check old', 'media old', 'check new', 'media new'])
  await ports.release(port, fresh)
  await new Promise<void>((resolve) => client.close(() => resolve()))
})
