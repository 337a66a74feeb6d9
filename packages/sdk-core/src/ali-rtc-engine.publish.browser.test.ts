import { userEvent } from 'vitest/browser'
import { afterEach, expect, it, vi } from 'vitest'
import { MemoryChannel, type MemoryLink } from '../test/memory-channel.js'
import { outcome, participant, until, type Participant } from '../test/participant.js'
import { AliRtcError } from './index.js'
import { AUDIO_MAX_BITRATE } from './media/local-choices.js'

afterEach(() => { vi.restoreAllMocks() })

/** Alice in a channel, with her end of the link and an onlooker. */
async function joined(): Promise<{ channel: MemoryChannel; alice: Participant; bob: Participant; link: MemoryLink }> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob']))
  alice.heard.length = 0
  await until(() => expect(bob.story()).toEqual(['onJoin alice']))
  bob.heard.length = 0
  return { channel, alice, bob, link: channel.linkOf('alice') }
}

/** The devices of this browser, with one of them failing as browsers let it fail. */
function failing(kind: 'audio' | 'video', name: string): void {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation((constraints) =>
    (constraints?.[kind] ? Promise.reject(new DOMException('cannot', name)) : real(constraints)))
}

/** A screen that the user chose. */
function sharing(): () => MediaStreamTrack | undefined {
  let track: MediaStreamTrack | undefined
  vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockImplementation(async () => {
    const stream = document.createElement('canvas').captureStream()
    track = stream.getVideoTracks()[0]
    return stream
  })
  return () => track
}

const state = (participant: Participant) => Object.fromEntries(
  participant.engine.getUserInfo('alice')?.streamConfigs.map(({ label, state }) => [label.replace(/^sophon_(video_)?/, ''), state]) ?? [])

it('publishes microphone and camera in one announcement, with the documented sizes and bounds', async () => {
  const { alice, bob, link } = await joined()
  await alice.engine.publish()
  expect(link.calls.filter((call) => call.startsWith('announce'))).toEqual(['announce audio,camera'])
  expect(link.sent.get('audio')?.options).toEqual({ maxBitrate: AUDIO_MAX_BITRATE, muted: false })
  expect(link.sent.get('camera')?.options).toEqual({ maxBitrate: 500_000, maxFramerate: 15, muted: false })
  expect(link.sent.get('camera')?.track.getSettings()).toMatchObject({ width: 640, height: 480 })
  expect(link.sent.get('audio')?.track.getSettings()).toMatchObject({ echoCancellation: false, noiseSuppression: false, autoGainControl: false })
  await until(() => expect(bob.story()).toEqual(['onPublisher alice']))
  expect(state(bob)).toEqual({ audio: 'active', camera_large: 'active', camera_small: 'active', screen_share: 'inactive' })
  const labels = [...link.sent.values()].map(({ track }) => alice.engine.getTrackLabel(track))
  expect(labels).toEqual(['sophon_audio', 'sophon_video_camera_large'])
  expect(bob.engine.getTrackLabel(undefined as never), 'no track is no track of ours').toBe(undefined)
})

it('captures only what is switched on', async () => {
  const getUserMedia = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
  const { alice, link } = await joined()
  alice.engine.configLocalCameraPublish = false
  await alice.engine.publish()
  expect(getUserMedia.mock.calls.map(([constraints]) => [Boolean(constraints?.audio), constraints?.video])).toEqual([[true, false]])
  expect([...link.sent.keys()]).toEqual(['audio'])
})

it('the same flags again send nothing; changed ones re-announce; none end it', async () => {
  const { alice, bob, link } = await joined()
  const flags = (audio: boolean, camera: boolean) => {
    alice.engine.configLocalAudioPublish = audio
    alice.engine.configLocalCameraPublish = camera
    return alice.engine.publish()
  }
  await flags(false, false)
  expect(link.calls.filter((call) => call !== 'join'), 'nothing on, nothing sent').toEqual([])
  await flags(true, true)
  const { length } = link.calls
  await flags(true, true)
  expect(link.calls).toHaveLength(length)
  const camera = link.sent.get('camera')?.track
  await flags(true, false)
  expect(camera?.readyState, 'the camera is released').toBe('ended')
  await until(() => expect(bob.story()).toEqual(['onPublisher alice', 'onPublisher alice']))
  expect(state(bob)).toMatchObject({ audio: 'active', camera_large: 'inactive' })
  await flags(false, false)
  await until(() => expect(bob.story().at(-1)).toBe('onUnPublisher alice'))
  expect(bob.heard.at(-1)?.payload).toMatchObject({ streamConfigs: [] })
  await flags(true, false)
  await alice.engine.unPublish()
  expect(alice.engine.configLocalAudioPublish, 'the flags stay').toBe(true)
  await until(() => expect(bob.story().slice(3)).toEqual(['onPublisher alice', 'onUnPublisher alice']))
})

it('a second publish while one is pending has 10500, and the first is not disturbed', async () => {
  const { alice, link } = await joined()
  const [first, second] = [outcome(() => alice.engine.publish()), outcome(() => alice.engine.publish())]
  expect(await second).toBe(10500)
  expect(await first).toBe(undefined)
  expect(link.sent.size).toBe(2)
})

it.each([
  ['audio', 'NotFoundError', 10001], ['audio', 'NotAllowedError', 10003], ['audio', 'NotReadableError', 10005], ['audio', 'OddError', 10000],
] as const)('a microphone that fails rejects: %s %s', async (kind, name, code) => {
  const { alice, link } = await joined()
  failing(kind, name)
  expect(await outcome(() => alice.engine.publish())).toBe(code)
  expect(alice.heard).toEqual([])
  expect(link.sent.size).toBe(0)
  vi.restoreAllMocks()
  await alice.engine.publish()
  expect(link.sent.size).toBe(2)
})

it.each([['NotFoundError', 10002], ['NotAllowedError', 10004], ['NotReadableError', 10006], ['OverconstrainedError', 10007]] as const)(
  'a camera that fails is told while the audio goes on: %s', async (name, code) => {
    const { alice, link } = await joined()
    failing('video', name)
    await alice.engine.publish()
    expect(alice.heard).toMatchObject([{ name: 'onError', payload: { errorCode: code } }])
    expect([...link.sent.keys()]).toEqual(['audio'])
    alice.engine.configLocalAudioPublish = false
    expect(await outcome(() => alice.engine.publish()), 'alone it rejects').toBe(code)
    expect([...link.sent.keys()], 'and what was sent goes on').toEqual(['audio'])
  })

it('a link that refuses leaves nothing behind', async () => {
  const { alice, link } = await joined()
  const opened: MediaStreamTrack[] = []
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    const stream = await real(constraints)
    opened.push(...stream.getTracks())
    return stream
  })
  link.refuse('publishTrack', new AliRtcError(10401, 'answer'))
  expect(await outcome(() => alice.engine.publish())).toBe(10401)
  expect(opened.map((track) => track.readyState)).toEqual(['ended', 'ended'])
  expect(await outcome(() => alice.engine.unPublish())).toBe(16843778)
})

it('leaving while capturing releases what comes of it', async () => {
  const { alice } = await joined()
  const opened: MediaStreamTrack[] = []
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints) => {
    const stream = await real(constraints)
    opened.push(...stream.getTracks())
    return stream
  })
  const publishing = outcome(() => alice.engine.publish())
  await alice.engine.leaveChannel()
  expect(await publishing).toBe(16843524)
  expect(opened.map((track) => track.readyState)).toEqual(['ended', 'ended'])
  expect(alice.story(), 'no error').toEqual(['onConnectionChange disconnected'])
})

it('leaving while the link publishes rejects with 16843524, whatever broke first', async () => {
  const { alice, link } = await joined()
  let fail = (_error: AliRtcError): void => undefined
  const send = vi.spyOn(link, 'publishTrack').mockImplementation(() => new Promise((_, reject) => { fail = reject }))
  const publishing = outcome(() => alice.engine.publish())
  await until(() => expect(send).toHaveBeenCalledTimes(2))
  await alice.engine.leaveChannel()
  fail(new AliRtcError(10401, 'the connection was closed'))
  expect(await publishing).toBe(16843524)
})

it('a screen is shared beside the camera, and its end takes it back', async () => {
  const { alice, bob, link } = await joined()
  const screen = sharing()
  await alice.engine.publish()
  alice.engine.configLocalScreenPublish = true
  await alice.engine.publish()
  expect(link.sent.get('screen')?.options).toEqual({ maxBitrate: 1_500_000, maxFramerate: 10, muted: false })
  await until(() => expect(state(bob)).toMatchObject({ screen_share: 'active' }))

  const flagAtEvent: boolean[] = []
  alice.engine.on('onError', () => flagAtEvent.push(alice.engine.configLocalScreenPublish))
  screen()?.stop()
  screen()?.dispatchEvent(new Event('ended')) // as a browser does when its bar ends the sharing
  await until(() => expect(state(bob)).toMatchObject({ screen_share: 'inactive', camera_large: 'active' }))
  expect(alice.heard).toMatchObject([{ name: 'onError', payload: { errorCode: 10012 } }])
  expect(flagAtEvent).toEqual([false])
  const { length } = link.calls
  await alice.engine.publish()
  expect(link.calls, 'nothing is left to do').toHaveLength(length)
})

it('the browser\'s own screen capture is taken in the turn of the click', async () => {
  const { alice, link } = await joined()
  alice.engine.configLocalAudioPublish = alice.engine.configLocalCameraPublish = false
  alice.engine.configLocalScreenPublish = true
  const button = document.createElement('button')
  button.textContent = 'share'
  document.body.append(button)
  const shared = new Promise((resolve) => { button.addEventListener('click', () => resolve(outcome(() => alice.engine.publish())), { once: true }) })
  await userEvent.click(button)
  expect(await shared).toBe(undefined)
  expect(link.sent.get('screen')?.track.readyState).toBe('live')
  button.remove()
})

it('a picker that is cancelled switches the flag off: told, and rejected when nothing else is on', async () => {
  const { alice, link } = await joined()
  vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockRejectedValue(new DOMException('Permission denied', 'NotAllowedError'))
  alice.engine.configLocalScreenPublish = true
  await alice.engine.publish()
  expect(alice.heard).toMatchObject([{ name: 'onError', payload: { errorCode: 10011 } }])
  expect(alice.engine.configLocalScreenPublish).toBe(false)
  expect([...link.sent.keys()]).toEqual(['audio', 'camera'])

  await alice.engine.unPublish()
  alice.engine.configLocalAudioPublish = alice.engine.configLocalCameraPublish = false
  alice.engine.configLocalScreenPublish = true
  expect(await outcome(() => alice.engine.publish())).toBe(10400)
  expect(alice.engine.configLocalScreenPublish).toBe(false)
})

it.each([['audio', 10008], ['camera', 10009]] as const)('an unplugged %s is told, and no longer announced; publish brings it back', async (slot, code) => {
  const { alice, bob, link } = await joined()
  await alice.engine.publish()
  const label = slot === 'audio' ? 'audio' : 'camera_large'
  await until(() => expect(state(bob)).toMatchObject({ [label]: 'active' }))
  const track = link.sent.get(slot)?.track
  failing(slot === 'audio' ? 'audio' : 'video', 'NotFoundError') // and there is no other
  track?.stop()
  track?.dispatchEvent(new Event('ended'))
  await until(() => expect(state(bob)).toMatchObject({ [label]: 'inactive' }))
  expect(alice.heard).toMatchObject([{ name: 'onError', payload: { errorCode: code } }])
  vi.restoreAllMocks()
  await alice.engine.publish()
  await until(() => expect(state(bob)).toMatchObject({ [label]: 'active' }))
  expect(link.sent.get(slot)?.track.readyState).toBe('live')
})

it('muting silences at once, tells everybody, and defaults to mute', async () => {
  const { alice, bob, link } = await joined()
  expect([alice.engine.muteLocalMic(), alice.engine.muteLocalCamera()]).toEqual([false, false])
  await alice.engine.publish()
  await until(() => expect(bob.story()).toEqual(['onPublisher alice']))
  expect([alice.engine.muteLocalMic(), alice.engine.muteLocalCamera()]).toEqual([true, true])
  expect([link.sent.get('audio')?.track.enabled, link.sent.get('camera')?.track.enabled]).toEqual([false, false])
  await until(() => expect(bob.story().slice(1)).toEqual(['onNotify', 'onNotify']))
  expect(bob.engine.getUserInfo('alice')?.streamConfigs.map((row) => row.muted)).toEqual([true, true, true, false])
  await until(() => expect(alice.heard).toEqual([1, 2].map(() => ({ name: 'onNotify', payload: alice.engine.getUserList() }))))
  const announce = vi.spyOn(link, 'setMuted')
  expect(alice.engine.muteLocalMic(true), 'muted already').toBe(true)
  expect(announce).not.toHaveBeenCalled()
  expect(alice.engine.muteLocalMic(false)).toBe(true)
  expect(announce).toHaveBeenCalledTimes(1)
  expect(link.sent.get('audio')?.track.enabled).toBe(true)

  link.refuse('setMuted', new AliRtcError(20003, 'too many'))
  alice.engine.muteLocalMic(true)
  await until(() => expect(alice.heard.filter(({ name }) => name === 'onError')).toMatchObject([{ payload: { errorCode: 20003 } }]))
})

it('publishing again unmutes, but for a sticky mute', async () => {
  const { alice, link } = await joined()
  const again = async () => {
    await alice.engine.unPublish()
    await alice.engine.publish()
    return [link.sent.get('audio')?.options.muted, link.sent.get('audio')?.track.enabled]
  }
  alice.engine.configLocalCameraPublish = false
  await alice.engine.publish()
  alice.engine.muteLocalMic(true)
  expect(await again()).toEqual([false, true])
  alice.engine.muteLocalMic(true, true)
  expect(await again()).toEqual([true, false])
  alice.engine.muteLocalMic(false)
  expect(await again()).toEqual([false, true])
})

it('preview and publishing share a camera: muting one does not blacken the other, and the last one releases it', async () => {
  const getUserMedia = vi.spyOn(navigator.mediaDevices, 'getUserMedia')
  const { alice, link } = await joined()
  const [first, second] = [document.createElement('video'), document.createElement('video')]
  await alice.engine.startPreview(first)
  const preview = (first.srcObject as MediaStream).getVideoTracks()[0] // startPreview set a stream
  await until(() => expect(first.videoWidth, 'larger than what is sent').toBe(1280))
  await alice.engine.publish()
  const sent = link.sent.get('camera')?.track
  expect(getUserMedia.mock.calls.filter(([constraints]) => constraints?.video), 'one capture').toHaveLength(1)
  await until(() => expect(sent?.getSettings(), 'as it says with its next frame').toMatchObject({ width: 640, height: 480 }))
  alice.engine.muteLocalCamera()
  expect([sent?.enabled, preview?.enabled]).toEqual([false, true])

  await alice.engine.startPreview(second)
  expect(first.srcObject).toBe(null)
  expect((second.srcObject as MediaStream).getVideoTracks()).toEqual([preview])
  await alice.engine.stopPreview()
  expect(second.srcObject).toBe(null)
  expect([preview?.readyState, sent?.readyState]).toEqual(['ended', 'live'])
  await alice.engine.startPreview(first)
  expect((first.srcObject as MediaStream).getVideoTracks()[0]?.enabled, 'a muted camera still has a preview').toBe(true)
  await alice.engine.leaveChannel()
  expect(sent?.readyState).toBe('ended')
  await until(() => expect((first.srcObject as MediaStream).getVideoTracks()[0]?.readyState).toBe('live'))
  await alice.engine.stopPreview()
  await alice.engine.stopPreview()
})

it('a preview that a freeze of the page paused plays on, for as long as it is shown', async () => {
  const { engine } = participant(new MemoryChannel(), 'alice')
  const video = document.createElement('video')
  const freeze = () => {
    document.dispatchEvent(new Event('freeze'))
    video.pause() // as Chromium does, see `browser-facts.md`
    document.dispatchEvent(new Event('resume'))
  }
  await engine.startPreview(video)
  freeze()
  expect(video.paused).toBe(false)
  await engine.stopPreview()
  video.srcObject = new MediaStream()
  void video.play().catch(() => undefined) // never mind what: it is the app's again
  freeze()
  expect(video.paused).toBe(true)
})

it('a preview that cannot start rejects, and one that is stopped while it starts releases the camera', async () => {
  const { engine } = participant(new MemoryChannel(), 'alice')
  const video = document.createElement('video')
  const starting = outcome(() => engine.startPreview(video))
  await engine.stopPreview()
  expect(await starting).toBe(16974340)
  expect(video.srcObject).toBe(null)
  failing('video', 'NotAllowedError')
  expect(await outcome(() => engine.startPreview(video))).toBe(10004)
})
