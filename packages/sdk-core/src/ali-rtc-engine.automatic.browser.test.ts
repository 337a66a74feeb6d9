import { expect, it } from 'vitest'
import { MemoryChannel } from '../test/memory-channel.js'
import { auth, outcome, participant, until, type Participant } from '../test/participant.js'
import { AliRtcError, type AliRtcEvents } from './index.js'
import { nextTurn } from './next-turn.js'

/** What the automatic calls said. */
function changes({ engine }: Participant): { name: string; payload: unknown }[] {
  const told: { name: string; payload: unknown }[] = []
  for (const name of ['onPublishChange', 'onSubscribeChange', 'onError'] as const satisfies readonly (keyof AliRtcEvents)[]) {
    engine.on(name, (payload) => { told.push({ name, payload }) })
  }
  return told
}

const subscribedLabels = ({ engine }: Participant, userId: string) =>
  engine.getUserInfo(userId)?.streamConfigs.filter((row) => row.subscribed).map((row) => row.label)

it('autoPublish sends what is switched on after joining, and says what', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice', { autoPublish: true })
  const told = changes(alice)
  alice.engine.configLocalCameraPublish = false
  await alice.join()
  await until(() => expect(told).toEqual([{ name: 'onPublishChange', payload: { labels: ['sophon_audio'] } }]))
  await alice.engine.leaveChannel()
  alice.engine.configLocalCameraPublish = true
  await alice.join()
  await until(() => expect(told.at(-1)).toEqual({ name: 'onPublishChange', payload: { labels: ['sophon_audio', 'sophon_video_camera_large'] } }))
  expect(told).toHaveLength(2)
})

it('autoPublish leaves it to an app that publishes itself, and to one that switches all off', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice', { autoPublish: true })
  const told = changes(alice)
  await alice.join()
  alice.engine.configLocalCameraPublish = false
  expect(await outcome(() => alice.engine.publish()), 'whoever awaits the join goes first').toBe(undefined)
  expect([...channel.linkOf('alice').sent.keys()]).toEqual(['audio'])
  await alice.engine.leaveChannel()
  alice.engine.configLocalAudioPublish = false
  await alice.join()
  const bob = participant(channel, 'bob')
  await bob.join()
  await until(() => expect(alice.story()).toContain('onJoin bob')) // later than any automatic call
  expect(told).toEqual([])
  expect(channel.linkOf('alice').calls).not.toContain('announce ')
})

it('autoPublish tells a failure by onError, and an end of the session by nothing', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice', { autoPublish: true })
  const told = changes(alice)
  alice.engine.configLocalCameraPublish = false
  const joining = alice.join()
  channel.newest?.refuse('publishTrack', new AliRtcError(20005, 'media'))
  await joining
  await until(() => expect(told).toEqual([{ name: 'onError', payload: expect.objectContaining({ code: 20005 }) }]))
  const again = alice.engine.leaveChannel().then(() => alice.join())
  await again
  const release = channel.linkOf('alice').hold('publishTrack')
  await until(() => expect(channel.linkOf('alice').calls).toContain('publishTrack audio'))
  await alice.engine.leaveChannel()
  release()
  await alice.join() // and the automatic publish of this session comes
  await until(() => expect(told.at(-1)).toMatchObject({ name: 'onPublishChange' }))
  expect(told).toHaveLength(2)
})

it('autoPublish waits while we are the audience, and publishes when we are not any more', async () => {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice', { autoPublish: true })
  const told = changes(alice)
  alice.engine.configLocalCameraPublish = false
  expect(alice.engine.setChannelProfile(1)).toBe(true)
  await alice.engine.setClientRole(1)
  await alice.join()
  await alice.engine.setClientRole(0)
  await until(() => expect(told).toEqual([{ name: 'onPublishChange', payload: { labels: ['sophon_audio'] } }]))
  expect(channel.linkOf('alice').calls.filter((call) => call.startsWith('publishTrack'))).toHaveLength(1)
})

it('autoSubscribe follows what each user publishes, with the switches set in onPublisher', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice', { autoSubscribe: true }), participant(channel, 'bob')]
  const told = changes(alice)
  alice.engine.on('onPublisher', ({ userId }) => { alice.engine.configRemoteCameraTrack(userId, false, true) })
  bob.engine.configLocalCameraPublish = false
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(subscribedLabels(alice, 'bob')).toEqual(['sophon_audio']))
  bob.engine.configLocalCameraPublish = true
  await bob.engine.publish()
  await until(() => expect(subscribedLabels(alice, 'bob')).toEqual(['sophon_audio', 'sophon_video_camera_small']))
  expect(told).toEqual([
    { name: 'onSubscribeChange', payload: expect.objectContaining({ userId: 'bob', displayName: 'BOB' }) },
    { name: 'onSubscribeChange', payload: alice.engine.getUserInfo('bob') },
  ])
})

it('autoSubscribe says nothing of a user none of whose streams is wanted, and tells a failure by onError', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice', { autoSubscribe: true }), participant(channel, 'bob')]
  const told = changes(alice)
  alice.engine.on('onJoin', ({ userId }) => {
    alice.engine.configRemoteAudio(userId, false)
    alice.engine.configRemoteCameraTrack(userId, true, false)
    alice.engine.configRemoteScreenTrack(userId, true)
  })
  await alice.join()
  await bob.join()
  bob.engine.configLocalCameraPublish = false
  await bob.engine.publish()
  await until(() => expect(alice.story()).toContain('onPublisher bob'))
  alice.engine.configRemoteCameraTrack('bob', true, true)
  channel.linkOf('alice').refuse('subscribe', new AliRtcError(20005, 'media'))
  bob.engine.configLocalCameraPublish = true
  await bob.engine.publish()
  await until(() => expect(told).toEqual([{ name: 'onError', payload: expect.objectContaining({ code: 20005 }) }]))
})

it('autoSubscribe does not get into the way of a subscribe of the app', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice', { autoSubscribe: true }), participant(channel, 'bob')]
  const told = changes(alice)
  const own: unknown[] = []
  alice.engine.on('onPublisher', ({ userId }) => { void outcome(() => alice.engine.subscribe(userId)).then((result) => own.push(result)) })
  await bob.join()
  await alice.join()
  bob.engine.configLocalCameraPublish = false
  await bob.engine.publish()
  await until(() => expect(own).toEqual(['bob']))
  expect(subscribedLabels(alice, 'bob')).toEqual(['sophon_audio'])
  expect(told, 'the app knows of its own call').toEqual([])
})

it('neither is made unless asked for', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.engine.joinChannel(auth('bob'))
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(alice.story()).toContain('onPublisher bob'))
  expect(channel.linkOf('alice').calls).toEqual(['join'])
})

it('OnConnected: after subscribe has resolved, when media flows; and again for the next subscription', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(alice.story()).toContain('onPublisher bob'))
  const order: unknown[] = []
  alice.engine.on('OnConnected', (connected) => order.push(connected))
  await alice.engine.subscribe('bob').then((userId) => order.push(userId))
  const connected = { userId: 'bob', displayName: 'BOB', type: 'subscribe' }
  await until(() => expect(order).toEqual(['bob', connected]))
  alice.engine.configRemoteCameraTrack('bob', true, false)
  await alice.engine.subscribe('bob') // still the same subscription
  await alice.engine.unSubscribe('bob')
  await nextTurn() // the tracks have ended
  await alice.engine.subscribe('bob')
  await until(() => expect(order).toEqual(['bob', connected, connected]))
})
