import type { AliRtcEngine, MediaStreamSubscriber } from '@earshot/sdk-core'
import type { Participant, Row } from './support/participant.ts'
import { expect, test } from './support/test.ts'

/** One `onMediaStreamUpdate`: what the app sees of it. */
interface Update { readonly userId: string; readonly ids: string[]; readonly labels: (string | undefined)[]; readonly kinds: string[] }

declare global {
  interface Window {
    updates: Update[]
    streams: MediaStream[]
    /** What `onMediaStream` brought, and whether it could be shown. */
    told: { subscriber: MediaStreamSubscriber; ids: string[]; shown: boolean }[]
  }
}

const peakOf = async (participant: Participant, userId: string): Promise<number | undefined> =>
  ((await participant.recorded('onAudioLevel')).at(-1)?.payload as Row[] | undefined)?.find((row) => row.userId === userId)?.peak
const levelOf = async (participant: Participant, userId: string): Promise<number | undefined> =>
  (await participant.recorded('onMedia')).map((entry) => entry.payload as { userId: string; audio?: { level: number } }).filter((row) => row.userId === userId).at(-1)?.audio?.level
const until = (seconds: readonly [least: number, most: number], read: () => Promise<number | undefined>) =>
  expect.poll(async () => {
    const value = await read()
    return value !== undefined && value >= seconds[0] && value <= seconds[1]
  }, { timeout: 20_000 }).toBe(true)
// -12 dBFS is 0.251; Opus may put half a dB on it or take it (browser-facts R3)
const tone = [0.237, 0.267] as const

test('customPlay: ids and labels tell the tracks apart, follow the layer and the subscription, and are metered though nobody plays them', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.openEngine(server.url)
  await bob.page.evaluate(() => {
    Object.assign(window, { updates: [], streams: [] })
    const engine: AliRtcEngine = window.earshot = new window.AliRtcEngine({ audioProcessing: false, customPlay: true })
    engine.enableAudioVolumeIndicator = true
    engine.on('onMediaStreamUpdate', ({ userId, mediaStream }) => {
      const tracks = mediaStream.getTracks()
      window.streams.push(mediaStream)
      window.updates.push({ userId, ids: tracks.map((track) => track.id), labels: tracks.map((track) => engine.getTrackLabel(track)), kinds: tracks.map((track) => track.kind) })
    })
  })
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
  await bob.expectCallback('onPublisher', expect.objectContaining({ userId: 'Alice' }))
  const update = () => bob.page.evaluate(() => window.updates.at(-1))
  const told = (ids: string[], kinds: string[]) => expect.poll(update).toEqual({ userId: 'Alice', ids, labels: ids, kinds })
  /** As an app plays it: the last stream it was given, in an element of its own. */
  const width = () => bob.page.evaluate(async () => {
    const video = document.querySelector<HTMLVideoElement>('video#own') ?? Object.assign(document.body.appendChild(document.createElement('video')), { id: 'own', muted: true })
    const stream = window.streams.at(-1) ?? null
    if (video.srcObject !== stream) {
      video.srcObject = stream
      await video.play()
    }
    return video.videoWidth
  })
  const subscribe = (configure: (engine: AliRtcEngine) => void) => bob.page.evaluate(`(${String(configure)})(window.earshot); window.outcome(() => window.earshot.subscribe('Alice'))`)

  expect(await subscribe(() => undefined)).toEqual({ value: 'Alice' })
  await told(['sophon_audio', 'sophon_video_camera_large'], ['audio', 'video'])
  expect(await bob.page.evaluate(() => window.updates.length), 'both tracks at once').toBe(1)
  await until(tone, () => peakOf(bob, 'Alice'))
  await expect.poll(width, { timeout: 45_000 }).toBe(640) // the encoder starts small and grows

  await subscribe((engine) => { engine.configRemoteCameraTrack('Alice', false, true) })
  await told(['sophon_audio', 'sophon_video_camera_small'], ['audio', 'video'])
  await expect.poll(width).toBe(160)
  await alice.page.evaluate(() => {
    window.earshot.configLocalScreenPublish = true
    return window.earshot.publish()
  })
  await bob.expectCallback('onPublisher', expect.objectContaining({ streamConfigs: expect.arrayContaining([expect.objectContaining({ label: 'sophon_video_screen_share', state: 'active' })]) }))
  await subscribe((engine) => { engine.configRemoteScreenTrack('Alice', true) })
  await told(['sophon_audio', 'sophon_video_camera_small', 'sophon_video_screen_share'], ['audio', 'video', 'video'])
  await subscribe((engine) => { engine.configRemoteAudio('Alice', false) })
  await told(['sophon_video_camera_small', 'sophon_video_screen_share'], ['video', 'video'])

  expect(await bob.page.evaluate(() => [
    window.earshot.setDisplayRemoteVideo('Alice', document.createElement('video'), 1), window.earshot.muteAllRemoteAudioPlaying(true), window.earshot.getAudioVolume('Alice'),
  ]), 'what the SDK does not play it does not control').toEqual([false, false, -1])
  await alice.page.evaluate(() => window.earshot.leaveChannel())
  await bob.expectCallback('onLeave', expect.objectContaining({ userId: 'Alice' }))
  expect(await update()).toMatchObject({ userId: 'Alice', ids: [] })
})

test('what we do not hear is measured all the same: mute and volume of playback change no level and nothing for others', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.openEngine(server.url)
  await bob.page.evaluate(() => { window.earshot.enableAudioVolumeIndicator = true })
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
  await bob.expectCallback('onPublisher', expect.objectContaining({ userId: 'Alice' }))
  expect(await bob.page.evaluate(() => window.outcome(() => window.earshot.subscribe('Alice')))).toEqual({ value: 'Alice' })
  /** What goes to the loudspeaker: Chromium's statistics are taken behind the volume (browser-facts R2), 0..1 of the loudest moment. */
  const heard = () => bob.page.evaluate(async () => {
    const stats = await window.earshot.statsSources().get('subscribe')?.getStats()
    return ([...stats?.values() ?? []] as { type: string; kind?: string; audioLevel?: number }[]).find((entry) => entry.type === 'inbound-rtp' && entry.kind === 'audio')?.audioLevel
  })
  const measured = async () => {
    await bob.forget()
    await until(tone, () => peakOf(bob, 'Alice'))
    await until(tone, () => levelOf(bob, 'Alice'))
  }
  const call = (run: (engine: AliRtcEngine) => unknown) => bob.page.evaluate(`(${String(run)})(window.earshot)`)

  await measured()
  await until(tone, heard)
  const notified = (await alice.recorded('onNotify')).length
  expect(await call((engine) => engine.muteRemoteAudioPlaying('Alice', true))).toBe(true)
  await until([0, 0], heard)
  await measured()
  expect(await call((engine) => engine.getUserInfo('Alice'))).toMatchObject({ muteAudioPlaying: true, streamConfigs: expect.arrayContaining([expect.objectContaining({ label: 'sophon_audio', subscribed: true, muted: false })]) })

  expect(await call((engine) => engine.setAudioVolume('Alice', 0)), 'the volume is another thing').toBe(true)
  expect(await call((engine) => engine.muteAllRemoteAudioPlaying(false))).toBe(true)
  await until([0, 0], heard)
  await measured()
  await call((engine) => { // the sound moves to a view and is as silent there
    const element = document.body.appendChild(document.createElement('video'))
    engine.setDisplayRemoteVideo('Alice', element, 1)
  })
  expect(await bob.page.evaluate(() => document.querySelector('video')?.volume)).toBe(0)
  await until([0, 0], heard)
  await measured()
  expect(await call((engine) => [engine.setAudioVolume(-1, 1), engine.getAudioVolume('Alice')])).toEqual([true, 1])
  await until(tone, heard)
  expect((await alice.recorded('onNotify')).length, 'nobody else is told').toBe(notified)
})

test('a publisher whose picture is too small for two sizes announces one row, and who prefers the small size gets that', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.openEngine(server.url)
  await bob.openEngine(server.url)
  expect(await alice.joinChannel(room, 'Alice')).not.toHaveProperty('error')
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
  const publish = (width: number, height: number) => alice.page.evaluate(([width, height]) => window.outcome(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const context = canvas.getContext('2d')!
    let pictures = 0
    setInterval(() => {
      context.fillStyle = pictures++ % 2 === 0 ? 'red' : 'green'
      context.fillRect(0, 0, width, height)
    }, 60)
    await window.earshot.unPublish().catch(() => undefined) // nothing is published at first
    window.earshot.configLocalAudioPublish = false
    if (!window.earshot.setExternalMediaTrack(canvas.captureStream(15).getVideoTracks()[0]!, 1)) throw new Error('the track was refused')
    await window.earshot.publish()
  }), [width, height] as const)
  const rows = () => bob.page.evaluate(() => window.earshot.getUserInfo('Alice')?.streamConfigs.filter((row) => row.label.includes('camera')).map((row) => `${row.label} ${row.state}`))
  const shown = () => bob.page.evaluate(() => {
    const video = document.querySelector('video') ?? document.body.appendChild(document.createElement('video'))
    window.earshot.setDisplayRemoteVideo('Alice', video, 1)
    const [track] = (video.srcObject as MediaStream | null)?.getVideoTracks() ?? []
    return [video.videoWidth, track?.id]
  })
  const subscribe = () => bob.page.evaluate(() => window.outcome(() => {
    window.earshot.configRemoteCameraTrack('Alice', false, true)
    return window.earshot.subscribe('Alice')
  }))

  expect(await publish(320, 240)).not.toHaveProperty('error')
  await expect.poll(rows).toEqual(['sophon_video_camera_large active'])
  expect(await subscribe()).toEqual({ value: 'Alice' })
  await expect.poll(shown).toEqual([320, 'sophon_video_camera_large'])

  expect(await publish(640, 480)).not.toHaveProperty('error')
  await expect.poll(rows).toEqual(['sophon_video_camera_large active', 'sophon_video_camera_small active'])
  expect(await subscribe()).toEqual({ value: 'Alice' })
  await expect.poll(shown).toEqual([160, 'sophon_video_camera_small'])
})

test('onMediaStream, as of 1.2: the subscriber and its stream go into the old setDisplayRemoteVideo, and the picture moves', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.join(server.url, room, 'Alice')
  await bob.openEngine(server.url)
  await bob.page.evaluate(() => {
    Object.assign(window, { told: [] })
    window.earshot.on('onMediaStream', (subscriber, stream) => {
      const video = document.body.appendChild(document.createElement('video'))
      const shown = window.earshot.setDisplayRemoteVideo(subscriber, video, stream)
      window.told.push({ subscriber, ids: stream.getTracks().map((track) => track.id).sort(), shown })
    })
  })
  expect(await bob.joinChannel(room, 'Bob')).not.toHaveProperty('error')
  await bob.expectCallback('onPublisher', expect.objectContaining({ userId: 'Alice' }))
  expect(await bob.page.evaluate(() => window.outcome(() => window.earshot.subscribe('Alice')))).toEqual({ value: 'Alice' })
  const subscriber = { userId: 'Alice', displayName: 'Alice', publishId: 'Alice', subscribeId: 'Alice' }
  await expect.poll(() => bob.page.evaluate(() => window.told)).toEqual([{ subscriber, ids: ['sophon_audio', 'sophon_video_camera_large'], shown: true }])
  const shownAt = () => bob.page.evaluate(() => document.querySelector('video')?.currentTime ?? 0)
  const first = await shownAt()
  await expect.poll(shownAt).toBeGreaterThan(first + 1)
  expect(await bob.page.evaluate(() => document.querySelector('video')?.videoWidth)).toBeGreaterThan(0)
})
