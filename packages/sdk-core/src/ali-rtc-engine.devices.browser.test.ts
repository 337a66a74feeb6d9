import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { MemoryChannel, type MemoryLink } from '../test/memory-channel.js'
import { outcome, participant, until, type Participant } from '../test/participant.js'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

type Device = 'audio' | 'camera'

/** Alice in a channel, with her end of the link and an onlooker. */
async function joined(): Promise<{ alice: Participant; bob: Participant; link: MemoryLink }> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob']))
  await until(() => expect(bob.story()).toEqual(['onJoin alice']))
  alice.heard.length = bob.heard.length = 0
  return { alice, bob, link: channel.linkOf('alice') }
}

interface Devices {
  /** What was asked of the browser, with `?` while there is no answer. */
  readonly asked: string[]
  readonly opened: MediaStreamTrack[]
  /** From now on opening fails like this: as the browser fails where there is no such device, or it is denied, or busy. */
  fail(device: Device, name: string): void
  /** From now on there is no answer; the result gives it. */
  hang(device: Device): () => void
  /** Opens again; nobody is told. */
  mend(): void
}

/** The fake devices of this browser, which can be taken away. */
function devices(): Devices {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
  const failures = new Map<Device, () => Promise<void>>()
  const [asked, opened]: [string[], MediaStreamTrack[]] = [[], []]
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockImplementation(async (constraints = {}) => {
    const wanted = ([['audio', constraints.audio], ['camera', constraints.video]] as const).flatMap(([device, on]) => (on ? [device] : []))
    asked.push(wanted.join())
    for (const device of wanted) await failures.get(device)?.()
    const stream = await real(constraints)
    opened.push(...stream.getTracks())
    return stream
  })
  return {
    asked, opened,
    fail: (device, name) => { failures.set(device, () => Promise.reject(new DOMException('cannot', name))) },
    hang: (device) => {
      let answer = (): void => undefined
      const answered = new Promise<void>((resolve) => { answer = resolve })
      failures.set(device, () => answered)
      return () => {
        failures.delete(device)
        answer()
      }
    },
    mend: () => { failures.clear() },
  }
}

/** As a device that is pulled out ends its tracks, our own clones included; `stop()` alone says nothing. */
function unplug(...tracks: (MediaStreamTrack | undefined)[]): void {
  for (const track of tracks) track?.stop()
  for (const track of tracks) track?.dispatchEvent(new Event('ended'))
}

const listChanged = (): void => { navigator.mediaDevices.dispatchEvent(new Event('devicechange')) }

/** As the system silences a device, and lets it be. */
function setSystemMute(track: MediaStreamTrack, muted: boolean): void {
  vi.spyOn(track, 'muted', 'get').mockReturnValue(muted)
  track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'))
}

/** In place of the browser's permissions. */
function permissions(state: PermissionState): { set(state: PermissionState): void } {
  const status = Object.assign(new EventTarget(), { state }) as unknown as PermissionStatus // all that we use of one
  vi.spyOn(navigator.permissions, 'query').mockResolvedValue(status)
  return {
    set(next) {
      Object.assign(status, { state: next })
      status.dispatchEvent(new Event('change'))
    },
  }
}

const errors = (alice: Participant) => alice.heard.filter(({ name }) => name === 'onError').map(({ payload }) => (payload as { code: number }).code)

/** What an onlooker is told of Alice. */
const row = (bob: Participant, device: Device) => {
  const label = device === 'audio' ? 'sophon_audio' : 'sophon_video_camera_large'
  const config = bob.engine.getUserInfo('alice')?.streamConfigs.find((each) => each.label === label)
  return config && [config.state, config.muted ? 'muted' : 'on']
}

const pictureOf = (video: HTMLVideoElement) => (video.srcObject as MediaStream | null)?.getVideoTracks()[0] // an engine's preview sets a stream

const endedCode = { audio: 10008, camera: 10009 } as const

it.each(['audio', 'camera'] as const)('unplugged %s, while publishing, with another device there: told once, and the publication goes on with that one', async (device) => {
  const { alice, bob, link } = await joined()
  await alice.engine.publish()
  await until(() => expect(row(bob, device)).toEqual(['active', 'on']))
  if (device === 'audio') alice.engine.muteLocalMic()
  else alice.engine.muteLocalCamera()
  await until(() => expect(row(bob, device)).toEqual(['active', 'muted']))
  const before = link.sent.get(device)!.track
  unplug(before)
  await until(() => expect(link.sent.get(device)!.track).not.toBe(before))
  const { track, options } = link.sent.get(device)!
  expect([track.readyState, track.enabled, options.muted], 'a mute stays').toEqual(['live', false, true])
  expect(errors(alice)).toEqual([endedCode[device]])
  expect(row(bob, device)).toEqual(['active', 'muted'])
  expect(link.calls.filter((call) => call.startsWith('unpublish'))).toEqual([])
})

it.each(['audio', 'camera'] as const)('unplugged %s, while publishing, and it was the only one: told once, inactive for the others, and back with the device', async (device) => {
  const { alice, bob, link } = await joined()
  const { fail, mend } = devices()
  await alice.engine.publish()
  await until(() => expect(row(bob, device)).toEqual(['active', 'on']))
  fail(device, 'NotFoundError')
  unplug(link.sent.get(device)!.track)
  await until(() => expect(row(bob, device)).toEqual(['inactive', 'on']))
  listChanged() // something else came
  const publishing = outcome(() => alice.engine.publish()) // as apps for the original answer 10008
  expect(await publishing).toBe(device === 'audio' ? 10001 : undefined)
  mend()
  listChanged()
  await until(() => expect(row(bob, device)).toEqual(['active', 'on']))
  expect(link.sent.get(device)!.track.readyState).toBe('live')
  expect(errors(alice)).toEqual(device === 'audio' ? [10008] : [10009, 10002]) // the second one is that of publish()
})

it('a microphone that was muted, or is muted while it is away, comes back muted', async () => {
  const { alice, bob, link } = await joined()
  const { fail, mend } = devices()
  alice.engine.configLocalCameraPublish = false
  await alice.engine.publish()
  for (const mutedBefore of [true, false]) {
    alice.engine.muteLocalMic(mutedBefore)
    fail('audio', 'NotFoundError')
    unplug(link.sent.get('audio')!.track)
    await until(() => expect(bob.story().at(-1)).toBe('onUnPublisher alice'))
    expect(alice.engine.muteLocalMic(true)).toBe(true)
    mend()
    listChanged()
    await until(() => expect(row(bob, 'audio')).toEqual(['active', 'muted']))
    expect(link.sent.get('audio')!.track.enabled).toBe(false)
  }
  alice.engine.muteLocalMic(false)
  await until(() => expect(row(bob, 'audio')).toEqual(['active', 'on']))
  expect(link.sent.get('audio')!.track.enabled).toBe(true)
})

it.each([
  ['unPublish', (alice: Participant) => alice.engine.unPublish()],
  ['a flag', async (alice: Participant) => {
    alice.engine.configLocalAudioPublish = false
    await alice.engine.publish()
  }],
  ['leaveChannel', (alice: Participant) => alice.engine.leaveChannel()],
  ['dispose', (alice: Participant) => alice.engine.dispose()],
])('%s ends the waiting for a device: it stays closed when it comes, and nothing listens any more', async (_, end) => {
  const listening = vi.spyOn(navigator.mediaDevices, 'addEventListener')
  const { alice, link } = await joined()
  const { asked, fail, mend } = devices()
  alice.engine.configLocalCameraPublish = false
  await alice.engine.publish()
  fail('audio', 'NotFoundError')
  unplug(link.sent.get('audio')!.track)
  await until(() => expect(link.calls).toContain('unpublish audio'))
  await end(alice)
  mend()
  const { length } = asked
  listChanged()
  await alice.engine.getDevices()
  expect(asked).toHaveLength(length)
  const signals = listening.mock.calls.flatMap(([name, , options]) => (name === 'devicechange' ? [(options as AddEventListenerOptions).signal?.aborted] : []))
  expect(signals.length).toBeGreaterThan(0)
  expect(new Set(signals)).toEqual(new Set([true]))
})

it('an unplugged camera leaves no frozen picture in the preview, and comes back into it', async () => {
  const { engine, heard, ...alice } = participant(new MemoryChannel(), 'alice')
  const { fail, mend } = devices()
  const video = document.createElement('video')
  await engine.startPreview(video)
  const before = pictureOf(video)
  fail('camera', 'NotFoundError')
  unplug(before)
  expect(video.srcObject).toBe(null)
  await until(() => expect(errors({ engine, heard, ...alice })).toEqual([10009]))
  mend()
  listChanged()
  await until(() => expect(pictureOf(video)?.readyState).toBe('live'))
  await until(() => expect(video.videoWidth).toBe(1280))
  fail('camera', 'NotFoundError')
  unplug(pictureOf(video))
  await engine.stopPreview()
  mend()
  listChanged()
  await engine.getDevices()
  expect(video.srcObject, 'stopped while it was away').toBe(null)
  expect(errors({ engine, heard, ...alice })).toEqual([10009, 10009])
})

it('a camera that is unplugged under preview and publication is told once, and comes back to both', async () => {
  const { alice, bob, link } = await joined()
  const { fail, mend } = devices()
  const video = document.createElement('video')
  await alice.engine.startPreview(video)
  await alice.engine.publish()
  fail('camera', 'NotFoundError')
  unplug(pictureOf(video), link.sent.get('camera')!.track)
  await until(() => expect(row(bob, 'camera')).toEqual(['inactive', 'on']))
  mend()
  listChanged()
  await until(() => expect([pictureOf(video)?.readyState, link.sent.get('camera')?.track.readyState]).toEqual(['live', 'live']))
  expect(errors(alice)).toEqual([10009])
})

it('a device that ends again and again is opened once more, and then not before something changes', async () => {
  const { alice, link } = await joined()
  const { asked } = devices()
  await alice.engine.publish()
  unplug(link.sent.get('audio')!.track)
  await until(() => expect(asked).toEqual(['audio,camera', 'audio']))
  await until(() => expect(link.sent.get('audio')!.track.readyState).toBe('live'))
  unplug(link.sent.get('audio')!.track)
  await until(() => expect([...link.sent.keys()]).toEqual(['camera']))
  expect(asked).toEqual(['audio,camera', 'audio'])
  listChanged()
  await until(() => expect([...link.sent.keys()]).toContain('audio'))
  expect(errors(alice)).toEqual([10008, 10008])
})

it.each([['none', 'NotFoundError', 10002], ['denied', 'NotAllowedError', 10004], ['busy', 'NotReadableError', 10006]])(
  'a camera that is %s when publishing begins: the audio goes out, and the camera once it can be opened', async (_, name, code) => {
    const permission = permissions('granted')
    const { alice, bob, link } = await joined()
    const { fail, mend } = devices()
    fail('camera', name)
    await alice.engine.publish()
    expect([errors(alice), [...link.sent.keys()]]).toEqual([[code], ['audio']])
    mend()
    if (code === 10004) permission.set('granted')
    else listChanged()
    await until(() => expect(row(bob, 'camera')).toEqual(['active', 'on']))
    expect(errors(alice)).toEqual([code])
  })

it.each([['none', 'NotFoundError', 10001, 10002], ['denied', 'NotAllowedError', 10003, 10004], ['busy', 'NotReadableError', 10005, 10006]])(
  'devices that are %s: publish and preview reject, nothing is opened behind the app\'s back, and the next call works', async (_, name, microphone, camera) => {
    const { alice, link } = await joined()
    const { asked, fail, mend } = devices()
    fail('audio', name)
    fail('camera', name)
    const video = document.createElement('video')
    expect(await outcome(() => alice.engine.publish())).toBe(microphone)
    expect(await outcome(() => alice.engine.startPreview(video))).toBe(camera)
    mend()
    const { length } = asked
    listChanged()
    await alice.engine.getDevices()
    expect(asked).toHaveLength(length)
    await alice.engine.publish()
    await alice.engine.startPreview(video)
    expect([[...link.sent.keys()], pictureOf(video)?.readyState, errors(alice)]).toEqual([['audio', 'camera'], 'live', []])
  })

it('a camera that may not be opened any more is not, though the device comes back', async () => {
  const { alice, link } = await joined()
  const { asked, fail, mend } = devices()
  await alice.engine.publish()
  fail('camera', 'NotFoundError')
  unplug(link.sent.get('camera')!.track)
  await until(() => expect([...link.sent.keys()]).toEqual(['audio']))
  alice.engine.enableCamera = false
  mend()
  const { length } = asked
  listChanged()
  await alice.engine.getDevices()
  expect(asked).toHaveLength(length)
})

it('a microphone that the app has chosen is waited for, and no other taken; until it chooses another', async () => {
  const { alice, bob, link } = await joined()
  const { asked, fail, mend } = devices()
  const { audioDevices } = await alice.engine.getDevices()
  const [, first, second] = audioDevices // the first entry is the default, which is one of the others
  alice.engine.currentAudioCapture = first
  await alice.engine.publish()
  fail('audio', 'OverconstrainedError') // as browsers answer for a device that is not there
  unplug(link.sent.get('audio')!.track)
  await until(() => expect(row(bob, 'audio')).toEqual(['inactive', 'on']))
  mend()
  listChanged()
  await until(() => expect(row(bob, 'audio')).toEqual(['active', 'on']))
  expect(link.sent.get('audio')!.track.getSettings().deviceId).toBe(first!.deviceId)

  fail('audio', 'OverconstrainedError')
  unplug(link.sent.get('audio')!.track)
  await until(() => expect(row(bob, 'audio')).toEqual(['inactive', 'on']))
  mend()
  const { length } = asked
  alice.engine.currentAudioCapture = second
  await until(() => expect(row(bob, 'audio')).toEqual(['active', 'on']))
  expect(link.sent.get('audio')!.track.getSettings().deviceId).toBe(second!.deviceId)
  expect(asked).toHaveLength(length + 1)
  expect(errors(alice)).toEqual([10008, 10008])
})

it('a chosen camera that is not there when publishing begins has 10007, and is sent once it is there', async () => {
  const { alice, bob, link } = await joined()
  const { fail, mend } = devices()
  const [camera] = (await alice.engine.getDevices()).videoDevices
  alice.engine.currentCamera = camera
  fail('camera', 'OverconstrainedError')
  await alice.engine.publish()
  expect([errors(alice), [...link.sent.keys()]]).toEqual([[10007], ['audio']])
  mend()
  listChanged()
  await until(() => expect(row(bob, 'camera')).toEqual(['active', 'on']))
})

/** As if a headset were the system's microphone from now on. */
function moveDefault(): void {
  const real = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices)
  vi.spyOn(navigator.mediaDevices, 'enumerateDevices').mockImplementation(async () => (await real()).map((device) => {
    const { kind, deviceId, label } = device
    return kind === 'audioinput' && deviceId === 'default' ? { kind, deviceId, label, groupId: 'headset' } as MediaDeviceInfo : device // all but its toJSON
  }))
  listChanged()
}

it('a new default microphone is followed where the app has chosen none: muted as before, and nobody hears of it', async () => {
  const { alice, bob, link } = await joined()
  const { opened } = devices()
  await alice.engine.publish()
  alice.engine.muteLocalMic()
  await until(() => expect(row(bob, 'audio')).toEqual(['active', 'muted']))
  bob.heard.length = 0
  const before = link.sent.get('audio')!.track
  listChanged()
  await alice.engine.getDevices()
  expect(opened.filter(({ kind }) => kind === 'audio'), 'the same default').toHaveLength(1)
  moveDefault()
  await until(() => expect([before.readyState, link.sent.get('audio')!.track.readyState]).toEqual(['ended', 'live']))
  expect([link.sent.get('audio')!.track.enabled, row(bob, 'audio'), errors(alice)]).toEqual([false, ['active', 'muted'], []])
})

it('a microphone that the app has chosen stays when the default moves, and one that works is not given up for a new default that does not open', async () => {
  const { alice, link } = await joined()
  const { asked, fail } = devices()
  await alice.engine.publish()
  const before = link.sent.get('audio')!.track
  fail('audio', 'NotReadableError')
  moveDefault()
  await until(() => expect(asked).toEqual(['audio,camera', 'audio']))
  await alice.engine.getDevices()
  expect([link.sent.get('audio')!.track, before.readyState, errors(alice)]).toEqual([before, 'live', []])
  await alice.engine.leaveChannel()

  const { alice: carol, link: other } = await joined()
  vi.restoreAllMocks()
  const again = devices()
  carol.engine.currentAudioCapture = (await carol.engine.getDevices()).audioDevices[1]
  await carol.engine.publish()
  moveDefault()
  await carol.engine.getDevices()
  expect([again.asked, other.sent.get('audio')!.track.readyState]).toEqual([['audio,camera'], 'live'])
})

it.each([['audio', 10005], ['camera', 10006]] as const)('%s that the system mutes for longer than a hiccup: told once, muted for the others, and on again with it', async (device, code) => {
  const { alice, bob, link } = await joined()
  await alice.engine.publish()
  await until(() => expect(row(bob, device)).toEqual(['active', 'on']))
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const { track } = link.sent.get(device)!
  setSystemMute(track, true)
  vi.advanceTimersByTime(1999)
  setSystemMute(track, false)
  vi.advanceTimersByTime(5000)
  expect(errors(alice), 'a hiccup').toEqual([])
  setSystemMute(track, true)
  vi.advanceTimersByTime(2000)
  await until(() => expect(row(bob, device)).toEqual(['active', 'muted']))
  expect([errors(alice), track.enabled]).toEqual([[code], true])
  setSystemMute(track, false)
  vi.advanceTimersByTime(2000)
  await until(() => expect(row(bob, device)).toEqual(['active', 'on']))

  if (device === 'audio') alice.engine.muteLocalMic()
  else alice.engine.muteLocalCamera()
  await until(() => expect(row(bob, device)).toEqual(['active', 'muted']))
  const announced = vi.spyOn(link, 'setMuted')
  for (const muted of [true, false]) {
    setSystemMute(track, muted)
    vi.advanceTimersByTime(2000)
  }
  expect(announced.mock.calls, 'our own mute stays').toEqual([[device, true], [device, true]])
})

it('a camera that the system mutes under preview and publication is told once; under a preview alone, too', async () => {
  const { alice, link } = await joined()
  const video = document.createElement('video')
  await alice.engine.startPreview(video)
  await alice.engine.publish()
  const preview = pictureOf(video)!
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  for (const track of [preview, link.sent.get('camera')!.track]) setSystemMute(track, true)
  vi.advanceTimersByTime(2000)
  expect(errors(alice)).toEqual([10006])
  await alice.engine.unPublish()
  for (const muted of [false, true]) {
    setSystemMute(preview, muted)
    vi.advanceTimersByTime(2000)
  }
  expect(errors(alice)).toEqual([10006, 10006])
})

it('a microphone that is muted by the system from the start is told, and published as such', async () => {
  vi.spyOn(MediaStreamTrack.prototype, 'muted', 'get').mockReturnValue(true)
  const { alice, link } = await joined()
  alice.engine.configLocalCameraPublish = false
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  await alice.engine.publish()
  expect(link.sent.get('audio')!.options.muted).toBe(true)
  vi.advanceTimersByTime(2000)
  expect(errors(alice)).toEqual([10005])
})

it('a browser that never answers for a camera: 10000 while the audio goes out, and a late answer is taken for what is still wanted', async () => {
  permissions('granted')
  const { alice, bob, link } = await joined()
  const { asked, hang, opened } = devices()
  const answer = hang('camera')
  vi.useFakeTimers({ toFake: ['setInterval'] })
  onTestFinished(() => { vi.useRealTimers() })
  const publishing = outcome(() => alice.engine.publish())
  await until(() => expect(asked).toEqual(['audio,camera']))
  await vi.advanceTimersByTimeAsync(10_000) // both together
  await until(() => expect(asked).toEqual(['audio,camera', 'audio', 'camera']))
  await vi.advanceTimersByTimeAsync(10_000) // the camera alone
  expect(await publishing).toBe(undefined)
  vi.useRealTimers()
  expect([errors(alice), [...link.sent.keys()]]).toEqual([[10000], ['audio']])
  answer()
  await until(() => expect(row(bob, 'camera')).toEqual(['active', 'on']))
  await alice.engine.unPublish()
  await until(() => expect(opened.map(({ readyState }) => readyState), 'no light is left on').not.toContain('live'))
  expect(errors(alice)).toEqual([10000])
})

it('a browser that never answers for a preview: it rejects with 10000, and a late answer is stopped', async () => {
  permissions('granted')
  const { engine } = participant(new MemoryChannel(), 'alice')
  const { asked, hang, opened } = devices()
  const answer = hang('camera')
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const video = document.createElement('video')
  const starting = outcome(() => engine.startPreview(video))
  await until(() => expect(asked).toEqual(['camera']))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await starting).toBe(10000)
  vi.useRealTimers()
  answer()
  await until(() => expect(opened.map(({ readyState }) => readyState)).toEqual(['ended']))
  expect([video.srcObject, asked]).toEqual([null, ['camera']])
})

it('a user who thinks about the question has all the time, and then the device has its own', async () => {
  const permission = permissions('prompt')
  const { engine } = participant(new MemoryChannel(), 'alice')
  const { asked, hang } = devices()
  const answer = hang('camera')
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const settled = vi.fn()
  const starting = outcome(() => engine.startPreview(document.createElement('video'))).finally(settled)
  await until(() => expect(asked).toEqual(['camera']))
  await vi.advanceTimersByTimeAsync(300_000)
  permission.set('granted')
  await vi.advanceTimersByTimeAsync(5000)
  expect(settled).not.toHaveBeenCalled()
  answer()
  expect(await starting).toBe(undefined)
})
