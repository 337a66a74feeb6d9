import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { MemoryChannel } from '../test/memory-channel.js'
import { outcome, participant, until, type Participant } from '../test/participant.js'

afterEach(() => { vi.restoreAllMocks() })

/** Bob publishes, Alice has subscribed to him. */
async function subscribed(): Promise<{ channel: MemoryChannel; alice: Participant; bob: Participant }> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await until(() => expect(alice.story()).toEqual(['onJoin bob', 'onPublisher bob']))
  await alice.engine.subscribe('bob')
  return { channel, alice, bob }
}

const view = (participant: Participant, type: 1 | 2, userId = 'bob'): HTMLVideoElement => {
  const element = document.createElement('video')
  expect(participant.engine.setDisplayRemoteVideo(userId, element, type)).toBe(true)
  return element
}
const kinds = (element: HTMLMediaElement) => (element.srcObject as MediaStream | null)?.getTracks().map((track) => track.kind).sort() ?? []
const loudness = ({ muted, volume, sinkId }: HTMLMediaElement) => ({ muted, volume, sinkId })
/** Every element that was played, ours included. */
const watchPlays = () => {
  const plays = vi.spyOn(HTMLMediaElement.prototype, 'play') // calls the real one
  return () => plays.mock.contexts.filter((element): element is HTMLMediaElement => element instanceof HTMLMediaElement)
}
const anOutput = async () => {
  const output = (await navigator.mediaDevices.enumerateDevices()).find(({ kind, deviceId }) => kind === 'audiooutput' && deviceId !== 'default')
  if (output === undefined) throw new Error('the fake devices have outputs')
  return output.deviceId
}

it('silences a user here: the row says so, the volume stays, nobody else is told, and it can be taken back', async () => {
  const { alice, bob } = await subscribed()
  const element = view(alice, 1)
  await until(() => expect(kinds(element)).toEqual(['audio', 'video']))
  const heard = bob.heard.length
  expect(alice.engine.muteRemoteAudioPlaying('bob', true)).toBe(true)
  expect(alice.engine.getUserInfo('bob')?.muteAudioPlaying).toBe(true)
  expect(alice.engine.getUserList().map((row) => row.muteAudioPlaying)).toEqual([true])
  expect(alice.engine.getUserInfo('bob')?.streamConfigs.map((row) => [row.subscribed, row.muted])).toContainEqual([true, false])
  expect(loudness(element)).toMatchObject({ muted: true, volume: 1 })

  expect(alice.engine.setAudioVolume('bob', 0.25)).toBe(true)
  expect(alice.engine.getAudioVolume('bob')).toBe(0.25)
  expect(loudness(element)).toMatchObject({ muted: true, volume: 0.25 })
  expect(alice.engine.muteRemoteAudioPlaying('bob', false)).toBe(true)
  expect(loudness(element)).toMatchObject({ muted: false, volume: 0.25 })
  expect(alice.engine.getUserInfo('bob')?.muteAudioPlaying).toBe(false)
  expect(bob.heard).toHaveLength(heard)
})

it('knows no stranger: false and -1; and names a wrong argument', async () => {
  const { alice } = await subscribed()
  expect(alice.engine.muteRemoteAudioPlaying('eve', true)).toBe(false)
  expect(alice.engine.setAudioVolume('eve', 0.5)).toBe(false)
  expect(alice.engine.getAudioVolume('eve')).toBe(-1)
  expect(alice.engine.getAudioVolume('bob')).toBe(1)
  for (const volume of [-0.1, 1.1, Number.NaN, '1']) {
    expect(() => alice.engine.setAudioVolume('bob', volume as never)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'volume' }))
  }
  expect(() => alice.engine.muteAllRemoteAudioPlaying('yes' as never)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'mute' }))
  expect(() => alice.engine.muteRemoteAudioPlaying('bob', 1 as never)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'mute' }))
  await alice.engine.leaveChannel()
  expect(alice.engine.muteRemoteAudioPlaying('bob', true), 'not in a channel').toBe(false)
})

it('muting all, and the volume of -1, hold for those who come, also in the next session', async () => {
  const channel = new MemoryChannel()
  const [alice, bob, carol] = [participant(channel, 'alice'), participant(channel, 'bob'), participant(channel, 'carol')]
  expect(alice.engine.muteAllRemoteAudioPlaying(true), 'before joining').toBe(true)
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  expect(alice.engine.setAudioVolume(-1, 0.5)).toBe(true)
  await carol.join()
  await until(() => expect(alice.heard.filter(({ name }) => name === 'onJoin').map(({ payload }) => payload)).toMatchObject([
    { userId: 'bob', muteAudioPlaying: true }, { userId: 'carol', muteAudioPlaying: true },
  ]))
  expect(['bob', 'carol'].map((userId) => alice.engine.getAudioVolume(userId))).toEqual([0.5, 0.5])
  await alice.engine.subscribe('bob')
  const element = view(alice, 1)
  await until(() => expect(kinds(element)).toEqual(['audio', 'video']))
  expect(loudness(element)).toMatchObject({ muted: true, volume: 0.5 })
  alice.engine.muteRemoteAudioPlaying('bob', false)
  expect(alice.engine.getUserList().map((row) => row.muteAudioPlaying), 'one may be let out').toEqual([false, true])
  expect(element.muted).toBe(false)

  await alice.engine.leaveChannel()
  await alice.join()
  await until(() => expect(alice.engine.getUserList().map((row) => row.muteAudioPlaying)).toEqual([true, true]))
  alice.engine.muteAllRemoteAudioPlaying(false)
  expect(alice.engine.getUserList().map((row) => row.muteAudioPlaying)).toEqual([false, false])
})

it('mute, volume and output go with the sound from element to element, and with a hidden one', async () => {
  const played = watchPlays()
  const { alice } = await subscribed()
  const output = await anOutput()
  await until(() => expect(played().map(kinds)).toEqual([['audio']]))
  alice.engine.setAudioVolume('bob', 0.5)
  alice.engine.muteRemoteAudioPlaying('bob', true)
  await alice.engine.setAudioOutput(output)
  const [hidden] = played()
  expect(hidden && loudness(hidden)).toEqual({ muted: true, volume: 0.5, sinkId: output })

  const screen = view(alice, 2)
  expect([hidden, screen].map((element) => element && kinds(element))).toEqual([[], ['audio']])
  await until(() => expect(loudness(screen)).toEqual({ muted: true, volume: 0.5, sinkId: output }))
  const camera = view(alice, 1)
  expect([screen, camera].map(kinds)).toEqual([[], ['audio', 'video']])
  await until(() => expect(loudness(camera)).toEqual({ muted: true, volume: 0.5, sinkId: output }))
  alice.engine.muteAllRemoteAudioPlaying(false)
  const other = view(alice, 1)
  await until(() => expect(loudness(other)).toEqual({ muted: false, volume: 0.5, sinkId: output }))
})

it('an element that serves no view any more is as loud as the app had it', async () => {
  const { alice, bob } = await subscribed()
  const element = document.createElement('video')
  element.volume = 0.75
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await until(() => expect(kinds(element)).toEqual(['audio', 'video']))
  expect(loudness(element), 'nothing was chosen').toMatchObject({ muted: false, volume: 0.75 })
  alice.engine.muteAllRemoteAudioPlaying(true)
  alice.engine.setAudioVolume('bob', 0.1)
  expect(loudness(element)).toMatchObject({ muted: true, volume: 0.1 })
  await bob.engine.leaveChannel()
  await until(() => expect(element.srcObject).toBe(null))
  expect(loudness(element)).toMatchObject({ muted: false, volume: 0.75 })
})

it('an output that is not there is 10030 and changes nothing; a browser that has no choice is 10040', async () => {
  const { alice } = await subscribed()
  const output = await anOutput()
  const element = view(alice, 1)
  await alice.engine.setAudioOutput(output)
  expect(element.sinkId).toBe(output)
  expect(await outcome(() => alice.engine.setAudioOutput('no such device'))).toBe(10030)
  const { message } = await alice.engine.setAudioOutput('x'.repeat(1_000_000)).then(() => new Error('none'), (error: Error) => error)
  expect(message, 'short, however long the id is').toMatch(/^the audio output "x{80}" cannot be used: .{1,100}$/)
  expect(element.sinkId).toBe(output)
  const next = view(alice, 2)
  await until(() => expect(next.sinkId).toBe(output))
  await alice.engine.setAudioOutput('')
  expect([element, next].map(({ sinkId }) => sinkId)).toEqual(['', ''])
  expect(await outcome(() => alice.engine.setAudioOutput(undefined as never))).toBe(16974081)

  const { setSinkId } = HTMLMediaElement.prototype
  onTestFinished(() => { Object.assign(HTMLMediaElement.prototype, { setSinkId }) })
  Object.assign(HTMLMediaElement.prototype, { setSinkId: undefined }) // Safari before 18.4
  expect(await outcome(() => alice.engine.setAudioOutput(output))).toBe(10040)
})

it('the last of two outputs chosen at once is the one that stays', async () => {
  const { alice } = await subscribed()
  const element = view(alice, 1)
  const output = await anOutput()
  await Promise.all([alice.engine.setAudioOutput(''), alice.engine.setAudioOutput(output)])
  expect(element.sinkId).toBe(output)
})

it('unmuting what autoplay refused tries again; muting it meanwhile outlasts the gesture', async () => {
  const { alice } = await subscribed()
  const element = document.createElement('video')
  const refusal = new DOMException('user gesture needed', 'NotAllowedError')
  const play = vi.spyOn(element, 'play').mockRejectedValueOnce(refusal)
  const errors = () => alice.heard.filter(({ name }) => name === 'onError').map(({ payload }) => (payload as { code: number }).code)
  alice.engine.setDisplayRemoteVideo('bob', element, 1)
  await until(() => expect(errors()).toEqual([10201]))
  expect(element.muted).toBe(true)
  expect(alice.engine.getUserInfo('bob')?.muteAudioPlaying, 'not by us').toBe(false)

  alice.engine.setAudioVolume('bob', 0.5)
  expect([element.muted, element.volume], 'still refused').toEqual([true, 0.5])
  play.mockRejectedValueOnce(refusal)
  alice.engine.muteAllRemoteAudioPlaying(false)
  await until(() => expect(errors()).toEqual([10201, 10201]))
  expect(element.muted).toBe(true)
  alice.engine.muteAllRemoteAudioPlaying(false)
  expect(element.muted).toBe(false)
  await until(() => expect(element.paused).toBe(false))

  const other = document.createElement('video')
  vi.spyOn(other, 'play').mockRejectedValueOnce(refusal)
  alice.engine.setDisplayRemoteVideo('bob', other, 1)
  await until(() => expect(errors()).toHaveLength(3))
  alice.engine.muteRemoteAudioPlaying('bob', true)
  await userEvent.click(document.body)
  expect(other.muted).toBe(true)
})

/** Elements that refuse to play with sound, as before the user's first gesture. */
const refuseSound = (refuses: (element: HTMLMediaElement) => boolean = () => true) => {
  const { play } = HTMLMediaElement.prototype
  return vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (this: HTMLMediaElement) {
    return this.muted || !refuses(this) ? play.call(this) : Promise.reject(new DOMException('user gesture needed', 'NotAllowedError'))
  })
}
const refusals = ({ heard }: Participant) =>
  heard.filter(({ name }) => name === 'onError').map(({ payload }) => { const { code, userId } = payload as { code: number; userId: string }; return `${code} ${userId}` })

it('autoplay refuses a user once, however many elements play her; a gesture that brings nothing says so again', async () => {
  const play = refuseSound()
  const { alice, bob } = await subscribed()
  await until(() => expect(refusals(alice)).toEqual(['10201 bob']))
  const camera = view(alice, 1)
  const published = alice.next('onPublisher')
  bob.engine.configLocalScreenPublish = true
  await bob.engine.publish()
  await published
  alice.engine.configRemoteScreenTrack('bob', true)
  await alice.engine.subscribe('bob')
  const screen = view(alice, 2)
  await until(() => expect([camera.muted, screen.muted]).toEqual([true, true]))
  await until(() => expect([camera.paused, screen.paused], 'pictures go on').toEqual([false, false]))
  expect(refusals(alice)).toEqual(['10201 bob'])

  await userEvent.click(document.body)
  await until(() => expect(refusals(alice)).toEqual(['10201 bob', '10201 bob']))
  play.mockRestore()
  await userEvent.click(document.body)
  expect([camera.muted, screen.muted]).toEqual([false, false])
  await until(() => expect([camera.paused, screen.paused]).toEqual([false, false]))
  expect(refusals(alice)).toHaveLength(2)
})

it('a picture alone that autoplay refuses goes on silently; who is told is told when there is sound', async () => {
  refuseSound()
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  await bob.join()
  await bob.engine.publish()
  await alice.join()
  await alice.next('onPublisher')
  alice.engine.configRemoteAudio('bob', false)
  await alice.engine.subscribe('bob')
  const element = view(alice, 1)
  await until(() => expect([element.muted, element.paused]).toEqual([true, false]))
  expect(refusals(alice)).toEqual([])
  alice.engine.configRemoteAudio('bob', true)
  await alice.engine.subscribe('bob')
  await until(() => expect(refusals(alice)).toEqual(['10201 bob']))
  expect(kinds(element)).toEqual(['audio', 'video'])
})

it('what a freeze of the page paused plays on, and what the app paused before does not', async () => {
  const { alice } = await subscribed()
  const element = view(alice, 1)
  await until(() => expect([kinds(element), element.paused]).toEqual([['audio', 'video'], false]))
  const freeze = () => {
    document.dispatchEvent(new Event('freeze'))
    element.pause() // as Chromium does, see `browser-facts.md`; it leaves it at that
    document.dispatchEvent(new Event('resume'))
  }
  freeze()
  expect(element.paused).toBe(false)
  freeze()
  expect(element.paused, 'each time').toBe(false)
  element.pause()
  freeze()
  expect(element.paused).toBe(true)
  await element.play()
  await alice.engine.leaveChannel()
  freeze()
  expect(element.paused, 'it is the app\'s again').toBe(true)
})

it('unSubscribe ends all of a user, keeps the switches, and refuses who is not there or not subscribed to', async () => {
  const { channel, alice } = await subscribed()
  const link = channel.linkOf('alice')
  const labels = () => alice.engine.getUserInfo('bob')?.streamConfigs.filter((row) => row.subscribed).map((row) => row.label)
  const element = view(alice, 1)
  await until(() => expect(kinds(element)).toEqual(['audio', 'video']))
  alice.engine.configRemoteCameraTrack('bob', false, true)
  const [first, second] = [outcome(() => alice.engine.unSubscribe('bob')), outcome(() => alice.engine.unSubscribe('bob'))]
  expect([await first, await second]).toEqual([undefined, 10500])
  expect(labels()).toEqual([])
  expect(link.calls.at(-1)).toBe('subscribe bob {"audio":false,"camera":null,"screen":false}')
  await until(() => expect(element.srcObject).toBe(null))
  expect(await outcome(() => alice.engine.unSubscribe('bob')), 'nothing to end').toBe(16974340)
  expect(await outcome(() => alice.engine.unSubscribe('eve'))).toBe(10140)
  await alice.engine.subscribe('bob')
  expect(labels()).toEqual(['sophon_audio', 'sophon_video_camera_small'])
  await until(() => expect(kinds(element)).toEqual(['audio', 'video']))
  await alice.engine.leaveChannel()
  expect(await outcome(() => alice.engine.unSubscribe('bob')), 'not in a channel').toBe(10140)
})
