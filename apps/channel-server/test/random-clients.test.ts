import { expect, it } from 'vitest'
import { joinMessage, RawClient } from './raw-client.js'
import { startServer } from './running-server.js'

/** Numbers that look random and are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * below)
  }
}

const odd = [null, true, -1, 1e99, '', 'x', [], {}, [null], '__proto__', '\u0000', 'u1', 'a'.repeat(70)]

function randomMessage(below: (limit: number) => number, id: number): string {
  const one = <Item>(list: readonly Item[]): Item => list[below(list.length)] as Item // below() stays inside
  const message: Record<string, unknown> = { ...one<object>([
    { type: 'publish', streams: [{ label: 'sophon_audio', state: 'active', muted: below(2) === 0 }], offer: { sdp: one(['v=0', 'v=0\r\no=- 2 2 x', 'nonsense']), slots: [{ mid: '0', slot: 'audio' }] } },
    { type: 'publish', streams: [{ label: 'sophon_audio', state: 'active', muted: false }] },
    { type: 'unpublish' }, { type: 'ping' }, { type: 'role', role: below(2) }, { type: 'mute', slot: 'audio', muted: below(2) === 0 },
    { type: 'subscribe', userId: `u${below(6)}`, audio: below(4) > 0, camera: one([null, 'large', 'small']), screen: false },
    { type: 'answer', offerId: below(5), sdp: 'v=0' }, { type: 'restart' }, { type: 'candidate', connection: one(['publish', 'subscribe']), candidate: null },
    joinMessage({ userId: `u${below(6)}` }),
  ]), id }
  if (below(6) === 0) message[one(Object.keys(message))] = one<unknown>(odd)
  const text = JSON.stringify(message)
  return below(10) === 0 ? text.slice(0, below(text.length)) : text
}

it.each([1, 2, 3])('clients that say anything in any order leave nothing behind (%i)', async (seed) => {
  const { url, engine, lines } = await startServer({ EARSHOT_MAX_BAD_MESSAGES: '100000', EARSHOT_MAX_MESSAGE_BURST: '100000' })
  const below = numbers(seed)
  const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.connect(url)))
  for (let round = 0; round < 200; round += 1) {
    for (const client of clients) if (client.socket.readyState === client.socket.OPEN) client.say(randomMessage(below, round))
    if (below(4) === 0) await new Promise((resolve) => setImmediate(resolve)) // lets the server in between
    const gone = below(40) === 0 ? below(clients.length) : -1
    if (gone >= 0) {
      clients[gone]?.socket.terminate()
      clients[gone] = await RawClient.connect(url)
    }
  }
  const witness = await RawClient.joined(url, { userId: 'witness', channel: 'other' })
  expect(await witness.events()).toEqual([])
  await Promise.all([...clients, witness].map((client) => client.close()))
  await expect.poll(async () => /^earshot_(?:sockets|members|channels) [1-9]/m.test(await (await fetch(`${url}/metrics`)).text())).toBe(false)
  expect(engine.stats()).toMatchObject({ rooms: 0, transports: 0, sources: 0, consumers: 0 })
  expect(lines.map((line) => JSON.parse(line) as { level: number }).filter(({ level }) => level >= 40)).toEqual([]) // no warnings, no errors
  expect(lines.filter((line) => line.includes('"joined"')).length).toBeGreaterThan(5) // it was not all refused
})
