import type { ServerMessage } from '@earshot/protocol'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { readConfig } from '../config.js'
import { limitedEngine } from '../sfu/limited-engine.js'
import { createMemoryEngine } from '../sfu/memory-engine.js'
import type { SfuEngine } from '../sfu/sfu-engine.js'
import type { JoinMessage } from './channel-model.js'
import { ChannelRegistry, type Session } from './channel-registry.js'
import type { MemberSocket } from './lasting-link.js'
import { makeToken } from './token.js'

// What real sockets cannot show on demand: an SFU that is slow, or fails, at a certain call.

const app = { id: 'a', key: 'k' }

class RecordingLink implements MemberSocket {
  readonly address: string
  readonly lastHeardMs = 0
  readonly heard: ServerMessage[] = []
  ended: string | null = null
  #wake: () => void = () => undefined

  constructor(address = '127.0.0.1') {
    this.address = address
  }

  send(message: ServerMessage): void {
    this.heard.push(message)
    this.#wake()
  }

  end(why: string): void {
    this.ended = why
  }

  abandon(): void {
    this.ended = 'abandoned'
  }

  async answer(id: number): Promise<ServerMessage> {
    for (;;) {
      const found = this.heard.find((message) => 'id' in message && message.id === id)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }
}

/** The engine in memory, with some calls replaced. Every call is noted when it starts. */
function engineWith(change: (engine: SfuEngine) => Partial<SfuEngine>): { readonly engine: SfuEngine; readonly calls: readonly string[] } {
  const memory = createMemoryEngine()
  const calls: string[] = []
  const changed = change(memory)
  const engine = new Proxy<SfuEngine>(memory, {
    get: (target, name: keyof SfuEngine) => (...args: readonly string[]) => {
      if (name !== 'on' && name !== 'stats') calls.push(`${name} ${args.slice(0, 2).filter((arg) => typeof arg === 'string').map((arg) => arg.split(':').at(-1)).join(' ')}`)
      return Reflect.apply(changed[name] ?? target[name], target, args) as unknown // as the method it stands for
    },
  })
  return { engine, calls }
}

/** A promise that somebody else resolves. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => { open = resolve })
  return { opened, open: () => open() }
}

function registryWith(engine: SfuEngine): ChannelRegistry {
  const result = readConfig({})
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return new ChannelRegistry({ engine, app, log: pino({ level: 'silent' }), limits: result.config.limits, iceServers: [], graceSeconds: 30, now: () => 0 })
}

function join(userId: string): JoinMessage {
  const claims = { appId: app.id, channel: 'room', userId, nonce: 'AK-1', timestamp: '99' }
  return { type: 'join', id: 1, displayName: userId, profile: 0, role: 0, token: makeToken(claims, app.key), ...claims }
}

async function joined(registry: ChannelRegistry, link: MemberSocket, userId: string): Promise<Session> {
  const session = await registry.join(link, join(userId), () => true)
  if (session === null) throw new Error('refused')
  return session
}

const publish = { type: 'publish', id: 2, streams: [{ label: 'sophon_audio', state: 'active', muted: false }], offer: { sdp: 'v=0', slots: [{ mid: '0', slot: 'audio' }] } } as const
const subscribe = { type: 'subscribe', id: 3, userId: 'alice', audio: true, camera: null, screen: false } as const

it('what a member says while the SFU works on its request waits, save a ping, and the others are served meanwhile', async () => {
  const slow = gate()
  const { engine, calls } = engineWith((memory) => ({ receive: async (...args) => { await slow.opened; return memory.receive(...args) } }))
  const registry = registryWith(engine)
  const [alice, bob] = [new RecordingLink(), new RecordingLink()]
  const a = await joined(registry, alice, 'alice')
  const b = await joined(registry, bob, 'bob')
  a.message(publish)
  a.message({ type: 'candidate', connection: 'publish', candidate: null })
  a.message({ type: 'mute', id: 4, slot: 'audio', muted: true })
  b.message({ type: 'ping', id: 9 })
  expect(await bob.answer(9)).toMatchObject({ type: 'accepted' })
  expect(alice.heard.map((message) => message.type)).toEqual(['joined', 'member-joined'])
  a.message({ type: 'ping', id: 7 })
  expect(alice.heard.at(-1)).toEqual({ type: 'accepted', id: 7 })
  slow.open()
  expect(await alice.answer(4)).toMatchObject({ type: 'accepted' })
  expect(bob.heard.map((message) => message.type)).toEqual(['joined', 'accepted', 'published', 'muted'])
  a.message({ ...publish, id: 5 })
  await alice.answer(5)
  expect(calls).toEqual(['openRoom room', 'openTransport room publish', 'receive publish', 'addCandidate publish', 'receive publish'])
})

it('a member who goes while the SFU works on its request leaves nothing open', async () => {
  const slow = gate()
  const { engine } = engineWith((memory) => ({ openTransport: async (...args) => { await slow.opened; return memory.openTransport(...args) } }))
  const registry = registryWith(engine)
  const [alice, bob] = [new RecordingLink(), new RecordingLink()]
  const a = await joined(registry, alice, 'alice')
  const b = await joined(registry, bob, 'bob')
  a.message(publish)
  a.link.closed(alice, true)
  slow.open()
  b.message(publish)
  await bob.answer(2)
  expect(engine.stats()).toMatchObject({ transports: 1, sources: 1 })
  expect(bob.heard.map((message) => message.type)).toEqual(['joined', 'member-left', 'accepted'])
})

it.each([
  ['a room', { openRoom: () => Promise.reject(new Error('out of rooms')) }, 'join'],
  ['a transport', { openTransport: () => Promise.reject(new Error('out of ports')) }, 'publish'],
])('an SFU that cannot open %s: the client is told that the server failed, and may try again', async (_what, broken, stage) => {
  let isBroken = true
  const { engine } = engineWith((memory) => Object.fromEntries(Object.entries(broken).map(([name, fail]) => [
    name, (...args: readonly unknown[]) => (isBroken ? fail() : Reflect.apply(memory[name as keyof SfuEngine], memory, args) as unknown), // as the method it stands for
  ])))
  const registry = registryWith(engine)
  const link = new RecordingLink()
  if (stage === 'join') {
    expect(await registry.join(link, join('alice'), () => true)).toBeNull()
    expect(link.heard).toMatchObject([{ type: 'error', id: 1, code: 20006 }])
    expect(registry.list()).toEqual([])
    isBroken = false
  }
  const session = await joined(registry, link, 'alice')
  if (stage === 'publish') {
    session.message(publish)
    expect(await link.answer(2)).toMatchObject({ type: 'error', code: 20006, message: expect.not.stringContaining('ports') })
    isBroken = false
  }
  session.message({ ...publish, id: 7 })
  expect(await link.answer(7)).toMatchObject({ type: 'accepted' })
})

// 20 ms: what hangs here hangs for ever, and whatever works in memory takes no time at all.
it.each(['openTransport', 'receive'] as const)('an SFU that hangs at %s: the client is told so, and its next request is served', async (name) => {
  let hangs = true
  const { engine } = engineWith((memory) => ({
    [name]: (...args: readonly unknown[]) => (hangs ? gate().opened : Reflect.apply(memory[name], memory, args) as unknown), // as the method it stands for
  }))
  const registry = registryWith(limitedEngine(engine, 20))
  const link = new RecordingLink()
  const session = await joined(registry, link, 'alice')
  session.message(publish)
  session.message({ type: 'restart', id: 5 })
  expect(await link.answer(5)).toMatchObject({ type: 'accepted' })
  expect(link.heard[1]).toEqual({ type: 'error', id: 2, code: 20006, message: `the media engine did not finish "${name}" within 0.02 s` })
  hangs = false
  session.message({ ...publish, id: 7 })
  expect(await link.answer(7)).toMatchObject({ type: 'accepted' })
  expect(engine.stats()).toMatchObject({ transports: 1, sources: 1 })
})

it('an SFU that hangs at opening a room: the join is refused, the next one works, and what opens too late is closed', async () => {
  const slow = gate()
  let hangs = true
  const { engine, calls } = engineWith((memory) => ({ openRoom: async (id) => { if (hangs) await slow.opened; return memory.openRoom(id) } }))
  const registry = registryWith(limitedEngine(engine, 20))
  const link = new RecordingLink()
  expect(await registry.join(link, join('alice'), () => true)).toBeNull()
  expect(link.heard).toMatchObject([{ type: 'error', id: 1, code: 20006, message: expect.stringContaining('openRoom') }])
  slow.open()
  await vi.waitFor(() => expect(calls).toEqual(['openRoom room', 'closeRoom room']))
  hangs = false
  await joined(registry, link, 'alice')
  expect(engine.stats().rooms).toBe(1)
})

it('nobody joins whose socket has gone while the room was opened, and the room closes again', async () => {
  const { engine, calls } = engineWith(() => ({}))
  const registry = registryWith(engine)
  const link = new RecordingLink()
  expect(await registry.join(link, join('alice'), () => false)).toBeNull()
  expect([link.heard, registry.list(), registry.members]).toEqual([[], [], 0])
  await joined(registry, link, 'alice') // waits for the old room to be closed
  expect(calls).toEqual(['openRoom room', 'closeRoom room', 'openRoom room'])
})

it('subscribers are told before their connections change, and the transports of one client bear its address', async () => {
  const addresses: string[] = []
  const { engine, calls } = engineWith((memory) => ({
    openTransport: (room, id, options) => { addresses.push(options.address); return memory.openTransport(room, id, options) },
  }))
  const registry = registryWith(engine)
  const [alice, bob] = [new RecordingLink('10.0.0.1'), new RecordingLink('10.0.0.2')]
  const a = await joined(registry, alice, 'alice')
  const b = await joined(registry, bob, 'bob')
  a.message(publish)
  await alice.answer(2)
  b.message(subscribe)
  await bob.answer(3)
  b.message({ type: 'answer', id: 4, offerId: 1, sdp: 'v=0' })
  await bob.answer(4)
  a.message({ type: 'leave', id: 5 })
  b.message({ type: 'answer', id: 6, offerId: 2, sdp: 'v=0' })
  await bob.answer(6)
  expect(addresses).toEqual(['10.0.0.1', '10.0.0.2'])
  expect(bob.heard.map((message) => message.type)).toEqual(['joined', 'published', 'offer', 'accepted', 'accepted', 'unpublished', 'member-left', 'offer', 'accepted'])
  expect(calls.slice(-3)).toEqual(expect.arrayContaining(['send subscribe', 'closeTransport publish', 'answer subscribe']))
  expect([alice.ended, bob.ended]).toEqual(['left', null])
})

it('while the server ends, nobody gets in', async () => {
  const registry = registryWith(createMemoryEngine())
  const link = new RecordingLink()
  registry.drain()
  expect(await registry.join(link, join('alice'), () => true)).toBeNull()
  expect(link.heard).toMatchObject([{ type: 'error', id: 1, code: 20004 }])
})
