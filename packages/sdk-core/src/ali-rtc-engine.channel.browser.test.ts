import { expect, it, vi } from 'vitest'
import { MemoryChannel } from '../test/memory-channel.js'
import { auth, outcome, participant, until } from '../test/participant.js'
import { AliRtcError } from './index.js'

it('joining resolves before the first event, and who is there is told in order', async () => {
  const channel = new MemoryChannel()
  const [alice, bob, carol] = [participant(channel, 'alice'), participant(channel, 'bob'), participant(channel, 'carol')]
  await alice.join()
  await bob.join()
  bob.engine.configLocalCameraPublish = false
  await bob.engine.publish()
  bob.engine.muteLocalMic()
  await bob.next('onNotify')

  const joined = carol.join().then(() => {
    expect(carol.heard).toEqual([])
    expect(carol.engine.getUserList().map((user) => user.userId)).toEqual(['alice', 'bob'])
  })
  await joined
  await until(() => expect(carol.story()).toEqual(['onJoin alice', 'onJoin bob', 'onPublisher bob', 'onNotify']))
  expect(carol.heard.at(-1)?.payload).toEqual(carol.engine.getUserList())
  expect(carol.engine.getUserInfo('bob')).toEqual({
    userId: 'bob', displayName: 'BOB', muteAudioPlaying: false, streamConfigs: [
      { label: 'sophon_audio', type: 'audio', state: 'active', subscribed: false, muted: true },
      { label: 'sophon_video_camera_large', type: 'video', state: 'inactive', subscribed: false, muted: false },
      { label: 'sophon_video_camera_small', type: 'video', state: 'inactive', subscribed: false, muted: false },
      { label: 'sophon_video_screen_share', type: 'video', state: 'inactive', subscribed: false, muted: false },
    ],
  })
  await until(() => expect(alice.story()).toEqual(['onJoin bob', 'onPublisher bob', 'onNotify', 'onJoin carol']))

  await bob.engine.leaveChannel()
  await until(() => expect(carol.story().slice(4)).toEqual(['onUnPublisher bob', 'onLeave bob']))
  expect(carol.engine.getUserInfo('bob')).toBe(null)
})

it('events that come while joining wait, and keep their order', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  const joining = alice.join()
  const link = channel.newest
  link?.tell({ type: 'connection', state: 'connected' })
  link?.tell({ type: 'member-joined', member: { userId: 'bob', displayName: 'Bob', streams: [] } })
  await joining
  expect(alice.heard).toEqual([])
  await until(() => expect(alice.story()).toEqual(['onConnectionChange connected', 'onJoin bob']))
})

it('a handler that leaves hears nothing more of that session', async () => {
  const channel = new MemoryChannel()
  const [alice, bob, carol] = [participant(channel, 'alice'), participant(channel, 'bob'), participant(channel, 'carol')]
  await alice.join()
  await bob.join()
  carol.engine.on('onJoin', () => { void carol.engine.leaveChannel() })
  await carol.join()
  await until(() => expect(carol.story()).toEqual(['onJoin alice', 'onConnectionChange disconnected']))
  await carol.engine.leaveChannel()
  expect(carol.story()).toHaveLength(2)
  expect(carol.engine.getUserList()).toEqual([])
})

it('incomplete auth info is told twice, any other refusal once', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  const { nonce: _, ...incomplete } = auth('alice')
  expect(await outcome(() => alice.engine.joinChannel(incomplete as never))).toBe(16974081)
  expect(alice.heard).toMatchObject([{ name: 'onError', payload: { code: 16974081, message: expect.stringContaining('nonce') } }])

  alice.heard.length = 0
  const joining = alice.join()
  channel.newest?.refuse('join', new AliRtcError(33620485, 'the token does not match'))
  expect(await outcome(() => joining)).toBe(33620485)
  expect(alice.heard).toEqual([])
  await alice.join() // idle again
})

it('each call that is not possible has the code of the table', async () => {
  const channel = new MemoryChannel()
  const { engine, join } = participant(channel, 'alice')
  expect(await outcome(() => engine.publish())).toBe(16843524)
  expect(await outcome(() => engine.unPublish())).toBe(16843524)
  expect(await outcome(() => engine.subscribe('bob'))).toBe(10140)
  expect(engine.configRemoteAudio('bob', true)).toBe(false)
  expect(engine.muteLocalMic(true)).toBe(false)
  expect(engine.muteLocalCamera(true)).toBe(false)
  expect(engine.setDisplayRemoteVideo('bob', document.createElement('video'), 1)).toBe(false)
  await engine.leaveChannel()

  const joining = join()
  expect(await outcome(() => join()), 'while joining').toBe(16843521)
  expect(engine.setChannelProfile(1)).toBe(false)
  expect(await outcome(() => engine.setClientRole(1))).toBe(16974340)
  await joining
  expect(await outcome(() => join())).toBe(16843521)
  expect(engine.setChannelProfile(1)).toBe(false)
  expect(await outcome(() => engine.unPublish())).toBe(16843778)
  expect(await outcome(() => engine.subscribe('bob'))).toBe(10140)
  expect(await outcome(() => engine.setClientRole(1)), 'profile 0').toBe(16908560)
})

it('wrong arguments are refused by name', async () => {
  const { engine } = participant(new MemoryChannel(), 'alice')
  const named = (parameter: string) => expect.objectContaining({ code: 16974081, parameter })
  expect(() => { engine.configLocalAudioPublish = 'yes' as never }).toThrow(named('configLocalAudioPublish'))
  expect(() => { engine.enableAudioVolumeIndicator = { interval: 60 } }).toThrow(named('enableAudioVolumeIndicator.interval'))
  expect(() => engine.on('onJoin', undefined as never)).toThrow(named('listener'))
  expect(() => engine.muteLocalMic('yes' as never)).toThrow(named('mute'))
  await expect(engine.setClientRole(2 as never)).rejects.toEqual(named('role'))
  await expect(engine.startPreview('video' as never)).rejects.toEqual(named('element'))
  expect(engine.setChannelProfile(3 as never)).toBe(false)
})

it('leaving while joining ends the join; joining again waits for the leave', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  const joining = alice.join()
  const release = channel.newest?.hold('join')
  await alice.engine.leaveChannel()
  release?.()
  expect(await outcome(() => joining)).toBe(16974340)
  const first = channel.newest
  void alice.engine.leaveChannel()
  await alice.join()
  expect(channel.newest).not.toBe(first)
  expect(channel.linkOf('alice')).toBe(channel.newest)
})

it('a join that is left before the leave before it was through says so, and reaches no link', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  await alice.join()
  const leaving = alice.engine.leaveChannel()
  const joining = outcome(() => alice.join())
  const link = channel.newest
  await Promise.all([leaving, alice.engine.leaveChannel()])
  expect(await joining).toBe(16974340)
  expect(link?.calls).toEqual(['leave'])
})

it.each([1, 2, 3] as const)('bye %d: idle before the event, capture released, preview and leaveChannel() fine', async (code) => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  const video = document.createElement('video')
  await alice.engine.startPreview(video)
  await alice.join()
  await alice.engine.publish()
  const published = channel.linkOf('alice').sent.get('camera')?.track
  const atEvent: unknown[] = []
  alice.engine.on('onBye', () => { atEvent.push(alice.engine.setChannelProfile(0), alice.engine.getUserList(), published?.readyState) })
  channel.linkOf('alice').tell({ type: 'bye', code })
  expect(alice.heard.at(-2)).toMatchObject({ name: 'onBye', payload: { code, message: expect.any(String) } })
  expect(alice.heard.at(-1)).toMatchObject({ name: 'onConnectionChange', payload: { state: 'disconnected' } })
  expect(atEvent).toEqual([true, [], 'ended'])
  const [preview] = (video.srcObject as MediaStream).getVideoTracks() // startPreview set a stream
  expect(preview?.readyState).toBe('live')
  await alice.engine.leaveChannel()
  channel.links.clear()
  await alice.join()
})

it.each([
  [{}, 10310],
  [{ code: 10311 }, 10311],
])('a connection that is lost for good (%o) makes the engine idle and says so twice', async (code, told) => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob']))
  const link = channel.linkOf('alice')
  link.tell({ type: 'connection', state: 'reconnecting', reason: 'socket closed' })
  expect(alice.engine.getUserList()).toHaveLength(1)
  link.tell({ type: 'connection', state: 'disconnected', reason: 'no session', ...code })
  expect(alice.story().slice(1)).toEqual(['onConnectionChange reconnecting', 'onConnectionChange disconnected', `onError ${told}`])
  expect(alice.heard.at(-2)?.payload).toEqual({ state: 'disconnected', reason: 'no session' })
  const message = String((alice.heard.at(-1)?.payload as AliRtcError | undefined)?.message)
  expect(message.indexOf('no session'), 'as old apps look for it').toBeGreaterThan(0)
  expect(alice.engine.getUserList()).toEqual([])
  expect(alice.engine.setChannelProfile(1)).toBe(true)
})

it('role changes that overlap each start from where the one before ended', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  alice.engine.setChannelProfile(1)
  await alice.engine.setClientRole(1)
  await alice.join()
  const changes: unknown[] = []
  alice.engine.on('onUpdateRole', (change) => changes.push(change))
  await Promise.all([alice.engine.setClientRole(0), alice.engine.setClientRole(1), alice.engine.setClientRole(1), alice.engine.setClientRole(0)])
  expect(changes).toEqual([{ oldRole: 1, newRole: 0 }, { oldRole: 0, newRole: 1 }, { oldRole: 1, newRole: 0 }])
})

it('a page that is put away leaves, and says so for when it comes back', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  await alice.join()
  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  expect(alice.heard.map(({ name, payload }) => [name, payload])).toEqual([['onConnectionChange', { state: 'disconnected', reason: 'the page went away' }]])
  expect(alice.engine.setChannelProfile(1), 'idle').toBe(true)
  await alice.join()
  expect(channel.linkOf('alice').left).toBe(false)
})

it('a page that is put away while it joins does not join', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  const joining = outcome(() => alice.join())
  dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  expect(await joining).toBe(16974340)
  expect(channel.newest?.left).toBe(true)
  expect(alice.heard, 'the call has said it').toEqual([])
})

it('lost media is told by direction, for each user we receive', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  bob.engine.configLocalCameraPublish = false
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await alice.next('onPublisher')
  await alice.engine.subscribe('bob')
  channel.linkOf('alice').tell({ type: 'media-lost', direction: 'subscribe' })
  expect(alice.heard.at(-1)).toMatchObject({ name: 'onError', payload: { errorCode: 10302, type: 'subscribe', userId: 'bob', state: 'failed' } })
  channel.linkOf('bob').tell({ type: 'media-lost', direction: 'publish' })
  expect(bob.heard.at(-1)).toMatchObject({ name: 'onError', payload: { errorCode: 10301, type: 'publish' } })
  channel.linkOf('bob').calls.length = 0
  await bob.engine.publish()
  expect(channel.linkOf('bob').calls, 'everything is sent again').toEqual(['publishTrack audio', 'announce audio'])
  await bob.engine.publish()
  expect(channel.linkOf('bob').calls).toHaveLength(2)
})

it('roles: stored before joining, an event before the promise after it, resume both ways', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  expect(alice.engine.setChannelProfile(1)).toBe(true)
  expect(await alice.engine.setClientRole(1)).toBe(true)
  await alice.join()
  const link = channel.linkOf('alice')
  expect(link.request).toMatchObject({ profile: 1, role: 1 })
  expect(await outcome(() => alice.engine.publish())).toBe(10112)
  expect(await alice.engine.setClientRole(1), 'the same').toBe(true)
  expect(alice.story()).toEqual([])

  const order: string[] = []
  alice.engine.on('onUpdateRole', ({ oldRole, newRole }) => order.push(`${oldRole} to ${newRole}`))
  await alice.engine.setClientRole(0).then((value) => order.push(`resolved ${value}`))
  expect(order).toEqual(['1 to 0', 'resolved true'])

  alice.engine.configLocalCameraPublish = false
  await alice.engine.publish()
  expect(await outcome(() => alice.engine.setClientRole(1)), 'while publishing').toBe(16908560)
  await alice.engine.setClientRole(1, true)
  expect(link.sent.size).toBe(0)
  await alice.engine.setClientRole(0, true)
  expect([...link.sent.keys()]).toEqual(['audio'])
  link.refuse('setRole', new AliRtcError(16908560, 'no'))
  await alice.engine.unPublish()
  expect(await outcome(() => alice.engine.setClientRole(1)), 'the server refuses').toBe(16908560)
  expect(await outcome(() => alice.engine.publish()), 'still a host').toBe(undefined)
})

it('profile 2 is taken for 1, with a warning', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  expect(participant(new MemoryChannel(), 'alice').engine.setChannelProfile(2)).toBe(true)
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('profile 2'))
  warn.mockRestore()
})

it('a page that goes away leaves', async () => {
  const channel = new MemoryChannel()
  await participant(channel, 'alice').join()
  window.dispatchEvent(new Event('pagehide'))
  await until(() => expect(channel.links.size).toBe(0))
})

it('dispose and its signal leave, release and end the engine', async () => {
  const channel = new MemoryChannel()
  const stop = new AbortController()
  const alice = participant(channel, 'alice', { signal: stop.signal })
  const video = document.createElement('video')
  await alice.engine.startPreview(video)
  await alice.join()
  stop.abort()
  await until(() => expect(channel.links.size).toBe(0))
  expect(video.srcObject).toBe(null)
  expect(await outcome(() => alice.join())).toBe(16974340)
  await alice.engine.dispose()
})

it('a listener that throws is reported and stops nobody', async () => {
  const reported: unknown[] = []
  const onFault = (event: ErrorEvent): void => {
    event.preventDefault()
    event.stopImmediatePropagation()
    reported.push(event.error)
  }
  window.addEventListener('error', onFault, { capture: true })
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  const fault = new Error('in the app')
  const remove = alice.engine.on('onJoin', () => { throw fault })
  const second: string[] = []
  alice.engine.on('onJoin', (user) => second.push(user.userId))
  await alice.join()
  await bob.join()
  await until(() => expect(second).toEqual(['bob']))
  window.removeEventListener('error', onFault, { capture: true })
  expect(reported).toEqual([fault])
  remove()
})
