import {
  ERROR_APP_UNKNOWN, ERROR_CHANNEL_FULL, ERROR_HEARTBEAT_TIMEOUT, ERROR_INTERNAL, ERROR_JOIN_TIMEOUT, ERROR_MEDIA_REFUSED, ERROR_NO_ROOMSERVER, ERROR_NO_STREAM,
  ERROR_NOSESSION, ERROR_NOT_IN_CHANNEL, ERROR_OPTIONS_JOINCHANNEL, ERROR_RATE_LIMITED, ERROR_ROLE_REFUSED, ERROR_SERVER_FULL, ERROR_TOKEN_EXPIRED, ERROR_TOKEN_INVALID,
  ERROR_WRONG_STATE, type MemberRow, type Role, type Slot, type StreamRow,
} from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AliRtcError } from '../errors.js'
import type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, SessionLost, Wanted } from './channel-link.js'
import { createRejoiningLink } from './rejoining-link.js'

/** The whole page, as far as it is asked for: `online` comes here. */
let page: EventTarget & { readonly listeners: Set<() => void> }

beforeEach(() => {
  vi.useFakeTimers()
  page = Object.assign(new EventTarget(), { listeners: new Set<() => void>() })
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
    page.listeners.add(listener)
    page.addEventListener(type, listener)
  })
  vi.stubGlobal('removeEventListener', (type: string, listener: () => void) => {
    page.listeners.delete(listener)
    page.removeEventListener(type, listener)
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const audio: StreamRow = { label: 'sophon_audio', state: 'active', muted: false }
const row = (userId: string, ...streams: StreamRow[]): MemberRow => ({ userId, displayName: userId, streams })
const track = (name: string): MediaStreamTrack => ({ name }) as unknown as MediaStreamTrack // only its identity counts
const request: JoinRequest = {
  appId: 'earshot', channel: 'room', userId: 'alice', displayName: 'Alice', nonce: 'AK-1', timestamp: '4102444800', token: 'a', gslb: ['one', 'two', 'three'], profile: 1, role: 0,
}
const everything: Wanted = { audio: true, camera: 'large', screen: false }
const unmuted: PublishOptions = { muted: false, maxBitrate: 1 }

interface Answer { readonly resolve: (members: readonly MemberRow[]) => void; readonly reject: (error: unknown) => void }

/** One session, as the test has it: calls are answered at once unless it says otherwise. */
class FakeSession implements ChannelLink {
  readonly calls: string[] = []
  readonly requests: JoinRequest[] = []
  readonly tell: (event: LinkEvent | SessionLost) => void
  readonly #refusals = new Map<string, unknown>()
  readonly #pending = new Set<(error: unknown) => void>()
  #answer: Answer | undefined
  #hangs = false

  constructor(tell: (event: LinkEvent | SessionLost) => void) {
    this.tell = tell
  }

  /** Answers the join. */
  async joined(...members: MemberRow[]): Promise<void> {
    this.#answer?.resolve(members)
    await vi.advanceTimersByTimeAsync(0)
    this.tell({ type: 'connection', state: 'connected' })
    await vi.advanceTimersByTimeAsync(0)
  }

  async refused(code: number, message = 'refused'): Promise<void> {
    this.#answer?.reject(new AliRtcError(code, message))
    await vi.advanceTimersByTimeAsync(0)
  }

  /** As `server-link` does: who waits is rejected first. */
  async lost(gslb = request.gslb): Promise<void> {
    this.end(ERROR_NOSESSION)
    this.tell({ type: 'session-lost', reason: 'the server does not know it', gslb })
    await vi.advanceTimersByTimeAsync(0)
  }

  end(code: number): void {
    for (const reject of this.#pending) reject(new AliRtcError(code, 'ended'))
    this.#pending.clear()
  }

  /** The calls of that name reject. */
  refuse(call: string, error: unknown): void {
    this.#refusals.set(call, error)
  }

  /** Calls stay pending from here on. */
  hang(): void {
    this.#hangs = true
  }

  async #called(call: string, ...args: unknown[]): Promise<void> {
    this.calls.push([call, ...args].join(' '))
    if (this.#refusals.has(call)) throw this.#refusals.get(call)
    if (this.#hangs) await new Promise<void>((_resolve, reject) => { this.#pending.add(reject) })
  }

  join(request: JoinRequest): Promise<readonly MemberRow[]> {
    this.requests.push(request)
    return new Promise((resolve, reject) => { this.#answer = { resolve, reject } })
  }

  async leave(): Promise<void> {
    this.calls.push('leave')
    this.#answer?.reject(new AliRtcError(ERROR_WRONG_STATE, 'the channel was left'))
    this.end(ERROR_WRONG_STATE)
  }

  publishTrack = (slot: Slot, { name }: MediaStreamTrack & { name?: string }, { muted, maxBitrate }: PublishOptions) => this.#called('publish', slot, name, muted ? 'muted' : 'unmuted', maxBitrate)
  unpublish = (slot: Slot) => this.#called('unpublish', slot)
  setMuted = (slot: string, muted: boolean) => this.#called('mute', slot, muted)
  subscribe = (userId: string, wanted: Wanted) => this.#called('subscribe', userId, Object.entries(wanted).filter(([, value]) => value).map(([key]) => key).join('+'))
  setRole = (role: Role) => this.#called('role', role)
  statsSources = (): ReadonlyMap<string, StatsSource> => new Map([['publish', this as unknown as StatsSource]]) // only its identity counts
  ownerOf = () => ({ self: false, userId: this.requests[0]?.gslb[0] ?? '', label: 'sophon_audio' }) as const
}

interface Scene {
  readonly link: ChannelLink
  readonly sessions: FakeSession[]
  /** The newest. */
  readonly session: FakeSession
  /** What the app heard, and since the last look. */
  heard(): string[]
  readonly events: LinkEvent[]
  /** Does something on an event. */
  on: (event: LinkEvent) => void
}

function scene(random = 1): Scene {
  const sessions: FakeSession[] = []
  const events: LinkEvent[] = []
  let seen = 0
  const link = createRejoiningLink((tell) => {
    const session = new FakeSession(tell)
    sessions.push(session)
    return session
  }, (event) => {
    events.push(event)
    made.on(event)
  }, { random: () => random })
  const newest = (): FakeSession => {
    const session = sessions.at(-1)
    if (session === undefined) throw new Error('no session was opened')
    return session
  }
  const made: Scene = {
    link, sessions, events, on: () => undefined,
    get session() { return newest() },
    heard: () => {
      const fresh = events.slice(seen)
      seen = events.length
      return fresh.map((event) => {
        const about = event as { userId?: string; member?: MemberRow; state?: string; track?: { name: string }; code?: number } // each has some
        return [event.type, about.state, about.userId ?? about.member?.userId, about.track?.name, about.code].filter((part) => part !== undefined).join(' ')
      })
    },
  }
  return made
}

/** In the channel, with what was heard on the way forgotten. */
async function inChannel(...members: MemberRow[]): Promise<Scene> {
  const made = scene()
  const joined = made.link.join(request)
  await made.session.joined(...members)
  expect(await joined).toEqual(members)
  expect(made.heard()).toEqual(['connection connected'])
  return made
}

/** The session is lost, and the next attempt made after its time. */
async function lostOnce(made: Scene, gslb?: readonly string[]): Promise<FakeSession> {
  await made.session.lost(gslb)
  await vi.advanceTimersByTimeAsync(250)
  return made.session
}

const outcome = async (call: Promise<unknown>): Promise<unknown> => {
  let settled: unknown = 'pending'
  call.then(() => { settled = 'done' }, (error: unknown) => { settled = error instanceof AliRtcError ? error.code : error })
  await vi.advanceTimersByTimeAsync(0)
  return settled
}

// Joining and the usual course

it('passes the rejection of the first join on, and opens no other session', async () => {
  const { link, session, sessions, heard } = scene()
  const joined = outcome(link.join(request))
  await session.refused(ERROR_NO_ROOMSERVER)
  expect(await joined).toBe(ERROR_NO_ROOMSERVER)
  session.tell({ type: 'session-lost', reason: 'gone', gslb: [] })
  await vi.advanceTimersByTimeAsync(100_000)
  expect([sessions.length, heard()]).toEqual([1, []])
})

it('passes on what the session says, calls and refusals, and its statistics', async () => {
  const { link, session, heard } = await inChannel(row('bob'))
  session.tell({ type: 'published', member: row('bob', audio) })
  session.tell({ type: 'connection', state: 'reconnecting' })
  session.tell({ type: 'connection', state: 'connected' })
  session.tell({ type: 'unpublished', userId: 'bob' })
  expect(heard()).toEqual(['published bob', 'connection reconnecting', 'connection connected', 'unpublished bob'])
  session.refuse('subscribe', new AliRtcError(ERROR_NO_STREAM, 'nothing'))
  expect(await outcome(link.subscribe('bob', everything))).toBe(ERROR_NO_STREAM)
  expect(await outcome(link.publishTrack('audio', track('microphone'), unmuted))).toBe('done')
  expect(session.calls).toEqual(['subscribe bob audio+camera', 'publish audio microphone unmuted 1'])
  expect(link.statsSources().get('publish')).toBe(session)
})

it.each<[string, LinkEvent, string]>([
  ['bye', { type: 'bye', code: 2 }, 'bye 2'],
  ['disconnected', { type: 'connection', state: 'disconnected', reason: 'for good', code: ERROR_HEARTBEAT_TIMEOUT }, 'connection disconnected 10310'],
])('ends with the %s of the session', async (_name, last, told) => {
  const { session, sessions, heard } = await inChannel(row('bob'))
  session.tell(last)
  session.tell({ type: 'member-left', userId: 'bob' })
  await session.lost()
  await vi.advanceTimersByTimeAsync(100_000)
  expect([heard(), sessions.length, vi.getTimerCount()]).toEqual([[told], 1, 0])
})

// The next session

it('joins another session with the same request, and tells only of the outage', async () => {
  const made = await inChannel(row('bob', audio), row('carol'))
  const [first] = made.sessions
  const next = await lostOnce(made)
  expect(made.heard()).toEqual(['connection reconnecting'])
  expect(made.events.at(-1)).toMatchObject({ reason: 'the server does not know it' })
  expect(next.requests).toEqual([request])
  first?.tell({ type: 'member-left', userId: 'bob' })
  await next.joined(row('carol'), row('bob', audio))
  expect(made.heard()).toEqual(['connection connected'])
  await vi.advanceTimersByTimeAsync(100_000)
  expect([made.heard(), made.sessions.length, vi.getTimerCount(), page.listeners.size]).toEqual([[], 2, 0, 0])
  expect(made.link.statsSources().get('publish'), 'of the session that lives').toBe(next)
  expect(first?.calls, 'it was used up').toEqual([])
})

it('says reconnecting once where the session said so before it was lost', async () => {
  const made = await inChannel()
  made.session.tell({ type: 'connection', state: 'reconnecting' })
  await made.session.lost()
  expect(made.heard()).toEqual(['connection reconnecting'])
})

it('tells what is different in the new session: first who is there, then that it is connected', async () => {
  const made = await inChannel(row('bob', audio), row('carol', audio))
  const next = await lostOnce(made)
  await next.joined(row('bob', { ...audio, muted: true }), row('dave', audio))
  expect(made.heard()).toEqual(['connection reconnecting', 'published bob', 'member-joined dave', 'published dave', 'connection connected'])
  await vi.advanceTimersByTimeAsync(9_999)
  expect(made.heard()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(made.heard()).toEqual(['unpublished carol', 'member-left carol'])
})

it('waits up to a quarter of a second, then up to twice as long, and 2 s at most', async () => {
  const made = await inChannel()
  await made.session.lost()
  const waits: number[] = []
  for (let attempt = 0; attempt < 6; attempt++) {
    const before = made.sessions.length
    let waited = 0
    for (; made.sessions.length === before; waited += 50) await vi.advanceTimersByTimeAsync(50)
    waits.push(waited)
    await made.session.refused(ERROR_NO_ROOMSERVER)
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 2000, 2000])
})

it('tries at once when the browser is online again', async () => {
  const made = await inChannel()
  await made.session.lost()
  for (const refused of [1, 2, 3]) {
    page.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(0)
    expect(made.sessions).toHaveLength(1 + refused)
    await made.session.refused(ERROR_NO_ROOMSERVER)
  }
  page.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  expect(page.listeners.size, 'not during an attempt').toBe(0)
})

it.each<[string, string[] | undefined, number[], string[]]>([
  ['in their order again where it went away', undefined, [ERROR_NO_ROOMSERVER, ERROR_JOIN_TIMEOUT], ['one', 'one', 'one']],
  ['in the order that the lost session has', ['two', 'three', 'one'], [ERROR_NO_ROOMSERVER], ['two', 'two']],
  ['from the next one on where the server is full', undefined, [ERROR_SERVER_FULL, ERROR_SERVER_FULL, ERROR_SERVER_FULL], ['one', 'two', 'three', 'one']],
])('tries the servers %s', async (_name, gslb, refusals, firsts) => {
  const made = await inChannel()
  const tried: (string | undefined)[] = [(await lostOnce(made, gslb)).requests[0]?.gslb[0]]
  for (const code of refusals) {
    await made.session.refused(code)
    await vi.advanceTimersByTimeAsync(2000)
    tried.push(made.session.requests[0]?.gslb[0])
    expect(made.session.requests[0]?.gslb).toHaveLength(3)
  }
  expect(tried).toEqual(firsts)
})

it.each([ERROR_NO_ROOMSERVER, ERROR_JOIN_TIMEOUT, ERROR_HEARTBEAT_TIMEOUT, ERROR_NOSESSION, ERROR_SERVER_FULL, ERROR_CHANNEL_FULL, ERROR_RATE_LIMITED, ERROR_INTERNAL])(
  'tries again after %i', async (code) => {
    const made = await inChannel()
    await (await lostOnce(made)).refused(code)
    await vi.advanceTimersByTimeAsync(500)
    await made.session.joined()
    expect([made.sessions.length, made.heard()]).toEqual([3, ['connection reconnecting', 'connection connected']])
  })

it.each([ERROR_TOKEN_INVALID, ERROR_TOKEN_EXPIRED, ERROR_APP_UNKNOWN, ERROR_ROLE_REFUSED, ERROR_OPTIONS_JOINCHANNEL])('gives up after %i, with 10311 and "no session"', async (code) => {
  const made = await inChannel()
  await made.session.lost()
  const call = outcome(made.link.setRole(1))
  await vi.advanceTimersByTimeAsync(250)
  await made.session.refused(code, 'the token expired 5 s ago')
  expect(made.heard()).toEqual(['connection reconnecting', 'connection disconnected 10311'])
  const { reason = '' } = made.events.at(-1) as { reason?: string } // checked just before
  expect(reason).toMatch(/^.+no session.+the token expired 5 s ago/)
  expect(await call).toBe('pending')
  await vi.advanceTimersByTimeAsync(100_000)
  expect([made.heard(), made.sessions.length, vi.getTimerCount(), page.listeners.size]).toEqual([[], 2, 0, 0])
})

it('rejects the calls that wait with what ended the link', async () => {
  const made = await inChannel()
  await made.session.lost()
  const refused = expect(made.link.publishTrack('audio', track('1'), unmuted)).rejects.toMatchObject({ code: ERROR_NOSESSION })
  await vi.advanceTimersByTimeAsync(250)
  await made.session.refused(ERROR_TOKEN_EXPIRED)
  await refused
})

// The deadline

it('ends after 90 s without a session, with 10310', async () => {
  const made = await inChannel()
  await made.session.lost()
  const call = expect(made.link.unpublish('audio')).rejects.toMatchObject({ code: ERROR_HEARTBEAT_TIMEOUT })
  const timer = setInterval(() => { void made.session.refused(ERROR_NO_ROOMSERVER) }, 10)
  await vi.advanceTimersByTimeAsync(89_999)
  expect(made.heard()).toEqual(['connection reconnecting'])
  await vi.advanceTimersByTimeAsync(1)
  expect(made.heard()).toEqual(['connection disconnected 10310'])
  await call
  clearInterval(timer)
  const { length } = made.sessions
  expect(length, 'tried every 2 s').toBeGreaterThan(40)
  await vi.advanceTimersByTimeAsync(10_000)
  expect([made.heard(), made.sessions.length, vi.getTimerCount()]).toEqual([[], length, 0])
})

it('ends after 90 s where a session does not repair itself, and leaves it', async () => {
  const made = await inChannel()
  made.session.tell({ type: 'connection', state: 'reconnecting' })
  await vi.advanceTimersByTimeAsync(89_999)
  expect(made.session.calls).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect([made.heard(), made.session.calls]).toEqual([['connection reconnecting', 'connection disconnected 10310'], ['leave']])
  expect(made.events.at(-1)).toMatchObject({ reason: 'not repaired within 90000 ms' })
})

it('counts the 90 s of each outage from its beginning', async () => {
  const made = await inChannel()
  made.session.tell({ type: 'connection', state: 'reconnecting' })
  await vi.advanceTimersByTimeAsync(80_000)
  made.session.tell({ type: 'connection', state: 'connected' })
  made.session.tell({ type: 'connection', state: 'reconnecting' })
  await vi.advanceTimersByTimeAsync(80_000)
  await made.session.lost() // the same outage
  await vi.advanceTimersByTimeAsync(9_999)
  expect(made.heard()).toEqual(['connection reconnecting', 'connection connected', 'connection reconnecting'])
  await vi.advanceTimersByTimeAsync(1)
  expect(made.heard()).toEqual(['connection disconnected 10310'])
  expect(made.session.calls, 'the attempt is left').toEqual(['leave'])
})

it('does not end because the machine slept: the timer that was due then has steps to go', async () => {
  const made = await inChannel()
  made.session.tell({ type: 'connection', state: 'reconnecting' })
  await vi.advanceTimersToNextTimerAsync() // however late
  expect(made.heard()).toEqual(['connection reconnecting'])
  await vi.advanceTimersByTimeAsync(80_999)
  expect(made.heard()).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(made.heard()).toEqual(['connection disconnected 10310'])
})

// What is wanted

it('publishes again what is sent, as it was last, in one turn', async () => {
  const made = await inChannel()
  await made.link.publishTrack('audio', track('old'), unmuted)
  await made.link.publishTrack('audio', track('microphone'), { ...unmuted, maxBitrate: 2 })
  await made.link.publishTrack('camera', track('camera'), unmuted)
  await made.link.publishTrack('screen', track('screen'), unmuted)
  await made.link.setMuted('audio', true)
  await made.link.unpublish('screen')
  const next = await lostOnce(made)
  next.hang()
  await next.joined()
  expect(next.calls, 'the second one does not wait for the first').toEqual(['publish audio microphone muted 2', 'publish camera camera unmuted 1'])
  expect(made.heard(), 'not before it is published').toEqual(['connection reconnecting'])
})

it('subscribes again to those who publish, and to the others when they do', async () => {
  const made = await inChannel(row('bob', audio), row('carol', audio), row('dave', audio), row('erin', audio))
  for (const userId of ['bob', 'carol', 'dave', 'erin']) await made.link.subscribe(userId, everything)
  await made.link.subscribe('dave', { audio: false, camera: null, screen: false })
  await made.link.subscribe('bob', { ...everything, camera: null })
  const next = await lostOnce(made)
  await next.joined(row('bob', audio), row('carol'), row('dave', audio))
  expect(next.calls).toEqual(['subscribe bob audio'])
  next.tell({ type: 'published', member: row('carol', audio) })
  next.tell({ type: 'member-joined', member: row('erin') })
  next.tell({ type: 'published', member: row('erin', audio) })
  next.tell({ type: 'published', member: row('erin', audio) })
  expect(next.calls).toEqual(['subscribe bob audio', 'subscribe carol audio+camera', 'subscribe erin audio+camera'])
  expect(made.heard()).toEqual(['connection reconnecting', 'connection connected', 'published erin'])
})

it.each<[string, (session: FakeSession) => Promise<void> | void]>([
  ['did not come back in time', async () => { await vi.advanceTimersByTimeAsync(10_000) }],
  ['left in the new session', (session) => session.tell({ type: 'member-left', userId: 'bob' })],
])('what was wanted of a user who %s is wanted no more', async (_name, go) => {
  const made = await inChannel(row('bob', audio))
  await made.link.subscribe('bob', everything)
  const next = await lostOnce(made)
  await next.joined()
  await go(next)
  next.tell({ type: 'member-joined', member: row('bob') })
  next.tell({ type: 'published', member: row('bob', audio) })
  expect(made.heard().slice(2)).toEqual(['unpublished bob', 'member-left bob', 'member-joined bob', 'published bob'])
  expect(next.calls).toEqual([])
})

it('what was wanted of a user who stopped publishing before the outage is wanted no more', async () => {
  const made = await inChannel(row('bob', audio))
  await made.link.subscribe('bob', everything)
  made.session.tell({ type: 'unpublished', userId: 'bob' })
  const next = await lostOnce(made)
  await next.joined(row('bob', audio))
  expect(next.calls).toEqual([])
})

it('asks again for a subscription that was refused when the user publishes something else', async () => {
  const made = await inChannel(row('bob', audio))
  await made.link.subscribe('bob', everything)
  const next = await lostOnce(made)
  next.refuse('subscribe', new AliRtcError(ERROR_NO_STREAM, 'nothing of that'))
  await next.joined(row('bob', { ...audio, state: 'inactive' }))
  expect(made.heard()).toEqual(['connection reconnecting', 'published bob', 'connection connected'])
  next.tell({ type: 'published', member: row('bob', audio) })
  expect(next.calls).toEqual(['subscribe bob audio+camera', 'subscribe bob audio+camera'])
})

it('does not ask again for what the app has asked for meanwhile', async () => {
  const made = await inChannel(row('bob', audio))
  await made.link.subscribe('bob', everything)
  const next = await lostOnce(made)
  await next.joined(row('bob'))
  await made.link.subscribe('bob', { ...everything, camera: null })
  next.tell({ type: 'published', member: row('bob', audio) })
  expect(next.calls).toEqual(['subscribe bob audio'])
})

it('remembers what the app asks of a user who is not back yet: the session would not know of whom it speaks', async () => {
  const made = await inChannel(row('bob', audio), row('carol', audio))
  await made.link.subscribe('carol', everything)
  const next = await lostOnce(made)
  await next.joined()
  next.refuse('subscribe', new AliRtcError(ERROR_NO_STREAM, 'there is no such user'))
  expect(await outcome(made.link.subscribe('bob', everything))).toBe('done')
  expect(await outcome(made.link.subscribe('carol', { audio: false, camera: null, screen: false }))).toBe('done')
  expect(next.calls).toEqual([])
  for (const userId of ['bob', 'carol']) next.tell({ type: 'member-joined', member: row(userId) })
  for (const userId of ['bob', 'carol']) next.tell({ type: 'published', member: row(userId, audio) })
  expect(next.calls).toEqual(['subscribe bob audio+camera'])
  expect(await outcome(made.link.subscribe('bob', everything)), 'who is back').toBe(ERROR_NO_STREAM)
})

it('says so when the new session will not publish what was sent', async () => {
  const made = await inChannel()
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  next.refuse('publish', new AliRtcError(ERROR_MEDIA_REFUSED, 'no'))
  await next.joined()
  expect(made.events.slice(-2)).toEqual([{ type: 'media-lost', direction: 'publish' }, { type: 'connection', state: 'connected' }])
})

it('a track that comes back replaces the one before, and one that does not ends', async () => {
  const made = await inChannel(row('bob', audio))
  for (const label of ['sophon_audio', 'sophon_video_camera_large'] as const) made.session.tell({ type: 'track', userId: 'bob', label, track: track(`old ${label}`) })
  const next = await lostOnce(made)
  await next.joined(row('bob', audio))
  next.tell({ type: 'track', userId: 'bob', label: 'sophon_audio', track: track('new') })
  expect(made.heard().slice(2)).toEqual(['connection reconnecting', 'connection connected', 'track-ended bob old sophon_audio', 'track bob new'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(made.heard()).toEqual(['track-ended bob old sophon_video_camera_large'])
})

// Calls during an outage

it('remembers calls, does them with all the rest, and lets them wait until it is done', async () => {
  const made = await inChannel(row('bob', audio))
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  await made.link.publishTrack('screen', track('screen'), unmuted)
  await made.session.lost()
  const calls = [
    made.link.setMuted('audio', true), made.link.unpublish('screen'), made.link.publishTrack('camera', track('camera'), unmuted), made.link.subscribe('bob', everything), made.link.setRole(1),
  ]
  await vi.advanceTimersByTimeAsync(250)
  expect(made.session.requests[0]?.role).toBe(1)
  expect(await outcome(Promise.race(calls))).toBe('pending')
  await made.session.joined(row('bob', audio))
  expect(await outcome(Promise.all(calls))).toBe('done')
  expect(made.session.calls).toEqual(['publish audio microphone muted 1', 'publish camera camera unmuted 1', 'subscribe bob audio+camera'])
})

it('a call that is lost with its session waits for the next one', async () => {
  const made = await inChannel()
  made.session.hang()
  const call = made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  expect(await outcome(call)).toBe('pending')
  await next.joined()
  expect([await outcome(call), next.calls]).toEqual(['done', ['publish audio microphone unmuted 1']])
})

it('a call between the end of a session and the word of it waits as well', async () => {
  const made = await inChannel()
  made.session.refuse('publish', new AliRtcError(ERROR_NOT_IN_CHANNEL, 'not in a channel'))
  const call = made.link.publishTrack('audio', track('microphone'), unmuted)
  expect(await outcome(call)).toBe('pending')
  await (await lostOnce(made)).joined()
  expect([await outcome(call), made.session.calls]).toEqual(['done', ['publish audio microphone unmuted 1']])
})

it('a call before the join is refused', async () => {
  const { link, session } = scene()
  session.refuse('publish', new AliRtcError(ERROR_NOT_IN_CHANNEL, 'not in a channel'))
  expect(await outcome(link.publishTrack('audio', track('microphone'), unmuted))).toBe(ERROR_NOT_IN_CHANNEL)
})

it('a refusal changes nothing of what is wanted', async () => {
  const made = await inChannel(row('bob', audio))
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  for (const call of ['publish', 'unpublish', 'mute', 'subscribe', 'role']) made.session.refuse(call, new AliRtcError(ERROR_WRONG_STATE, 'no'))
  const { link } = made
  const refused = [
    link.publishTrack('audio', track('other'), unmuted), link.unpublish('audio'), link.setMuted('audio', true), link.subscribe('bob', everything), link.setRole(1),
  ].map(outcome)
  expect(await Promise.all(refused)).toEqual(refused.map(() => ERROR_WRONG_STATE))
  const next = await lostOnce(made)
  await next.joined(row('bob', audio))
  expect([next.requests[0]?.role, next.calls]).toEqual([0, ['publish audio microphone unmuted 1']])
})

it('changes the role that changed while the join was under way', async () => {
  const made = await inChannel()
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  const call = made.link.setRole(1)
  await next.joined()
  expect([await outcome(call), next.calls]).toEqual(['done', ['role 1', 'publish audio microphone unmuted 1']])
})

it('calls go to the new session as soon as it is joined', async () => {
  const made = await inChannel(row('bob', audio))
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  next.hang()
  await next.joined(row('bob', audio))
  void outcome(made.link.subscribe('bob', everything))
  expect(next.calls).toEqual(['publish audio microphone unmuted 1', 'subscribe bob audio+camera'])
})

it.each<[string, (made: Scene) => Promise<void>]>([
  ['a publication', (made) => made.link.publishTrack('audio', track('microphone'), unmuted)],
  ['a subscription', (made) => made.link.subscribe('bob', everything)],
])('a session lost while %s is brought back is replaced by another, and nothing was connected between', async (_name, want) => {
  const made = await inChannel(row('bob', audio))
  await want(made)
  await made.session.lost()
  const call = made.link.setRole(1)
  await vi.advanceTimersByTimeAsync(250)
  const second = made.session
  second.hang()
  await second.joined(row('bob', audio))
  second.end(ERROR_NOSESSION)
  await vi.advanceTimersByTimeAsync(0) // the event may come later than the rejections
  await second.lost()
  expect(await outcome(call)).toBe('pending')
  await vi.advanceTimersByTimeAsync(250)
  await made.session.joined(row('bob', audio))
  expect([made.heard(), await outcome(call), made.session.calls]).toEqual([['connection reconnecting', 'connection connected'], 'done', second.calls])
})

it('holds from the last session on who is missing', async () => {
  const made = await inChannel(row('bob', audio))
  await (await lostOnce(made)).joined()
  await vi.advanceTimersByTimeAsync(9000)
  await (await lostOnce(made)).joined()
  await vi.advanceTimersByTimeAsync(9999)
  expect(made.heard().filter((told) => !told.startsWith('connection'))).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(made.heard()).toEqual(['unpublished bob', 'member-left bob'])
})

it('what goes wrong in a session that is being restored does not count as repaired', async () => {
  const made = await inChannel()
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  next.hang()
  await next.joined()
  next.tell({ type: 'connection', state: 'reconnecting' })
  next.tell({ type: 'connection', state: 'connected' })
  expect(made.heard()).toEqual(['connection reconnecting'])
})

it('a session that is restored while it repairs itself is connected when it is repaired', async () => {
  const made = await inChannel()
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  let published = (): void => undefined
  next.publishTrack = () => new Promise((resolve) => { published = resolve })
  await next.joined()
  const call = outcome(made.link.setRole(1))
  next.tell({ type: 'connection', state: 'reconnecting' })
  published()
  expect([await call, made.heard()]).toEqual(['done', ['connection reconnecting']])
  next.tell({ type: 'connection', state: 'connected' })
  expect(made.heard()).toEqual(['connection connected'])
})

// Leaving

it.each<[string, (made: Scene) => Promise<unknown>]>([
  ['in the channel', () => Promise.resolve()],
  ['while a session repairs itself', (made) => Promise.resolve(made.session.tell({ type: 'connection', state: 'reconnecting' }))],
  ['before the next attempt', (made) => made.session.lost()],
  ['during an attempt', (made) => lostOnce(made)],
  ['while everything is brought back', async (made) => {
    const next = await lostOnce(made)
    next.hang()
    await next.joined()
  }],
  ['while somebody is held', async (made) => (await lostOnce(made)).joined()],
])('leaving %s is silent, and leaves no timer, listener or session behind', async (_name, go) => {
  const made = await inChannel(row('bob', audio))
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  await go(made)
  made.heard()
  const { length } = made.sessions
  expect(await outcome(made.link.leave())).toBe('done')
  expect([vi.getTimerCount(), page.listeners.size, made.session.calls.at(-1)]).toEqual([0, 0, 'leave'])
  made.session.tell({ type: 'member-left', userId: 'bob' })
  await made.session.lost()
  await vi.advanceTimersByTimeAsync(100_000)
  expect([made.heard(), made.sessions.length, vi.getTimerCount()]).toEqual([[], length, 0])
})

it('leaving rejects the calls that wait', async () => {
  const made = await inChannel()
  await made.session.lost()
  const call = expect(made.link.setRole(1)).rejects.toMatchObject({ code: ERROR_WRONG_STATE })
  await made.link.leave()
  await call
})

it.each([1, 2])('leaving in the turn in which session %i is joined is silent', async (session) => {
  const made = scene()
  const joined = made.link.join(request)
  if (session === 2) {
    await made.session.joined(row('bob'))
    await lostOnce(made)
  }
  made.heard()
  const answered = made.session.joined(row('carol'))
  await made.link.leave()
  await Promise.all([answered, joined])
  made.session.tell({ type: 'member-left', userId: 'carol' })
  expect([made.heard(), vi.getTimerCount(), page.listeners.size]).toEqual([[], 0, 0])
})

it('a listener that leaves on "media-lost" hears no more', async () => {
  const made = await inChannel()
  await made.link.publishTrack('audio', track('microphone'), unmuted)
  const next = await lostOnce(made)
  next.refuse('publish', new AliRtcError(ERROR_MEDIA_REFUSED, 'no'))
  made.on = (event) => { if (event.type === 'media-lost') void made.link.leave() }
  await next.joined()
  expect([made.heard().at(-1), vi.getTimerCount()]).toEqual(['media-lost', 0])
})

it.each(['connection', 'published'])('a listener that leaves on "%s" hears no more', async (on) => {
  const sessions: FakeSession[] = []
  const heard: string[] = []
  const link = createRejoiningLink((tell) => {
    const session = new FakeSession(tell)
    sessions.push(session)
    return session
  }, (event) => {
    heard.push(event.type)
    if (sessions.length === (on === 'connection' ? 1 : 2) && event.type === on && heard.length > 1) void link.leave()
  }, { random: () => 0 })
  const joined = link.join(request)
  await sessions[0]?.joined()
  await joined
  await sessions[0]?.lost()
  await sessions[1]?.joined(row('bob', audio), row('carol', audio))
  await vi.advanceTimersByTimeAsync(100_000)
  expect([heard.at(-1), vi.getTimerCount(), page.listeners.size]).toEqual([on, 0, 0])
  expect(heard.filter((type) => type === 'member-joined')).toHaveLength(on === 'connection' ? 0 : 1)
})

it('after its end the session says why a call is not possible', async () => {
  const made = await inChannel()
  await made.link.leave()
  made.session.refuse('role', new AliRtcError(ERROR_NOT_IN_CHANNEL, 'not in a channel'))
  expect(await outcome(made.link.setRole(1))).toBe(ERROR_NOT_IN_CHANNEL)
})
