import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LoopbackServer, type Carried } from '../../../test/loopback-server.js'
import { until } from '../../../test/participant.js'
import type { ChannelLink, JoinRequest, LinkEvent, PublishOptions, SessionLost } from '../channel-link.js'
import { createServerLink, type ServerLinkOptions } from './server-link.js'

const request: JoinRequest = {
  appId: 'earshot', channel: 'room', userId: 'alice', displayName: 'Alice', nonce: 'AK-1', timestamp: '4102444800', token: 'ab',
  gslb: ['http://127.0.0.1:1'], profile: 0, role: 0,
}
const sending: PublishOptions = { muted: false, maxBitrate: 500_000 }

let microphone: MediaStreamTrack
let camera: MediaStreamTrack
let server: LoopbackServer
let link: ChannelLink
let events: (LinkEvent | SessionLost)[]
let problems: string[]
let listeners: (() => void)[]

beforeAll(async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } })
  const [audio, video] = [stream.getAudioTracks()[0], stream.getVideoTracks()[0]]
  if (audio === undefined || video === undefined) throw new Error('no fake devices')
  microphone = audio
  camera = video
  return () => stream.getTracks().forEach((track) => track.stop())
})

beforeEach(() => {
  server = new LoopbackServer()
  open()
})

afterEach(async () => {
  await link.leave()
  server.close()
  expect(server.faults).toEqual([])
})

function open(options: ServerLinkOptions = {}): void {
  events = []
  problems = []
  listeners = []
  link = createServerLink({ openSocket: server.openSocket, report: (problem) => problems.push(problem), ...options }, (event) => {
    events.push(event)
    listeners.forEach((check) => check())
  })
}

/** Resolves with the first event of that type, past or future. */
function event<Type extends (LinkEvent | SessionLost)['type']>(type: Type, index = 0): Promise<Extract<LinkEvent | SessionLost, { type: Type }>> {
  return new Promise((resolve) => {
    const check = (): void => {
      const found = events.filter((one): one is Extract<LinkEvent | SessionLost, { type: Type }> => one.type === type)[index]
      if (found !== undefined) resolve(found)
    }
    listeners.push(check)
    check()
  })
}

const names = (): string[] => events.map((one) => ('userId' in one ? `${one.type} ${one.userId}` : 'member' in one ? `${one.type} ${one.member.userId}` : one.type))
const peer = (name: 'publish' | 'subscribe'): RTCPeerConnection => link.statsSources().get(name) as RTCPeerConnection // what it is here
const audioOf = (userId: string, section?: number): Carried => ({ userId, label: 'sophon_audio', track: microphone, ...(section === undefined ? {} : { section }) })
const cameraOf = (userId: string, section?: number): Carried => ({ userId, label: 'sophon_video_camera_large', track: camera, ...(section === undefined ? {} : { section }) })

async function outbound(rid?: string): Promise<{ active: boolean; framesEncoded: number; bytesSent: number; frameWidth: number; targetBitrate: number } | undefined> {
  for (const report of (await peer('publish').getStats()).values()) {
    if (report.type === 'outbound-rtp' && report.kind === (rid === undefined ? 'audio' : 'video') && report.rid === rid) return report
  }
  return undefined
}

/** The connection runs: 'bytes' counts what the other side received. */
async function received(connection: RTCPeerConnection, kind: 'audio' | 'video'): Promise<number> {
  let bytes = 0
  for (const report of (await connection.getStats()).values()) if (report.type === 'inbound-rtp' && report.kind === kind) bytes += report.bytesReceived
  return bytes
}

describe('joining', () => {
  test('resolves with who is there; held events follow in order, after "connected"', async () => {
    server.members.push({ userId: 'bob', displayName: 'Bob', streams: [] })
    server.once('join', ({ id }) => {
      // All in one task of the network: the events cannot wait for the caller of join() by themselves
      setTimeout(() => {
        for (const message of [
          { type: 'joined', id, members: server.members, iceServers: [] },
          { type: 'member-joined', member: { userId: 'eve', displayName: 'Eve', streams: [] } },
          { type: 'member-left', userId: 'bob' },
        ]) server.deliver(JSON.stringify(message))
      })
    })
    const members = await link.join(request)
    for (let hop = 0; hop < 20; hop += 1) await Promise.resolve() // whoever stands between us and the link awaits as well
    expect(events).toEqual([])
    expect(members).toEqual([{ userId: 'bob', displayName: 'Bob', streams: [] }])
    await event('member-left')
    expect(names()).toEqual(['connection', 'member-joined eve', 'member-left bob'])
    expect(events[0]).toEqual({ type: 'connection', state: 'connected' })
    expect(server.received[0]).toEqual({ type: 'join', id: 1, key: expect.stringMatching(/^[0-9a-f]{32}$/) as string, ...request, gslb: undefined })
  })

  test('is refused with the code and the words of the server', async () => {
    server.refuseOnce('join', 33620485, 'the token does not match')
    await expect(link.join(request)).rejects.toMatchObject({ name: 'AliRtcError', code: 33620485, message: 'the token does not match' })
    expect(server.closed).toBe(true)
    expect(events).toEqual([])
  })

  test('takes no longer than it may', async () => {
    open({ timeouts: { joinMs: 50 } })
    server.once('join', () => undefined)
    await expect(link.join(request)).rejects.toMatchObject({ code: 16908804 })
    expect(server.closed).toBe(true)
  })

  test('needs a server: no browser connects to port 1', async () => {
    const real = createServerLink({}, () => undefined)
    await expect(real.join(request)).rejects.toMatchObject({ code: 10150, message: expect.stringContaining('http://127.0.0.1:1') as string })
  })

  test('happens once', async () => {
    const first = link.join(request)
    await expect(link.join(request)).rejects.toMatchObject({ code: 16843521 })
    await first
    await link.leave()
    await expect(link.join(request)).rejects.toMatchObject({ code: 16974340 })
  })

  test('comes before everything else', async () => {
    await expect(link.publishTrack('audio', microphone, sending)).rejects.toMatchObject({ code: 16843524 })
    await expect(link.subscribe('bob', { audio: true, camera: null, screen: false })).rejects.toMatchObject({ code: 16843524 })
    expect(link.statsSources().size).toBe(0)
  })
})

describe('publishing', () => {
  beforeEach(async () => { await link.join(request) })

  test('the calls of one turn make one message, with an offer for all three slots', async () => {
    await Promise.all([link.publishTrack('audio', microphone, { ...sending, muted: true }), link.publishTrack('camera', camera, sending)])
    const [publish, ...more] = server.ofType('publish')
    expect(more).toEqual([])
    expect(publish?.streams).toEqual([
      { label: 'sophon_audio', state: 'active', muted: true },
      { label: 'sophon_video_camera_large', state: 'active', muted: false },
      { label: 'sophon_video_camera_small', state: 'active', muted: false },
      { label: 'sophon_video_screen_share', state: 'inactive', muted: false },
    ])
    expect(publish?.offer?.slots.map((row) => row.slot)).toEqual(['audio', 'camera', 'screen'])
    const sections = publish?.offer?.sdp.split(/^m=/m).slice(1) ?? []
    expect(sections.map((section) => section.split(' ')[0])).toEqual(['audio', 'video', 'video'])
    expect(sections.every((section) => section.includes('a=sendonly'))).toBe(true)
    expect(sections[0]).toContain('urn:ietf:params:rtp-hdrext:ssrc-audio-level')
    expect(sections[0]).toMatch(/^audio \d+ \S+ 111 [^]*a=rtpmap:111 opus/)
    expect(sections[1]).toMatch(/^video \d+ \S+ 96 [^]*a=rtpmap:96 VP8/)
    // A paused layer would be offered as "~small", which not every server reads
    expect(sections[1]).toContain('a=simulcast:send small;large')
  })

  test('audio and both layers of the camera flow, within their bounds', async () => {
    await Promise.all([link.publishTrack('audio', microphone, sending), link.publishTrack('camera', camera, { ...sending, maxFramerate: 15 })])
    await until(async () => {
      expect((await outbound('small'))?.framesEncoded).toBeGreaterThan(5)
      expect((await outbound('large'))?.framesEncoded).toBeGreaterThan(5)
      expect(await received(server.receiving ?? peer('publish'), 'audio')).toBeGreaterThan(1000)
    })
    expect(await outbound('small')).toMatchObject({ frameWidth: 160 })
    expect((await outbound('small'))?.targetBitrate).toBeLessThanOrEqual(120_000)
    expect(await outbound('large')).toMatchObject({ frameWidth: 640 })
    expect((await outbound('large'))?.targetBitrate).toBeLessThanOrEqual(500_000)
    const encodings = peer('publish').getSenders()[1]?.getParameters().encodings
    expect(encodings?.map(({ rid, active, maxBitrate, maxFramerate }) => ({ rid, active, maxBitrate, maxFramerate }))).toEqual([
      { rid: 'small', active: true, maxBitrate: 120_000, maxFramerate: 15 },
      { rid: 'large', active: true, maxBitrate: 500_000, maxFramerate: 15 },
    ])
  })

  test('a slot comes and goes without a negotiation, and its encodings with it', async () => {
    await link.publishTrack('audio', microphone, sending)
    const active = (): boolean[] => peer('publish').getSenders().map((sender) => sender.getParameters().encodings.some((encoding) => encoding.active))
    expect(active()).toEqual([true, false, false])
    const first = peer('publish')
    await link.publishTrack('camera', camera, sending)
    expect(active()).toEqual([true, true, false])
    await until(async () => expect((await outbound('large'))?.framesEncoded).toBeGreaterThan(2))
    expect((await outbound('small'))?.framesEncoded).toBeGreaterThan(0)
    await link.unpublish('camera')
    expect(active()).toEqual([true, false, false])
    expect(peer('publish')).toBe(first)
    expect(first.getSenders()[1]?.track).toBeNull()
    expect(camera.readyState).toBe('live')
    expect(server.ofType('publish').map((message) => message.offer !== undefined)).toEqual([true, false, false])
    expect(server.ofType('publish').map((message) => message.streams[1]?.state)).toEqual(['inactive', 'active', 'inactive'])
  })

  test('the last slot to go ends it for the others and frees the connection; the next one starts anew', async () => {
    await link.publishTrack('audio', microphone, sending)
    const first = peer('publish')
    await link.unpublish('audio')
    expect(server.ofType('unpublish')).toHaveLength(1)
    await until(() => expect(first.connectionState).toBe('closed'))
    expect(link.statsSources().has('publish')).toBe(false)
    await link.unpublish('audio')
    expect(server.ofType('unpublish')).toHaveLength(1)
    await link.publishTrack('audio', microphone, sending)
    expect(server.ofType('publish').map((message) => message.offer !== undefined)).toEqual([true, true])
    await until(() => expect(peer('publish').connectionState).toBe('connected'))
  })

  test('a mute follows the publication of its turn, and later rows remember it', async () => {
    await Promise.all([link.publishTrack('audio', microphone, sending), link.setMuted('audio', true)])
    expect(server.received.map((message) => message.type).filter((type) => type !== 'candidate' && type !== 'join')).toEqual(['publish', 'mute'])
    await link.publishTrack('camera', camera, sending)
    expect(server.ofType('publish')[1]?.streams[0]).toEqual({ label: 'sophon_audio', state: 'active', muted: true })
  })

  test('a refusal for the role is 10112 and leaves nothing behind: the next one works', async () => {
    server.refuseOnce('publish', 16974605, 'a member with role 1 may only receive')
    await expect(link.publishTrack('audio', microphone, sending)).rejects.toMatchObject({ code: 10112, message: 'a member with role 1 may only receive' })
    expect(link.statsSources().size).toBe(0)
    await link.publishTrack('audio', microphone, sending)
    await until(() => expect(peer('publish').connectionState).toBe('connected'))
    expect(events.map((one) => one.type)).toEqual(['connection'])
  })

  test('a refused change leaves what was published as it was', async () => {
    await link.publishTrack('audio', microphone, sending)
    server.refuseOnce('publish', 20003, 'too many messages')
    await expect(link.publishTrack('camera', camera, sending)).rejects.toMatchObject({ code: 20003 })
    expect(peer('publish').getSenders().map((sender) => sender.track)).toEqual([microphone, null, null])
    await link.publishTrack('screen', camera, sending)
    expect(server.ofType('publish').at(-1)?.streams.map((row) => row.state)).toEqual(['active', 'inactive', 'inactive', 'active'])
  })

  test('an answer that cannot be applied is 10401, the server hears that it is over, and the next one works', async () => {
    server.once('publish', ({ id }) => server.say({ type: 'accepted', id, sdp: 'v=0\r\nnonsense' }))
    await expect(link.publishTrack('audio', microphone, sending)).rejects.toMatchObject({ code: 10401 })
    expect(server.ofType('unpublish')).toHaveLength(1)
    expect(link.statsSources().size).toBe(0)
    await link.publishTrack('audio', microphone, sending)
    await until(() => expect(peer('publish').connectionState).toBe('connected'))
  })

  test('its streams have an owner by section and layer', async () => {
    await link.publishTrack('camera', camera, sending)
    const slots = server.ofType('publish')[0]?.offer?.slots ?? []
    const mid = slots.find((row) => row.slot === 'camera')?.mid ?? ''
    expect(link.ownerOf('publish', { mid, rid: 'small' })).toEqual({ self: true, slot: 'camera', layer: 'small' })
    expect(link.ownerOf('publish', { mid })).toEqual({ self: true, slot: 'camera' })
    expect(link.ownerOf('publish', { mid: slots[0]?.mid ?? '' })).toEqual({ self: true, slot: 'audio' })
    expect(link.ownerOf('publish', { mid: 'nine' })).toBeUndefined()
    expect(link.ownerOf('publish', {})).toBeUndefined()
  })
})

describe('subscribing', () => {
  beforeEach(async () => { await link.join(request) })

  test('tracks arrive with their labels as ids, flow, and have an owner', async () => {
    await link.subscribe('bob', { audio: true, camera: 'large', screen: false })
    const tracks = await server.offer([audioOf('bob'), cameraOf('bob'), audioOf('eve')])
    await event('track', 2)
    expect(events.slice(1).map((one) => 'track' in one && [one.type, one.userId, one.label, one.track.id, one.track.kind])).toEqual([
      ['track', 'bob', 'sophon_audio', 'sophon_audio', 'audio'],
      ['track', 'bob', 'sophon_video_camera_large', 'sophon_video_camera_large', 'video'],
      ['track', 'eve', 'sophon_audio', 'sophon_audio', 'audio'],
    ])
    await until(async () => expect(await received(peer('subscribe'), 'video')).toBeGreaterThan(1000))
    expect(await received(peer('subscribe'), 'audio')).toBeGreaterThan(0)
    expect(link.ownerOf('subscribe', { mid: tracks[2]?.mid ?? '' })).toEqual({ self: false, userId: 'eve', label: 'sophon_audio' })
    expect(server.ofType('subscribe')[0]).toMatchObject({ userId: 'bob', audio: true, camera: 'large', screen: false })
  })

  test('a section that passes to another user ends and starts, with the same track object', async () => {
    await server.offer([audioOf('bob')])
    const bob = await event('track')
    await server.offer([audioOf('eve', 0)])
    const eve = await event('track', 1)
    expect(names().slice(1)).toEqual(['track bob', 'track-ended bob', 'track eve'])
    expect(eve.track).toBe(bob.track)
  })

  test('a section recycled for another label shows that label, although Chromium keeps the first one', async () => {
    await server.offer([cameraOf('bob')])
    const { track } = await event('track')
    await server.offer([])
    await event('track-ended')
    await server.offer([{ userId: 'bob', label: 'sophon_video_screen_share', track: camera, section: 0 }])
    const screen = await event('track', 1)
    expect(screen.track.id).toBe('sophon_video_screen_share')
    // The quirk itself: when this fails, the section's own id has followed the description
    const prototype = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'id')
    expect(prototype?.get?.call(track)).toBe('sophon_video_camera_large')
  })

  test('after a change of layer the id, the owner and later offers follow it', async () => {
    const tracks = await server.offer([cameraOf('bob')])
    const { track } = await event('track')
    server.say({ type: 'layer', userId: 'bob', label: 'sophon_video_camera_small' })
    expect(await event('layer')).toEqual({ type: 'layer', userId: 'bob', label: 'sophon_video_camera_small', track })
    expect(track.id).toBe('sophon_video_camera_small')
    expect(link.ownerOf('subscribe', { mid: tracks[0]?.mid ?? '' })).toMatchObject({ label: 'sophon_video_camera_small' })
    await server.offer([cameraOf('bob', 0), audioOf('bob')])
    await event('track', 1)
    expect(names().slice(1)).toEqual(['track bob', 'layer bob', 'track bob'])
    expect(track.id).toBe('sophon_video_camera_small')
  })

  test('offers, candidates and layers are taken one at a time, in the order they came', async () => {
    const early = await server.prepareOffer([cameraOf('bob')])
    server.say({ type: 'candidate', connection: 'subscribe', candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0' } })
    server.say(early)
    server.say({ type: 'layer', userId: 'bob', label: 'sophon_video_camera_small' })
    server.say({ type: 'unpublished', userId: 'bob' })
    await event('unpublished')
    expect(names().slice(1)).toEqual(['track bob', 'layer bob', 'track-ended bob', 'unpublished bob'])
    expect(problems).toEqual([])
  })

  test('an offer that cannot be used is reported and the media counts as lost; the session goes on', async () => {
    server.say({ type: 'offer', offerId: 1, sdp: 'v=0\r\nnonsense', tracks: [] })
    expect(await event('media-lost')).toEqual({ type: 'media-lost', direction: 'subscribe' })
    expect(problems).toEqual(["the server's offer cannot be used"])
    server.say({ type: 'member-left', userId: 'bob' })
    await event('member-left')
  })

  test('a refused answer is reported', async () => {
    server.refuseOnce('answer', 20005, 'there is a newer offer')
    await server.offer([audioOf('bob')])
    await until(() => expect(problems).toEqual(['the server refused our answer']))
  })

  test('is refused with the code and the words of the server', async () => {
    server.refuseOnce('subscribe', 16974851, 'nothing is published')
    await expect(link.subscribe('bob', { audio: true, camera: null, screen: false })).rejects.toMatchObject({ code: 16974851, message: 'nothing is published' })
  })
})

describe('the end', () => {
  async function busy(): Promise<RTCPeerConnection[]> {
    await link.join(request)
    await link.publishTrack('audio', microphone, sending)
    await server.offer([audioOf('bob')])
    await event('track')
    return [peer('publish'), peer('subscribe')]
  }

  test('leave() resolves without the server, closes everything, and no event follows', async () => {
    open({ timeouts: { leaveMs: 50, farewellMs: 100 } })
    const peers = await busy()
    server.once('leave', () => undefined)
    const left = link.leave()
    expect(link.leave()).toBe(left)
    server.say({ type: 'member-left', userId: 'bob' })
    const before = events.length
    await left
    await until(() => expect(peers.map((one) => one.connectionState)).toEqual(['closed', 'closed']))
    await until(() => expect(server.closed).toBe(true))
    expect(events).toHaveLength(before)
    expect(link.statsSources().size).toBe(0)
    expect(microphone.readyState).toBe('live')
    await expect(link.publishTrack('audio', microphone, sending)).rejects.toMatchObject({ code: 16843524 })
  })

  test('leave() ends a join on its way, and a publication on its way', async () => {
    server.once('join', () => undefined)
    const joining = link.join(request)
    await server.next('join')
    await Promise.all([link.leave(), expect(joining).rejects.toMatchObject({ code: 16974340 })])
    open()
    await link.join(request)
    server.once('publish', () => undefined)
    const publishing = link.publishTrack('audio', microphone, sending)
    await server.next('publish')
    await Promise.all([link.leave(), expect(publishing).rejects.toMatchObject({ name: 'AliRtcError', code: 16974340 })])
  })

  test('a lost session rejects what waits with 10311, is told once with the reason, and frees everything', async () => {
    const peers = await busy()
    server.once('subscribe', () => undefined)
    const waiting = link.subscribe('bob', { audio: false, camera: null, screen: false })
    server.forgets = true
    server.drop('closed with code 1006')
    await expect(waiting).rejects.toMatchObject({ code: 10311 })
    await event('session-lost')
    expect(events.slice(-2)).toEqual([
      { type: 'connection', state: 'reconnecting', reason: 'closed with code 1006' },
      { type: 'session-lost', reason: 'the server has no session', gslb: request.gslb },
    ])
    await until(() => expect(peers.map((one) => one.connectionState)).toEqual(['closed', 'closed']))
    await expect(link.subscribe('bob', { audio: true, camera: null, screen: false })).rejects.toMatchObject({ code: 16843524 })
  })

  test('a socket that answers no ping is replaced; one that does is kept', async () => {
    open({ timeouts: { pingEveryMs: 20, pingAnswerMs: 100 } })
    await link.join(request)
    await server.next('ping')
    await server.next('ping')
    server.refuseOnce('ping', 20003, 'too many messages')
    await server.next('ping')
    await server.next('ping')
    expect(names()).toEqual(['connection'])
    server.mute()
    expect(await event('connection', 1)).toMatchObject({ state: 'reconnecting', reason: 'no answer to "ping" within 100 ms' })
    expect(await event('connection', 2)).toEqual({ type: 'connection', state: 'connected' })
    expect(server.sockets).toBe(2)
  })

  test.each([1, 2, 3] as const)('bye %i is the last event and closes everything', async (code) => {
    const peers = await busy()
    server.say({ type: 'member-left', userId: 'bob' })
    server.say({ type: 'bye', code })
    server.say({ type: 'member-left', userId: 'eve' })
    expect(await event('bye')).toEqual({ type: 'bye', code })
    server.drop('closed with code 1000')
    expect(names().slice(-3)).toEqual(['track-ended bob', 'member-left bob', 'bye'])
    await until(() => expect(peers.map((one) => one.connectionState)).toEqual(['closed', 'closed']))
    expect(server.closed).toBe(true)
    await link.leave()
  })

  test('malformed messages are reported, and the session goes on', async () => {
    await link.join(request)
    server.say('{"type":"member-left"}')
    server.say({ type: 'error', code: 20002, message: '"x" is wrong' })
    server.say({ type: 'member-left', userId: 'bob' })
    await event('member-left')
    expect(problems).toEqual([expect.stringContaining('userId'), 'the server complains: "x" is wrong (20002)'])
  })

  test('a listener that throws is reported and hears the next event', async () => {
    const heard: string[] = []
    link = createServerLink({ openSocket: server.openSocket, report: (problem) => problems.push(problem) }, ({ type }) => {
      heard.push(type)
      throw new Error('the listener fails')
    })
    await link.join(request)
    server.say({ type: 'member-left', userId: 'bob' })
    await until(() => expect(heard).toEqual(['connection', 'member-left']))
    expect(problems).toHaveLength(2)
  })
})

describe('repair', () => {
  /** Fast, but slower than a busy machine is between two looks. */
  const timeouts = { lookEveryMs: 50, silentMs: 1500, restartMs: 2000, againMs: 2000, lostMs: 5000 }
  const connections = () => events.filter((one) => one.type === 'connection').map((one) => one.state)

  async function flowing(): Promise<void> {
    await link.join(request)
    await link.publishTrack('audio', microphone, sending)
    await server.offer([audioOf('bob')])
    await event('track')
    await until(async () => expect(await received(peer('subscribe'), 'audio')).toBeGreaterThan(0))
  }

  test('a lost socket is replaced: what waited is answered, what was missed is heard, media goes on, and no more is told than that', async () => {
    await flowing()
    const [sends, receives] = [peer('publish'), peer('subscribe')]
    server.once('subscribe', (message) => {
      server.drop('closed with code 1006')
      server.deliver(JSON.stringify({ type: 'accepted', id: message.id }))
      server.deliver(JSON.stringify({ type: 'member-left', userId: 'eve' }))
    })
    await link.subscribe('bob', { audio: true, camera: 'small', screen: false })
    await event('member-left')
    await link.setMuted('audio', true)
    expect(server.ofType('subscribe')).toHaveLength(1)
    expect(names()).toEqual(['connection', 'track bob', 'connection', 'member-left eve', 'connection'])
    expect(connections()).toEqual(['connected', 'reconnecting', 'connected'])
    expect([peer('publish'), peer('subscribe')]).toEqual([sends, receives])
    expect([sends.connectionState, receives.connectionState]).toEqual(['connected', 'connected'])
  })

  test('who was removed while nothing got through hears that, and not first that all is well', async () => {
    await link.join(request)
    server.drop('closed with code 1006')
    server.deliver(JSON.stringify({ type: 'bye', code: 1 }))
    await event('bye')
    expect(names()).toEqual(['connection', 'connection', 'bye'])
    expect(connections()).toEqual(['connected', 'reconnecting'])
  })

  test('calls made while nothing gets through are carried out afterwards, however long it takes', async () => {
    open({ timeouts: { answerMs: 200 } })
    await link.join(request)
    server.unreachable = true
    server.drop('closed with code 1006')
    await until(() => expect(connections()).toEqual(['connected', 'reconnecting']))
    const calls = Promise.all([link.setRole(1), link.subscribe('bob', { audio: true, camera: null, screen: false })])
    await until(() => expect(server.sockets).toBeGreaterThan(2)) // longer than answerMs, at last
    server.unreachable = false
    await calls
    expect(server.received.map((message) => message.type).filter((type) => type !== 'ping')).toEqual(['join', 'role', 'subscribe'])
  })

  test.each([
    ['the join never arrived', true],
    ['its answer never arrived', false],
  ])('a socket that is lost while joining is no failure: %s', async (_, forgets) => {
    server.once('join', (message) => {
      server.drop('closed with code 1006')
      server.forgets = forgets
      if (!forgets) server.deliver(JSON.stringify({ type: 'joined', id: message.id, members: [], iceServers: [] }))
    })
    expect(await link.join(request)).toEqual([])
    server.forgets = false
    await event('connection')
    expect(connections()).toEqual(['connected'])
  })

  test('who leaves while nothing gets through need not wait, and is gone for the others as soon as something does', async () => {
    open({ timeouts: { leaveMs: 50 } })
    await flowing()
    const peers = [peer('publish'), peer('subscribe')]
    server.unreachable = true
    server.drop('closed with code 1006')
    await until(() => expect(connections()).toEqual(['connected', 'reconnecting']))
    await link.leave()
    await until(() => expect(peers.map((one) => one.connectionState)).toEqual(['closed', 'closed']))
    const told = server.next('leave')
    server.unreachable = false
    await told
    await until(() => expect(server.closed).toBe(true))
    expect(connections()).toEqual(['connected', 'reconnecting'])
  })

  test('who leaves over a line that is dead, which nobody noticed yet, is gone for the others as soon as another socket is open', async () => {
    open({ timeouts: { leaveMs: 50 } })
    await link.join(request)
    server.mute()
    const told = server.next('leave')
    await link.leave()
    await told
    expect(server.sockets).toBe(2)
    await until(() => expect(server.closed).toBe(true))
  })

  test('who leaves where nothing gets through any more stops trying', async () => {
    const log: string[] = []
    open({
      timeouts: { leaveMs: 50, farewellMs: 100, reconnectMs: 60_000 },
      openSocket: (url, handlers) => server.sockets === 0 ? server.openSocket(url, handlers) : { send: () => undefined, close: () => log.push('given up') },
    })
    await link.join(request)
    server.drop('closed with code 1006')
    await link.leave()
    log.push('left')
    await until(() => expect(log).toEqual(['left', 'given up']))
  })

  test('a server that ends makes the session lost, to be joined on another entry', async () => {
    await link.join({ ...request, gslb: ['a', 'b', 'c'] })
    server.drop('closed with code 1001, the server is shutting down', 1001)
    expect(await event('session-lost')).toEqual({ type: 'session-lost', reason: 'closed with code 1001, the server is shutting down', gslb: ['b', 'c', 'a'] })
  })

  test('a path that is silent is noticed and restarted without new tracks, and told as well again', async () => {
    open({ timeouts })
    await flowing()
    const tracks = server.sending?.getSenders().map((sender) => sender.track) ?? []
    await Promise.all(server.sending?.getSenders().map((sender) => sender.replaceTrack(null)) ?? [])
    // RTCP goes on every few seconds only where nobody speaks: this server is no SFU of ours
    expect(await event('connection', 1)).toEqual({ type: 'connection', state: 'reconnecting', reason: 'the connection to subscribe is silent' })
    await server.next('restart')
    const [sender] = server.sending?.getSenders() ?? []
    await sender?.replaceTrack(tracks[0] ?? null)
    expect(await event('connection', 2)).toEqual({ type: 'connection', state: 'connected' })
    expect(names().filter((name) => name.startsWith('track'))).toEqual(['track bob'])
  })

  test('a path that is silent is restarted at once when another socket shows that the network works, as after a change of address', async () => {
    open({ timeouts: { ...timeouts, restartMs: 60_000 } })
    await flowing()
    await Promise.all(server.sending?.getSenders().map((sender) => sender.replaceTrack(null)) ?? [])
    server.mute()
    await server.next('restart')
    expect(server.sockets).toBe(2)
  })

  test('media that is gone for too long is lost, once for each direction, after restarts of both, and the session goes on', async () => {
    open({ timeouts })
    await flowing()
    server.close()
    await event('media-lost', 1)
    expect(events.flatMap((one) => (one.type === 'media-lost' ? [one.direction] : [])).sort()).toEqual(['publish', 'subscribe'])
    expect(server.ofType('restart').length).toBeGreaterThan(0)
    expect(server.ofType('publish').filter((message) => message.offer !== undefined).length).toBeGreaterThan(1)
    await link.publishTrack('camera', camera, sending)
    expect(server.ofType('publish').at(-1)?.offer).toBeDefined()
  })
})
