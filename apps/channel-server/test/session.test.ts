import type { StreamLabel, StreamRow } from '@earshot/protocol'
import { describe, expect, it } from 'vitest'
import { joinMessage, RawClient } from './raw-client.js'
import { startServer } from './running-server.js'

const row = (label: StreamLabel, state: StreamRow['state'] = 'active', muted = false): StreamRow => ({ label, state, muted })
const audio = row('sophon_audio')
const camera = row('sophon_video_camera_large')
const offer = (session = 1) => ({ sdp: `v=0\r\no=- ${session} 2 IN IP4 127.0.0.1\r\n`, slots: [{ mid: '0', slot: 'audio' as const }, { mid: '1', slot: 'camera' as const }] })
const publish = { type: 'publish' as const, streams: [audio, camera], offer: offer() }
const wants = (userId: string) => ({ type: 'subscribe' as const, userId, audio: true, camera: 'large' as const, screen: false })
const types = (messages: readonly { readonly type: string }[]): readonly string[] => messages.map((message) => message.type)

describe('a session from join to leave', () => {
  it('two people meet, publish, subscribe, mute, and one of them goes', async () => {
    const { url, engine } = await startServer({ EARSHOT_ICE_SERVERS: '[{"urls":"stun:stun.example"}]' })
    const alice = await RawClient.joined(url, { userId: 'alice', displayName: 'Alice' })
    const bob = await RawClient.connect(url)
    expect(await bob.ask(joinMessage({ userId: 'bob', displayName: ' Böb\u0007 ' }))).toEqual({
      type: 'joined', id: 1, members: [{ userId: 'alice', displayName: 'Alice', streams: [] }], iceServers: [{ urls: 'stun:stun.example' }],
    })
    expect(await alice.hears('member-joined')).toEqual({ type: 'member-joined', member: { userId: 'bob', displayName: 'Böb', streams: [] } })

    expect(await alice.ask(publish)).toMatchObject({ type: 'accepted', sdp: expect.stringMatching(/^v=0/) })
    expect(await bob.hears('published')).toEqual({ type: 'published', member: { userId: 'alice', displayName: 'Alice', streams: [audio, camera] } })

    expect(await bob.ask(wants('alice'))).toMatchObject({ type: 'accepted' })
    const renegotiation = await bob.hears('offer')
    expect(renegotiation.tracks).toEqual([
      { mid: expect.any(String), userId: 'alice', label: 'sophon_audio' }, { mid: expect.any(String), userId: 'alice', label: 'sophon_video_camera_large' },
    ])
    expect(renegotiation.sdp).toContain('alice sophon_audio')
    bob.say(JSON.stringify({ type: 'candidate', connection: 'subscribe', candidate: null }))
    expect(await bob.ask({ type: 'answer', offerId: renegotiation.offerId, sdp: 'v=0' })).toMatchObject({ type: 'accepted' })
    expect(engine.stats()).toMatchObject({ rooms: 1, transports: 2, sources: 2, consumers: 2 })

    expect(await alice.ask({ type: 'mute', slot: 'audio', muted: true })).toMatchObject({ type: 'accepted' })
    expect(await bob.hears('muted')).toEqual({ type: 'muted', userId: 'alice', slot: 'audio', muted: true })
    expect(await alice.ask({ type: 'publish', streams: [row('sophon_audio', 'active', true), row('sophon_video_camera_large', 'inactive')] })).toMatchObject({ type: 'accepted' })

    await alice.ask({ type: 'leave' })
    expect(await alice.closed).toMatchObject({ code: 1000 })
    await bob.hears('member-left')
    expect(types(await bob.events()).slice(0, 6)).toEqual(['published', 'offer', 'muted', 'published', 'unpublished', 'member-left'])
    expect(types(alice.heard)).not.toContain('bye')
  })

  it('the room closes with the last leave, and the id is free again', async () => {
    const { url, engine } = await startServer()
    for (const profile of [0, 1] as const) {
      const alice = await RawClient.joined(url, { userId: 'alice', profile })
      expect(engine.stats().rooms).toBe(1)
      await alice.ask({ type: 'leave' })
      await alice.closed
      expect(engine.stats()).toMatchObject({ rooms: 0, transports: 0 })
    }
  })

  it('a socket that breaks ends its membership, and its transports', async () => {
    const { url, engine } = await startServer()
    const alice = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    await alice.ask(publish)
    alice.socket.terminate()
    await bob.hears('member-left')
    expect(types(await bob.events())).toEqual(['published', 'unpublished', 'member-left'])
    expect(engine.stats()).toMatchObject({ rooms: 1, transports: 0, sources: 0 })
  })

  it('roles: an audience member may not publish until it becomes interactive', async () => {
    const { url } = await startServer()
    const host = await RawClient.joined(url, { userId: 'host', profile: 1, role: 0 })
    const guest = await RawClient.joined(url, { userId: 'guest', profile: 1, role: 1 })
    expect(await guest.ask(publish)).toMatchObject({ type: 'error', code: 16974605 })
    expect(await guest.ask({ type: 'role', role: 0 })).toMatchObject({ type: 'accepted' })
    expect(await guest.ask(publish)).toMatchObject({ type: 'accepted' })
    expect(await guest.ask({ type: 'role', role: 1 })).toMatchObject({ type: 'error', code: 16908560 })
    expect(await guest.ask({ type: 'unpublish' })).toMatchObject({ type: 'accepted' })
    expect(await guest.ask({ type: 'role', role: 1 })).toMatchObject({ type: 'accepted' })
    expect(types(await host.events())).toEqual(['member-joined', 'published', 'unpublished'])
  })

  it('a second login of the same user takes the place of the first', async () => {
    const { url } = await startServer()
    const older = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    await older.ask(publish)
    const newer = await RawClient.joined(url, { userId: 'alice', displayName: 'newer' })
    expect(await older.closed).toMatchObject({ code: 1000 })
    expect(older.heard.at(-1)).toEqual({ type: 'bye', code: 3 })
    await bob.until((message) => message.type === 'member-joined')
    expect(types(await bob.events())).toEqual(['published', 'unpublished', 'member-left', 'member-joined'])
    expect(newer.heard[0]).toMatchObject({ type: 'joined', members: [{ userId: 'bob' }] })
    expect(await newer.ask({ type: 'ping' })).toMatchObject({ type: 'accepted' })
  })

  it('channels do not hear of one another', async () => {
    const { url } = await startServer()
    const alice = await RawClient.joined(url, { userId: 'alice', channel: 'one' })
    const bob = await RawClient.joined(url, { userId: 'bob', channel: 'two' })
    await alice.ask(publish)
    expect(await bob.ask(wants('alice'))).toMatchObject({ type: 'error', code: 10140 })
    expect(await bob.events()).toEqual([])
  })

  it('requests that follow one another without a pause are answered in their order', async () => {
    const { url } = await startServer()
    const alice = await RawClient.connect(url)
    const requests = [joinMessage({ userId: 'alice' }), publish, { type: 'mute', slot: 'audio', muted: true }, { type: 'unpublish' }, { type: 'leave' }]
    requests.forEach((request, index) => alice.say(JSON.stringify({ ...request, id: index + 1 })))
    await alice.closed
    expect(alice.heard.map((message) => ['id' in message ? message.id : null, message.type])).toEqual(
      [[1, 'joined'], [2, 'accepted'], [3, 'accepted'], [4, 'accepted'], [5, 'accepted']])
  })

  it('what the SFU finds out reaches the client it is about', async () => {
    const { url, engine } = await startServer()
    const alice = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    await alice.ask({ ...publish, streams: [audio, camera, row('sophon_video_camera_small')] })
    await bob.ask(wants('alice'))
    const { offerId } = await bob.hears('offer')
    await bob.ask({ type: 'answer', offerId, sdp: 'v=0' })
    await bob.ask({ ...wants('alice'), camera: 'small' })
    expect(await bob.hears('layer')).toEqual({ type: 'layer', userId: 'alice', label: 'sophon_video_camera_small' })
    expect(types(await bob.events()).filter((type) => type === 'offer')).toHaveLength(1)
    engine.emit({ type: 'candidate', transportId: 'unknown:publish', candidate: null })
    expect(await bob.ask({ type: 'answer', offerId: 99, sdp: 'v=0' })).toMatchObject({ type: 'error', code: 20005 })
  })

  it('a client that asks for a restart is offered what it has with new credentials, and nothing while it has nothing', async () => {
    const { url } = await startServer()
    const alice = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    await alice.ask(publish)
    expect(await bob.ask({ type: 'restart' })).toEqual({ type: 'accepted', id: expect.any(Number) })
    expect(types(await bob.events())).not.toContain('offer')
    await bob.ask(wants('alice'))
    const first = await bob.hears('offer')
    await bob.ask({ type: 'answer', offerId: first.offerId, sdp: 'v=0' })
    expect(await bob.ask({ type: 'restart' })).toEqual({ type: 'accepted', id: expect.any(Number) })
    const second = (await bob.events()).findLast((event) => event.type === 'offer')!
    const userName = ({ sdp }: { readonly sdp: string }) => /a=ice-ufrag:\S+/.exec(sdp)![0]
    expect(second).toMatchObject({ offerId: first.offerId + 1, tracks: first.tracks })
    expect(userName(second)).not.toBe(userName(first))
  })

  it('a publisher that comes back on a new connection is received again by its subscribers', async () => {
    const { url, engine } = await startServer()
    const alice = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    await alice.ask(publish)
    await bob.ask(wants('alice'))
    expect(await alice.ask({ ...publish, offer: offer(2) })).toMatchObject({ type: 'accepted', sdp: expect.any(String) })
    await bob.events()
    expect(engine.stats()).toMatchObject({ transports: 2, sources: 2, consumers: 2 })
    expect(types(await bob.events()).filter((type) => type !== 'offer')).toEqual(['published'])
  })
})

describe('what is refused', () => {
  it.each<[string, Partial<Parameters<typeof joinMessage>[0]>, number, string]>([
    ['an unknown app', { appId: 'other' }, 33620481, 'appId'],
    ['a token that does not match', { token: '0'.repeat(64) }, 33620485, 'token'],
    ['a nonce without its prefix', { nonce: 'XX-1' }, 33620485, 'nonce'],
    ['no nonce at all', { nonce: '' }, 33620485, 'nonce'],
    ['a token that is too long', { token: 'a'.repeat(129) }, 33620485, 'token'],
    ['an app id that none can have', { appId: 'a'.repeat(65) }, 33620481, 'appId'],
    ['an expired token', { timestamp: '1560588594' }, 84148226, 'timestamp'],
    ['a malformed channel id', { channel: 'no spaces' }, 83951633, 'channel'],
    ['the channel "0"', { channel: '0' }, 83951633, 'channel'],
    ['a malformed user id', { userId: 'a'.repeat(65) }, 83951634, 'userId'],
    ['the user "0", which means oneself', { userId: '0' }, 83951634, 'userId'],
    ['a timestamp that is no number', { timestamp: 'soon' }, 20002, 'timestamp'],
    ['a display name that is too long', { displayName: 'x'.repeat(65) }, 20002, 'displayName'],
    ['an unknown role', { role: 7 as 0 }, 20002, 'role'],
  ])('a join with %s; the socket may try again', async (_what, more, code, field) => {
    const { url } = await startServer()
    const client = await RawClient.connect(url)
    expect(await client.ask(joinMessage({ userId: 'alice', ...more }))).toMatchObject({ type: 'error', code, field, message: expect.stringContaining('') })
    expect(await client.ask(joinMessage({ userId: 'alice' }))).toMatchObject({ type: 'joined' })
  })

  it('requests before the join, and a second join', async () => {
    const { url } = await startServer()
    const client = await RawClient.connect(url)
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'error', code: 16843524 })
    client.say(JSON.stringify({ type: 'candidate', connection: 'publish', candidate: null }))
    await client.until((message) => message.type === 'error' && message.id === undefined && message.code === 16843524)
    await client.ask(joinMessage({ userId: 'alice' }))
    expect(await client.ask(joinMessage({ userId: 'alice' }))).toMatchObject({ type: 'error', code: 16843521 })
    expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'accepted' })
  })

  it('another profile, a full channel, one channel too many', async () => {
    const { url } = await startServer({ EARSHOT_MAX_MEMBERS: '1', EARSHOT_MAX_CHANNELS: '1' })
    await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.connect(url)
    expect(await bob.ask(joinMessage({ userId: 'bob', profile: 1 }))).toMatchObject({ type: 'error', code: 33622275 })
    expect(await bob.ask(joinMessage({ userId: 'bob' }))).toMatchObject({ type: 'error', code: 20001 })
    expect(await bob.ask(joinMessage({ userId: 'bob', channel: 'other' }))).toMatchObject({ type: 'error', code: 20004 })
  })

  it('requests that make no sense where the member stands', async () => {
    const { url } = await startServer({ EARSHOT_MAX_TRACKS: '1' })
    const alice = await RawClient.joined(url, { userId: 'alice' })
    const bob = await RawClient.joined(url, { userId: 'bob' })
    const code = async (request: Parameters<RawClient['ask']>[0], by = alice): Promise<unknown> => {
      const answer = await by.ask(request)
      return answer.type === 'error' ? answer.code : answer.type
    }
    expect(await code({ type: 'role', role: 1 })).toBe(16908560)
    expect(await code({ type: 'unpublish' })).toBe(16843778)
    expect(await code({ type: 'mute', slot: 'audio', muted: true })).toBe(16843778)
    expect(await code({ type: 'publish', streams: [audio] })).toBe(16974081)
    expect(await code({ ...publish, streams: [row('sophon_video_screen_share')] })).toBe(16974081)
    expect(await code({ ...publish, offer: { ...offer(), sdp: 'nonsense' } })).toBe(20005)
    expect(await code({ type: 'answer', offerId: 1, sdp: 'v=0' })).toBe(20005)
    expect(await code(wants('nobody'))).toBe(10140)
    expect(await code(wants('bob'))).toBe(16974851)
    expect(await code(publish)).toBe('accepted')
    expect(await code(wants('alice'), bob)).toBe(20004)
  })

  it('more requests than may wait for the SFU', async () => {
    const { url } = await startServer({ EARSHOT_MAX_WAITING_REQUESTS: '1' })
    const alice = await RawClient.joined(url, { userId: 'alice' })
    for (const id of [10, 11, 12]) alice.say(JSON.stringify({ ...publish, id }))
    expect(await alice.until((message) => message.type === 'error')).toMatchObject({ code: 20003 })
    expect(await alice.until((message) => message.type === 'accepted')).toMatchObject({ id: 10 })
  })
})
