import { afterEach, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { MemoryChannel, type MemoryLink } from '../test/memory-channel.js'
import { outcome, participant, until, type Participant } from '../test/participant.js'
import { AliRtcError } from './index.js'

afterEach(() => { vi.restoreAllMocks() })

/** Bob publishes, Alice knows it. */
async function publishing(): Promise<{ channel: MemoryChannel; alice: Participant; bob: Participant; link: MemoryLink }> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob', 'onPublisher bob']))
  return { channel, alice, bob, link: channel.linkOf('alice') }
}

const subscribed = ({ engine }: Participant) => engine.getUserInfo('bob')?.streamConfigs.filter((row) => row.subscribed).map((row) => row.label)
const tracksOf = (element: HTMLMediaElement) => (element.srcObject as MediaStream | null)?.getTracks().map((track) => track.id).sort()

it('applies the switches: defaults, another size, nothing new, all off', async () => {
  const { alice, link } = await publishing()
  const wanted = () => link.calls.filter((call) => call.startsWith('subscribe')).map((call) => JSON.parse(call.slice('subscribe bob '.length)) as unknown)
  expect(await alice.engine.subscribe('bob')).toBe('bob')
  expect(subscribed(alice)).toEqual(['sophon_audio', 'sophon_video_camera_large'])
  await alice.engine.subscribe('bob')
  expect(wanted()).toEqual([{ audio: true, camera: 'large', screen: false }])

  expect(alice.engine.configRemoteCameraTrack('bob', false, true)).toBe(true)
  await alice.engine.subscribe('bob')
  expect(subscribed(alice)).toEqual(['sophon_audio', 'sophon_video_camera_small'])

  alice.engine.configRemoteAudio('bob', false)
  alice.engine.configRemoteCameraTrack('bob', true, false)
  alice.engine.configRemoteScreenTrack('bob', true)
  expect(await outcome(() => alice.engine.subscribe('bob')), 'only the screen is on, and it is not sent').toBe(16974851)
  alice.engine.configRemoteScreenTrack('bob', false)
  await alice.engine.subscribe('bob')
  expect(wanted().slice(1)).toEqual([{ audio: true, camera: 'small', screen: false }, { audio: false, camera: null, screen: false }])
  expect(subscribed(alice)).toEqual([])
})

it('rejects for strangers, for a pending call, and with what the link says; and can be called again', async () => {
  const { alice, link } = await publishing()
  expect(await outcome(() => alice.engine.subscribe('eve'))).toBe(10140)
  expect(await outcome(() => alice.engine.subscribe(Symbol('eve') as never)), 'what cannot be a text').toBe(10140)
  const [first, second] = [outcome(() => alice.engine.subscribe('bob')), outcome(() => alice.engine.subscribe('bob'))]
  expect([await first, await second]).toEqual(['bob', 10500])
  alice.engine.configRemoteAudio('bob', false)
  link.refuse('subscribe', new AliRtcError(20005, 'media'))
  expect(await outcome(() => alice.engine.subscribe('bob'))).toBe(20005)
  expect(subscribed(alice)).toContain('sophon_audio')
  expect(await outcome(() => alice.engine.subscribe('bob'))).toBe('bob')
  expect(subscribed(alice)).toEqual(['sophon_video_camera_large'])
})

it('the switches can be set as soon as the user is there, and end with the session', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await alice.join()
  alice.engine.on('onJoin', ({ userId }) => { alice.engine.configRemoteAudio(userId, false) })
  await bob.join()
  await bob.engine.publish()
  await until(() => expect(alice.story()).toEqual(['onJoin bob', 'onPublisher bob']))
  await alice.engine.subscribe('bob')
  expect(subscribed(alice)).toEqual(['sophon_video_camera_large'])
  await alice.engine.leaveChannel()
  expect(alice.engine.configRemoteAudio('bob', true)).toBe(false)
})

it('a view plays camera and sound, and one that comes later takes the sound over', async () => {
  const { alice } = await publishing()
  const camera = document.createElement('video')
  expect(alice.engine.setDisplayRemoteVideo('bob', camera, 1)).toBe(true)
  await alice.engine.subscribe('bob')
  await until(() => expect(tracksOf(camera)).toEqual(['sophon_audio', 'sophon_video_camera_large']))
  await until(() => expect(camera.videoWidth).toBe(640))
  const before = camera.currentTime
  await until(() => expect(camera.currentTime).toBeGreaterThan(before))

  const [track] = (camera.srcObject as MediaStream).getVideoTracks() // checked just before
  expect(track && alice.engine.getTrackLabel(track)).toBe('sophon_video_camera_large')
  alice.engine.configRemoteCameraTrack('bob', false, true)
  await alice.engine.subscribe('bob')
  await until(() => expect(tracksOf(camera)).toEqual(['sophon_audio', 'sophon_video_camera_small']))
  expect(track && alice.engine.getTrackLabel(track), 'the track follows its layer').toBe('sophon_video_camera_small')
})

it('audio plays without a view, and moves to the view that comes', async () => {
  const plays = vi.spyOn(HTMLMediaElement.prototype, 'play') // calls the real one
  const played = () => plays.mock.contexts.filter((element): element is HTMLMediaElement => element instanceof HTMLMediaElement && !element.muted)
  const { alice } = await publishing()
  await alice.engine.subscribe('bob')
  await until(() => expect(played().map(tracksOf)).toEqual([['sophon_audio']]))
  const [hidden] = played()
  await until(() => expect(hidden?.paused).toBe(false))

  const [screen, camera] = [document.createElement('video'), document.createElement('video')]
  alice.engine.setDisplayRemoteVideo('bob', screen, 2)
  expect([hidden, screen].map((element) => element && tracksOf(element))).toEqual([undefined, ['sophon_audio']])
  alice.engine.setDisplayRemoteVideo('bob', camera, 1)
  expect([screen, camera].map(tracksOf)).toEqual([undefined, ['sophon_audio', 'sophon_video_camera_large']])
})

it('one element serves one view: the last one given', async () => {
  const { alice } = await publishing()
  await alice.engine.subscribe('bob')
  const element = document.createElement('video')
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await until(() => expect(tracksOf(element)).toEqual(['sophon_audio', 'sophon_video_camera_large']))
  alice.engine.setDisplayRemoteVideo('bob', element, 2)
  expect(tracksOf(element)).toEqual(['sophon_audio'])
  const other = document.createElement('video')
  alice.engine.setDisplayRemoteVideo('bob', other, 2)
  expect([tracksOf(element), tracksOf(other)]).toEqual([undefined, ['sophon_audio']])
  expect(alice.engine.setDisplayRemoteVideo('eve', element, 1)).toBe(false)
  expect(alice.engine.setDisplayRemoteVideo('bob', document.createElement('div') as never, 1)).toBe(false)
  expect(alice.engine.setDisplayRemoteVideo('bob', element, 3 as never)).toBe(false)
})

it('who leaves, and our own leave, clear the views', async () => {
  const { alice, bob } = await publishing()
  await alice.engine.subscribe('bob')
  const element = document.createElement('video')
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await until(() => expect(tracksOf(element)).toHaveLength(2))
  await bob.engine.leaveChannel()
  await until(() => expect(alice.story().at(-1)).toBe('onLeave bob'))
  expect(element.srcObject).toBe(null)

  await bob.join()
  await bob.engine.publish()
  await until(() => expect(alice.story().at(-1)).toBe('onPublisher bob'))
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await alice.engine.subscribe('bob')
  await until(() => expect(tracksOf(element)).toHaveLength(2))
  await alice.engine.leaveChannel()
  expect(element.srcObject).toBe(null)
})

it('a refused play keeps the picture, names the user, and the next gesture brings the sound', async () => {
  const { alice } = await publishing()
  const element = document.createElement('video')
  // What a browser answers before the user has touched the page
  vi.spyOn(element, 'play').mockRejectedValueOnce(new DOMException('user gesture needed', 'NotAllowedError'))
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await alice.engine.subscribe('bob')
  await until(() => expect(alice.heard.at(-1)).toMatchObject({ name: 'onError', payload: { errorCode: 10201, userId: 'bob' } }))
  expect(element.muted).toBe(true)
  await until(() => expect(element.paused).toBe(false))
  const active = vi.spyOn(UserActivation.prototype, 'isActive', 'get').mockReturnValue(false)
  await userEvent.keyboard('{Escape}')
  active.mockRestore()
  expect(element.muted, 'a key that is no activation').toBe(true)
  await userEvent.click(document.body)
  expect(element.muted).toBe(false)
  await until(() => expect(element.paused).toBe(false))

  const other = document.createElement('video')
  vi.spyOn(other, 'play').mockRejectedValueOnce(new DOMException('odd', 'NotSupportedError'))
  alice.engine.setDisplayRemoteVideo('bob', other, 1)
  await until(() => expect(alice.heard.at(-1)).toMatchObject({ name: 'onError', payload: { errorCode: 10200, userId: 'bob' } }))
})
