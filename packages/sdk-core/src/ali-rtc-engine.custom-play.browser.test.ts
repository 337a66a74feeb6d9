import { afterEach, expect, it, vi } from 'vitest'
import { MemoryChannel } from '../test/memory-channel.js'
import { outcome, participant, until, type Participant } from '../test/participant.js'
import type { AliRtcEngineOptions, MediaStreamSubscriber, MediaStreamUpdate } from './index.js'

afterEach(() => { vi.restoreAllMocks() })

interface Told { readonly userId: string; readonly ids: string[]; readonly stream: MediaStream }

const idsOf = (stream: MediaStream) => stream.getTracks().map((track) => track.id)

/** Bob publishes, Alice knows it and has not subscribed. */
async function publishing(options: AliRtcEngineOptions = {}): Promise<{ channel: MemoryChannel; alice: Participant; bob: Participant; updates: Told[] }> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice', options), participant(channel, 'bob')]
  const updates: Told[] = []
  alice.engine.on('onMediaStreamUpdate', ({ userId, mediaStream, ...rest }: MediaStreamUpdate) => {
    expect(rest).toEqual({})
    updates.push({ userId, ids: idsOf(mediaStream), stream: mediaStream })
  })
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob', 'onPublisher bob']))
  return { channel, alice, bob, updates }
}

const both = ['sophon_audio', 'sophon_video_camera_large']

it('customPlay: the tracks come with their labels, once together and in order, in a new stream after each change', async () => {
  const { alice, bob, updates } = await publishing({ customPlay: true })
  await alice.engine.subscribe('bob')
  await until(() => expect(updates.map(({ userId, ids }) => [userId, ids])).toEqual([['bob', both]]))

  alice.engine.configRemoteCameraTrack('bob', false, true)
  await alice.engine.subscribe('bob')
  await until(() => expect(updates.at(-1)?.ids, 'the id follows the layer').toEqual(['sophon_audio', 'sophon_video_camera_small']))
  alice.engine.configRemoteAudio('bob', false)
  await alice.engine.subscribe('bob')
  await until(() => expect(updates.at(-1)?.ids).toEqual(['sophon_video_camera_small']))
  expect(updates.map(({ stream }) => stream).map(idsOf), 'what went has left the streams before, too').toEqual(Array.from({ length: 3 }, () => ['sophon_video_camera_small']))
  alice.engine.configRemoteAudio('bob', true)
  await alice.engine.subscribe('bob')
  await until(() => expect(updates.at(-1)?.ids, 'audio first, also when it comes later').toEqual(['sophon_audio', 'sophon_video_camera_small']))
  await alice.engine.unSubscribe('bob')
  await until(() => expect(updates.at(-1)?.ids).toEqual([]))
  expect(updates).toHaveLength(5)
  expect(new Set(updates.map(({ stream }) => stream)).size, 'new ones').toBe(5)

  await alice.engine.subscribe('bob')
  await until(() => expect(updates).toHaveLength(6))
  let before: string[] | undefined
  alice.engine.on('onUnPublisher', () => { before = updates.at(-1)?.ids })
  await bob.engine.unPublish()
  await until(() => expect(before, 'the end of the stream is told before the end of the publication').toEqual([]))
})

it('customPlay: nothing is told of who has left, nor after our own leave', async () => {
  const { alice, bob, updates } = await publishing({ customPlay: true })
  await alice.engine.subscribe('bob')
  await until(() => expect(updates).toHaveLength(1))
  const present: unknown[] = []
  alice.engine.on('onMediaStreamUpdate', ({ userId }) => { present.push(alice.engine.getUserInfo(userId)) })
  await bob.engine.leaveChannel()
  await until(() => expect(alice.story().at(-1)).toBe('onLeave bob'))
  expect(present).not.toContain(null)
  await bob.join()
  await bob.engine.publish()
  await until(() => expect(alice.story().at(-1)).toBe('onPublisher bob'))
  await alice.engine.subscribe('bob')
  await until(() => expect(updates.at(-1)?.ids).toEqual(both))
  const told = updates.length
  await alice.engine.leaveChannel()
  await bob.engine.unPublish()
  expect(updates).toHaveLength(told)
})

it('customPlay: the SDK plays nothing, and says so; audio is still metered', async () => {
  const play = vi.spyOn(HTMLMediaElement.prototype, 'play')
  const { alice, updates } = await publishing({ customPlay: true })
  await alice.engine.subscribe('bob')
  await until(() => expect(updates).toHaveLength(1))
  const element = document.createElement('video')
  expect(alice.engine.setDisplayRemoteVideo('bob', element, 1)).toBe(false)
  expect(alice.engine.muteRemoteAudioPlaying('bob', true)).toBe(false)
  expect(alice.engine.muteAllRemoteAudioPlaying(true)).toBe(false)
  expect(alice.engine.setAudioVolume('bob', 0.5)).toBe(false)
  expect(alice.engine.setAudioVolume(-1, 0.5)).toBe(false)
  expect(alice.engine.getAudioVolume('bob')).toBe(-1)
  expect(alice.engine.getUserInfo('bob')?.muteAudioPlaying).toBe(false)
  expect(element.srcObject).toBe(null)
  expect(play).not.toHaveBeenCalled()
  const [track] = updates[0]?.stream.getAudioTracks() ?? []
  expect(track && alice.engine.getTrackLabel(track)).toBe('sophon_audio')

  const level = vi.fn()
  alice.engine.on('onAudioLevel', (rows) => { level(rows.find((row) => row.userId === 'bob')?.level) })
  alice.engine.enableAudioVolumeIndicator = true
  await until(() => expect(Math.max(0, ...level.mock.calls.map(([value]) => Number(value ?? 0)))).toBeGreaterThan(0)) // the fake microphone beeps
})

it('isSupport turns customPlay on, and a later one leaves it so', async () => {
  const { alice, updates } = await publishing()
  await alice.engine.isSupport({ isReceiveOnly: true, customPlay: true })
  await alice.engine.isSupport()
  expect(alice.engine.setDisplayRemoteVideo('bob', document.createElement('video'), 1)).toBe(false)
  await alice.engine.subscribe('bob')
  await until(() => expect(updates.at(-1)?.ids).toEqual(both))
})

it('without customPlay there is no onMediaStreamUpdate', async () => {
  const { alice, updates } = await publishing()
  const legacy = alice.engine.on('onMediaStream', () => undefined)
  await alice.engine.subscribe('bob')
  const element = document.createElement('video')
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await until(() => expect(element.srcObject).not.toBe(null))
  legacy()
  expect(updates).toEqual([])
})

it('onMediaStream brings subscriber and stream, and both go into the old setDisplayRemoteVideo', async () => {
  const { alice } = await publishing()
  const element = document.createElement('video')
  const told: [MediaStreamSubscriber, string[], boolean][] = []
  const shows = (subscriber: MediaStreamSubscriber, stream: MediaStream): void => {
    told.push([subscriber, idsOf(stream), alice.engine.setDisplayRemoteVideo(subscriber, element, stream)])
  }
  alice.engine.on('onMediaStream', shows)
  const subscribeId = await alice.engine.subscribe('bob')
  await until(() => expect(told).toEqual([[{ userId: 'bob', displayName: 'BOB', publishId: 'bob', subscribeId }, both, true]]))
  expect(idsOf(element.srcObject as MediaStream).sort()).toEqual(both) // shown just before
  await until(() => expect(element.videoWidth).toBe(640))
  expect(alice.engine.muteRemoteAudioPlaying('bob', true)).toBe(true)
  expect(element.muted, 'it is a view as any other').toBe(true)

  await alice.engine.unSubscribe('bob')
  await until(() => expect(element.srcObject).toBe(null))
  expect(told, 'the end of a subscription is none').toHaveLength(1)
  alice.engine.off('onMediaStream', shows)
  await alice.engine.subscribe('bob')
  await until(() => expect(element.srcObject).not.toBe(null))
  expect(told).toHaveLength(1)
})

it('the old setDisplayRemoteVideo shows a stream of a screen alone as the screen, and refuses what is no stream and no element', async () => {
  const { alice, bob } = await publishing()
  const told: [MediaStreamSubscriber, MediaStream][] = []
  alice.engine.on('onMediaStream', (...values) => { told.push(values) })
  bob.engine.configLocalScreenPublish = true
  const canvas = document.createElement('canvas')
  canvas.getContext('2d')?.fillRect(0, 0, 1, 1)
  vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockResolvedValue(canvas.captureStream())
  await bob.engine.publish()
  alice.engine.configRemoteAudio('bob', false)
  alice.engine.configRemoteCameraTrack('bob', true, false)
  alice.engine.configRemoteScreenTrack('bob', true)
  await until(async () => expect(await outcome(() => alice.engine.subscribe('bob'))).toBe('bob'))
  await until(() => expect(told.map(([, stream]) => idsOf(stream))).toEqual([['sophon_video_screen_share']]))
  const [subscriber, stream] = told[0] ?? []
  if (subscriber === undefined || stream === undefined) throw new Error('checked just before')
  const element = document.createElement('video')
  expect(alice.engine.setDisplayRemoteVideo(subscriber, element, stream)).toBe(true)
  expect(idsOf(element.srcObject as MediaStream)).toEqual(['sophon_video_screen_share']) // shown just before
  expect(alice.engine.setDisplayRemoteVideo(subscriber, element, 1 as never)).toBe(false)
  expect(alice.engine.setDisplayRemoteVideo(subscriber, {} as never, stream)).toBe(false)
  expect(alice.engine.setDisplayRemoteVideo({ ...subscriber, publishId: 'eve' }, element, stream)).toBe(false)
  expect(alice.engine.setDisplayRemoteVideo({} as never, element, stream)).toBe(false)
})

it('compat 1.16: no audio without a view', async () => {
  const play = vi.spyOn(HTMLMediaElement.prototype, 'play') // calls the real one
  const { alice, channel } = await publishing({ compat: '1.16' })
  await alice.engine.subscribe('bob')
  const ended = alice.engine.getUserInfo('bob')?.streamConfigs.filter((row) => row.subscribed)
  expect(ended).toHaveLength(2)
  channel.linkOf('alice').receive('bob') // the tracks have come
  expect(play).not.toHaveBeenCalled()
  const screen = document.createElement('video')
  alice.engine.setDisplayRemoteVideo('bob', screen, 2)
  expect(idsOf(screen.srcObject as MediaStream), 'the screen\'s view brings the sound').toEqual(['sophon_audio']) // shown just before
  expect(play).toHaveBeenCalledTimes(1)
})
