import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { MemoryChannel, type MemoryLink } from '../test/memory-channel.js'
import { outcome, participant, until, type Participant } from '../test/participant.js'
import type { AliRtcEngine } from './index.js'

afterEach(() => { vi.restoreAllMocks() })

async function joined(): Promise<{ alice: Participant; engine: AliRtcEngine; link: MemoryLink }> {
  const channel = new MemoryChannel()
  const alice = participant(channel, 'alice')
  await alice.join()
  alice.heard.length = 0
  return { alice, engine: alice.engine, link: channel.linkOf('alice') }
}

/** Everything that a capture brought, of microphone and camera. */
function watched(): { readonly opened: MediaStreamTrack[]; readonly asked: MediaStreamConstraints[] } {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  const [opened, asked]: [MediaStreamTrack[], MediaStreamConstraints[]] = [[], []]
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints = {}) => {
    asked.push(constraints)
    const stream = await real(constraints)
    opened.push(...stream.getTracks())
    return stream
  })
  return { opened, asked }
}

const canvasTrack = (): MediaStreamTrack => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
  canvas.getContext('2d')?.fillRect(0, 0, 320, 240)
  return canvas.captureStream(10).getVideoTracks()[0]! // a canvas stream has one
}

/** A tone, in a context of its own that ends with the test. */
function tone(hertz: number): MediaStreamTrack {
  const context = new AudioContext()
  onTestFinished(() => context.close())
  const [oscillator, out] = [new OscillatorNode(context, { frequency: hertz }), context.createMediaStreamDestination()]
  oscillator.connect(out)
  oscillator.start()
  return out.stream.getAudioTracks()[0]! // a destination has one
}

/** How strong a frequency is in what a track carries now, dB. */
function listener(track: MediaStreamTrack): (hertz: number) => number {
  const context = new AudioContext()
  onTestFinished(() => context.close())
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 })
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
  return (hertz) => {
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    return bins[Math.round((hertz / context.sampleRate) * analyser.fftSize)] ?? -Infinity
  }
}

/** As a device or a browser's bar ends a track; `stop()` alone says nothing. */
function end(track: MediaStreamTrack | undefined): void {
  track?.stop()
  track?.dispatchEvent(new Event('ended'))
}

const errors = (alice: Participant) => alice.heard.filter(({ name }) => name === 'onError').map(({ payload }) => (payload as { code: number }).code)

it('without enableCamera no camera is opened: isSupport and a first publish leave it out, a preview and asking for it have 10130', async () => {
  const { engine, link } = await joined()
  const { asked } = watched()
  expect(engine.enableCamera).toBe(true)
  engine.enableCamera = false
  expect(engine.enableCamera).toBe(false)
  const support = await engine.isSupport()
  expect(support).toMatchObject({ isSupported: true, audioDevice: true })
  expect(support).not.toHaveProperty('videoDevice')
  expect(await outcome(() => engine.startPreview(document.createElement('video')))).toBe(10130)
  expect(await outcome(() => engine.getAvailableResolutions())).toBe(10130)
  await engine.publish()
  expect([...link.sent.keys()]).toEqual(['audio'])
  await engine.publish()
  expect(engine.configLocalCameraPublish, 'the flag stays').toBe(true)
  engine.configLocalCameraPublish = true
  expect(await outcome(() => engine.publish())).toBe(10130)
  expect([...link.sent.keys()], 'what was sent goes on').toEqual(['audio'])
  expect(asked.filter(({ video }) => video)).toEqual([])
  engine.enableCamera = true
  await engine.publish()
  expect([...link.sent.keys()]).toEqual(['audio', 'camera'])
})

it('in audio-only mode there is no video of ours, and it is chosen before joining', async () => {
  const channel = new MemoryChannel()
  const { engine, join } = participant(channel, 'alice')
  const { asked } = watched()
  expect(engine.setAudioOnlyMode(true)).toBe(undefined)
  expect(await engine.isSupport()).not.toHaveProperty('videoDevice')
  for (const start of [() => engine.startPreview(document.createElement('video')), () => engine.startScreenSharePreview(document.createElement('video'))]) {
    expect(await outcome(start)).toBe(10120)
  }
  const joining = join()
  expect(engine.setAudioOnlyMode(false), 'joining').toBe(false)
  await joining
  expect(engine.setAudioOnlyMode(false)).toBe(false)
  await engine.publish()
  expect([...channel.linkOf('alice').sent.keys()]).toEqual(['audio'])
  engine.configLocalScreenPublish = true
  expect(await outcome(() => engine.publish())).toBe(10120)
  engine.configLocalScreenPublish = false
  engine.configLocalCameraPublish = true
  expect(await outcome(() => engine.publish())).toBe(10120)
  expect(asked.filter(({ video }) => video)).toEqual([])
})

it('in audio-only mode a first subscribe leaves out the video, and asking for it later has 10120', async () => {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  bob.engine.setAudioOnlyMode(true)
  await alice.join()
  await alice.engine.publish()
  await bob.join()
  await until(() => expect(bob.story()).toContain('onPublisher alice'))
  await bob.engine.subscribe('alice')
  expect(channel.linkOf('bob').wanted.get('alice')).toEqual({ audio: true, camera: null, screen: false })
  await bob.engine.subscribe('alice')
  bob.engine.configRemoteCameraTrack('alice', true, true)
  expect(await outcome(() => bob.engine.subscribe('alice'))).toBe(10120)
  expect(channel.linkOf('bob').wanted.get('alice')).toEqual({ audio: true, camera: null, screen: false })
})

it('a microphone is swapped while it is sent: muted as before, the old one released', async () => {
  const { alice, engine, link } = await joined()
  const { audioDevices } = await engine.getDevices()
  const [, first, second] = audioDevices // the first entry is the default, which is one of the others
  expect(engine.currentAudioCapture).toBe(undefined)
  engine.currentAudioCapture = { deviceId: first!.deviceId }
  await engine.publish()
  const before = link.sent.get('audio')!.track
  expect(before.getSettings().deviceId).toBe(first!.deviceId)
  engine.muteLocalMic()
  engine.currentAudioCapture = second
  expect(engine.currentAudioCapture).toBe(second)
  await until(() => expect(before.readyState).toBe('ended'))
  const after = link.sent.get('audio')!
  expect([after.track.getSettings().deviceId, after.track.enabled, after.options.muted]).toEqual([second!.deviceId, false, true])
  expect(engine.muteLocalMic(false)).toBe(true)
  expect(after.track.enabled).toBe(true)
  expect(errors(alice)).toEqual([])
  expect(link.calls.filter((call) => call.startsWith('unpublish'))).toEqual([])
})

it('a camera is swapped in preview and publication alike', async () => {
  const { alice, engine, link } = await joined()
  const { asked } = watched()
  const video = document.createElement('video')
  await engine.startPreview(video)
  await engine.publish()
  const shown = () => (video.srcObject as MediaStream).getVideoTracks()[0]! // startPreview set a stream of one
  const before = [shown(), link.sent.get('camera')!.track]
  const [camera] = (await engine.getDevices()).videoDevices
  engine.currentCamera = { deviceId: camera!.deviceId }
  await until(() => expect(before.map((track) => track.readyState)).toEqual(['ended', 'ended']))
  expect(asked.at(-1)?.video).toMatchObject({ deviceId: { exact: camera!.deviceId } })
  expect([shown().readyState, link.sent.get('camera')!.track.readyState]).toEqual(['live', 'live'])
  await until(() => expect([shown().getSettings().width, link.sent.get('camera')!.track.getSettings().width]).toEqual([1280, 640]))
  engine.currentCamera = { facingMode: 'environment' }
  await until(() => expect(asked.at(-1)?.video).toMatchObject({ facingMode: 'environment' }))
  expect(errors(alice)).toEqual([])
})

it('a device that does not exist has 10007, and the one in use goes on', async () => {
  const { alice, engine, link } = await joined()
  await engine.publish()
  const before = [...link.sent.values()].map(({ track }) => track)
  engine.currentCamera = { deviceId: 'no-such-camera' }
  await until(() => expect(errors(alice)).toEqual([10007]))
  engine.currentAudioCapture = { deviceId: 'no-such-microphone' }
  await until(() => expect(errors(alice)).toEqual([10007, 10007]))
  expect([...link.sent.values()].map(({ track }) => track)).toEqual(before)
  expect(before.map((track) => track.readyState)).toEqual(['live', 'live'])
  await engine.unPublish()
  expect(await outcome(() => engine.publish()), 'a capture that begins with it').toBe(10007)
  engine.currentCamera = engine.currentAudioCapture = undefined
  await engine.publish()
})

it('a device that opens only once is closed first; when the other does not open either, that is its end', async () => {
  const { alice, engine, link } = await joined()
  await engine.publish()
  const before = link.sent.get('camera')!.track
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  const inUse = () => new DOMException('Could not start video source', 'NotReadableError')
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation((constraints) => (before.readyState === 'live' ? Promise.reject(inUse()) : real(constraints)))
  engine.currentCamera = { facingMode: 'environment' }
  await until(() => expect(link.sent.get('camera')!.track).not.toBe(before))
  expect(link.sent.get('camera')!.track.readyState).toBe('live')
  expect(errors(alice)).toEqual([])
  vi.mocked(navigator.mediaDevices.getUserMedia).mockImplementation(() => Promise.reject(inUse()))
  engine.currentCamera = { facingMode: 'user' }
  await until(() => expect([...link.sent.keys()]).toEqual(['audio']))
  expect(errors(alice)).toEqual([10006])
})

it.each([['currentCamera', 'abc'], ['currentCamera', { facingMode: 'left' }], ['currentAudioCapture', { facingMode: 'user' }], ['videoProfile', { frameRate: 90 }], ['enableCamera', 1]])(
  '%s = %j is refused by name', (name, value) => {
    const { engine } = participant(new MemoryChannel(), 'alice')
    expect(() => { Object.assign(engine, { [name]: value }) }).toThrow(expect.objectContaining({ code: 16974081, parameter: name }))
  })

it('a profile holds for the next capture, and at once for what is sent', async () => {
  const { engine, link } = await joined()
  expect(engine.setVideoProfile({ width: 320, height: 240 }, 1)).toBe(true)
  expect(engine.videoProfile).toEqual({ width: 320, height: 240, frameRate: 15 })
  await engine.publish()
  expect(link.sent.get('camera')!.track.getSettings()).toMatchObject({ width: 320, height: 240, frameRate: 15 })
  expect(link.sent.get('camera')!.options.maxFramerate).toBe(15)
  const { track, options: { maxBitrate } } = link.sent.get('camera')!
  expect(maxBitrate).toBeLessThan(200_000)
  engine.videoProfile = { width: 1280, height: 720, frameRate: 30 }
  await until(() => expect(link.sent.get('camera')!.options).toMatchObject({ maxFramerate: 30 }))
  expect(link.sent.get('camera')!.options.maxBitrate).toBeGreaterThan(1_600_000)
  expect(link.sent.get('camera')!.track, 'the same track').toBe(track)
  await until(() => expect(track.getSettings()).toMatchObject({ width: 1280, height: 720 }))
  expect([engine.setVideoProfile({ frameRate: 4 }, 1), engine.setVideoProfile({}, 3 as 1), engine.setVideoProfile(null as never, 2)]).toEqual([false, false, false])
  expect(engine.setVideoProfile({ width: 1920, height: 1080 }, 2)).toBe(true)
  const share = vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockImplementation(async () => new MediaStream([canvasTrack()]))
  engine.configLocalScreenPublish = true
  await engine.publish()
  expect(share.mock.calls[0]?.[0]?.video).toEqual({ width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 10 } })
  expect(link.sent.get('screen')!.options.maxFramerate).toBe(10)
})

it('resolutions are found one call at a time, and an unknown camera blocks nothing', async () => {
  const { engine } = participant(new MemoryChannel(), 'alice')
  const { opened } = watched()
  const [first, second] = [engine.getAvailableResolutions(), outcome(() => engine.getAvailableResolutions())]
  expect(await second).toBe(10500)
  expect(await first).toEqual([{ width: 1280, height: 720 }, { width: 960, height: 540 }, { width: 640, height: 480 }, { width: 320, height: 240 }])
  expect(opened.every((track) => track.readyState === 'ended')).toBe(true)
  expect(await outcome(() => engine.getAvailableResolutions('no-such-camera'))).toBe(10007)
  expect(await engine.getAvailableResolutions('user')).toHaveLength(4)
  const { videoDevices } = await engine.getDevices()
  expect(await engine.getAvailableResolutions(videoDevices[0]!.deviceId)).toHaveLength(4)
  const refusing = vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockClear().mockRejectedValue(new DOMException('Permission denied', 'NotAllowedError'))
  expect(await outcome(() => engine.getAvailableResolutions())).toBe(10004)
  expect(refusing, 'the user is asked once').toHaveBeenCalledTimes(1)
})

it('a running preview changes its size with high definition', async () => {
  const { engine } = participant(new MemoryChannel(), 'alice')
  const video = document.createElement('video')
  await engine.startPreview(video)
  await until(() => expect(video.videoWidth).toBe(1280))
  expect(engine.enableHighDefinitionPreview(false)).toBe(true)
  await until(() => expect(video.videoWidth).toBe(640))
  vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1')
  expect(engine.enableHighDefinitionPreview(true)).toBe(false)
})

it('tracks of the app take the place of the devices, and are never stopped', async () => {
  const { engine, link } = await joined()
  const { asked } = watched()
  const picker = vi.spyOn(navigator.mediaDevices, 'getDisplayMedia')
  const [audio, camera, screen] = [tone(500), canvasTrack(), canvasTrack()]
  expect([
    engine.setExternalMediaTrack(audio, 1), engine.setExternalMediaTrack(camera, 0), engine.setExternalMediaTrack({} as never, 1),
    engine.setExternalMediaTrack(audio, 3 as 0), engine.setExternalMediaTrack(undefined as never, 0), engine.setExternalMediaTrack(audio, Object.create(null) as 0),
  ]).toEqual([false, false, false, false, false, false])
  expect([engine.setExternalMediaTrack(audio, 0), engine.setExternalMediaTrack(camera, 1), engine.setExternalMediaTrack(screen, 2)]).toEqual([true, true, true])
  engine.enableCamera = false // a picture of the app's own opens none
  engine.configLocalScreenPublish = true
  await engine.publish()
  expect([...link.sent.values()].map(({ track }) => track)).toEqual([audio, camera, screen])
  expect(link.sent.get('camera')!.options.maxFramerate, 'its frame rate is its own').toBe(undefined)
  expect(asked).toEqual([])
  expect(picker).not.toHaveBeenCalled()
  expect(engine.getTrackLabel(camera)).toBe('sophon_video_camera_large')
  expect(engine.setExternalMediaTrack(null, 1), 'not while publishing').toBe(false)
  engine.muteLocalCamera()
  expect(camera.enabled).toBe(false)
  await engine.unPublish()
  expect([audio, camera, screen].map((track) => [track.readyState, track.enabled])).toEqual([['live', true], ['live', true], ['live', true]])

  engine.enableCamera = true
  engine.configLocalScreenPublish = false
  await engine.publish()
  expect(asked.map((each) => [Boolean(each.audio), Boolean(each.video)]), 'they are set anew before each publication').toEqual([[true, true]])
  await engine.unPublish()
  engine.setExternalMediaTrack(camera, 1)
  expect(engine.setExternalMediaTrack(null, 1)).toBe(true)
  await engine.publish()
  expect(link.sent.get('camera')!.track).not.toBe(camera)
})

it('a preview shows the camera beside the app\'s own picture, and its end is not the end of that', async () => {
  const { alice, engine, link } = await joined()
  const camera = canvasTrack()
  engine.setExternalMediaTrack(camera, 1)
  const video = document.createElement('video')
  await engine.startPreview(video)
  await until(() => expect(video.videoWidth).toBe(1280))
  await engine.publish()
  expect(link.sent.get('camera')!.track).toBe(camera)
  end((video.srcObject as MediaStream).getVideoTracks()[0]) // startPreview set a stream
  await until(() => expect(video.srcObject).toBe(null))
  expect(errors(alice)).toEqual([10009])
  expect(link.sent.get('camera')!.track).toBe(camera)
})

it.each([[0, 10008, 'audio'], [1, 10009, 'camera'], [2, 10012, 'screen']] as const)('the end of an external track of type %d has %d, and the slot is taken back', async (type, code, slot) => {
  const { alice, engine, link } = await joined()
  engine.configLocalScreenPublish = type === 2
  const track = type === 0 ? tone(500) : canvasTrack()
  engine.setExternalMediaTrack(track, type)
  await engine.publish()
  end(track)
  await until(() => expect([...link.sent.keys()]).not.toContain(slot))
  expect(errors(alice)).toEqual([code])
  if (type === 2) return expect(engine.configLocalScreenPublish).toBe(false)
  await engine.publish()
  expect(link.sent.get(slot)!.track, 'the device in its place').not.toBe(track)
})

it('an external track that ended before it was sent is told by its code, and forgotten', async () => {
  const { engine, link } = await joined()
  const track = tone(500)
  engine.setExternalMediaTrack(track, 0)
  track.stop()
  expect(engine.setExternalMediaTrack(track, 0), 'an ended one is refused').toBe(false)
  expect(await outcome(() => engine.publish())).toBe(10008)
  await engine.publish()
  expect(link.sent.get('audio')!.track.readyState).toBe('live')
})

it('the screen is previewed and published from one choice, and its end takes back both', async () => {
  const { alice, engine, link } = await joined()
  const picker = vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockImplementation(async () => new MediaStream([canvasTrack()]))
  const video = document.createElement('video')
  expect(await outcome(() => engine.startScreenSharePreview('video' as never))).toBe(16974081)
  await engine.startScreenSharePreview(video)
  await until(() => expect(video.videoWidth).toBeGreaterThan(0))
  engine.configLocalScreenPublish = true
  await engine.publish()
  expect(picker).toHaveBeenCalledTimes(1)
  const [shown] = (video.srcObject as MediaStream).getVideoTracks() // startScreenSharePreview set a stream
  end(shown)
  await until(() => expect([...link.sent.keys()]).toEqual(['audio', 'camera']))
  expect(errors(alice)).toEqual([10012])
  expect([video.srcObject, engine.configLocalScreenPublish]).toEqual([null, false])
  await engine.startScreenSharePreview(video)
  const [again] = (video.srcObject as MediaStream).getVideoTracks() // as above
  await engine.stopScreenSharePreview()
  expect([video.srcObject, again?.readyState]).toEqual([null, 'ended'])
  picker.mockRejectedValue(new DOMException('Permission denied', 'NotAllowedError'))
  expect(await outcome(() => engine.startScreenSharePreview(video))).toBe(10011)
  vi.spyOn(navigator, 'mediaDevices', 'get').mockReturnValue({} as never)
  expect(await outcome(() => engine.startScreenSharePreview(video))).toBe(10025)
})

it('the sound of a shared screen is mixed into our audio while both are sent, and muted with it', async () => {
  const { engine, link } = await joined()
  const started = vi.fn()
  engine.on('onShareSystemAudioStart', started)
  const [voice, sound] = [tone(500), tone(2000)]
  vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockImplementation(async () => new MediaStream([canvasTrack(), sound]))
  engine.setExternalMediaTrack(voice, 0)
  engine.configLocalCameraPublish = false
  await engine.publish()
  engine.configLocalScreenPublish = true
  await engine.publish()
  expect(started).toHaveBeenCalledExactlyOnceWith(undefined)
  const mixed = link.sent.get('audio')!.track
  expect(mixed).not.toBe(voice)
  expect(engine.getTrackLabel(mixed)).toBe('sophon_audio')
  const level = listener(mixed)
  // In one look: while the tones begin within the analyser's window they are heard at every frequency, at up to -56 dB
  await until(() => {
    expect(Math.min(level(500), level(2000)), 'two tones near full scale').toBeGreaterThan(-30)
    expect(level(1200), 'and nothing beside them').toBeLessThan(-60)
  })
  engine.muteLocalMic()
  await until(() => expect(Math.max(level(500), level(2000))).toBe(-Infinity))

  engine.configLocalScreenPublish = false
  await engine.publish()
  expect([link.sent.get('audio')!.track, voice.enabled, mixed.readyState, sound.readyState], 'the microphone alone, still muted').toEqual([voice, false, 'ended', 'ended'])
  expect(link.sent.get('audio')!.options.muted).toBe(true)
})

it('a microphone swapped under a shared sound is mixed anew, and a shared sound without our audio is not sent', async () => {
  const { engine, link } = await joined()
  const started = vi.fn()
  engine.on('onShareSystemAudioStart', started)
  const sound = tone(2000)
  vi.spyOn(navigator.mediaDevices, 'getDisplayMedia').mockImplementation(async () => new MediaStream([canvasTrack(), sound]))
  engine.configLocalCameraPublish = engine.configLocalAudioPublish = false
  engine.configLocalScreenPublish = true
  await engine.publish()
  expect([...link.sent.keys()]).toEqual(['screen'])
  expect(started).not.toHaveBeenCalled()
  engine.configLocalAudioPublish = true
  await engine.publish()
  expect(started).toHaveBeenCalledTimes(1)
  const before = link.sent.get('audio')!.track
  engine.currentAudioCapture = (await engine.getDevices()).audioDevices.at(-1)
  await until(() => expect(link.sent.get('audio')!.track).not.toBe(before))
  const level = listener(link.sent.get('audio')!.track)
  await until(() => expect(level(2000)).toBeGreaterThan(-30))
  expect(started, 'the same sound').toHaveBeenCalledTimes(1)
  await engine.leaveChannel()
  expect(sound.readyState).toBe('ended')
})
