import type { Participant } from './support/participant.ts'
import { lastPcm, seconds } from './support/seconds.ts'
import { shareOfTone } from './support/sound.ts'
import { expect, test } from './support/test.ts'

/** Three cameras, for of Chromium's fake ones the second gives 16-bit depth, which no encoder takes. */
const several = ['--use-fake-device-for-media-stream=device-count=3']
const allowed = ['microphone', 'camera']

/** In the channel, with everything of `from` subscribed to and its camera (1) or screen (2) in a view. */
async function receive(participant: Participant, from: string, type: 1 | 2): Promise<void> {
  await participant.expectCallback('onPublisher', expect.objectContaining({ userId: from }))
  expect(await participant.page.evaluate(([from, type]) => window.outcome(async () => {
    const video = document.body.appendChild(document.createElement('video'))
    video.id = 'remote'
    window.earshot.enableAudioVolumeIndicator = true
    window.earshot.configRemoteScreenTrack(from, type === 2)
    await window.earshot.subscribe(from)
    window.earshot.setDisplayRemoteVideo(from, video, type)
  }), [from, type] as const)).not.toHaveProperty('error')
  await expect.poll(async () => (await picture(participant)).width, { timeout: 30_000 }).toBeGreaterThan(0)
}

/** What the view shows: its time, a digest of its pixels, and the colour of its middle. */
function picture(participant: Participant): Promise<{ width: number; time: number; pixels: string; middle: number[] }> {
  return participant.page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('video#remote')!
    const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 })
    const context = canvas.getContext('2d')!
    context.drawImage(video, 0, 0, 32, 24)
    return { width: video.videoWidth, time: video.currentTime, pixels: context.getImageData(0, 0, 32, 24).data.join(), middle: [...context.getImageData(16, 12, 1, 1).data] }
  })
}

async function expectMoving(participant: Participant): Promise<void> {
  const first = await picture(participant)
  await expect.poll(async () => (await picture(participant)).time).toBeGreaterThan(first.time + 0.5)
  await expect.poll(async () => (await picture(participant)).pixels).not.toBe(first.pixels)
}

const publications = async (participant: Participant) => (await participant.recorded()).map(({ name }) => name).filter((name) => /Publisher|Leave|Join/.test(name))

test('camera and microphone are swapped while they are sent: the other side sees and hears on, and hears of nothing', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', args: several })
  await alice.page.context().grantPermissions(allowed)
  const bob = await launch({ name: 'Bob' })
  await alice.openEngine(server.url)
  await bob.openEngine(server.url)
  await alice.joinChannel(room, 'Alice')
  await bob.joinChannel(room, 'Bob')
  expect(await alice.page.evaluate(() => window.outcome(async () => {
    const video = document.body.appendChild(document.createElement('video'))
    video.id = 'preview'
    await window.earshot.startPreview(video)
    await window.earshot.publish()
  }))).not.toHaveProperty('error')
  await receive(bob, 'Alice', 1)
  await expectMoving(bob)
  await bob.forget()

  const camera = () => alice.page.evaluate(() => (document.querySelector<HTMLVideoElement>('video#preview')!.srcObject as MediaStream).getVideoTracks()[0]!.getSettings().deviceId)
  const before = await camera()
  const other = await alice.page.evaluate(async (used) => {
    const { videoDevices, audioDevices } = await window.earshot.getDevices()
    const chosen = videoDevices.findLast(({ deviceId }) => deviceId !== used)
    window.earshot.currentCamera = chosen
    window.earshot.currentAudioCapture = audioDevices.at(-1)
    return chosen?.deviceId
  }, before)
  expect(other, 'there is another').toBeDefined()
  await expect.poll(camera).toBe(other)
  await expectMoving(bob)
  const { length } = await seconds(bob, 'Alice')
  await expect.poll(async () => (await seconds(bob, 'Alice')).slice(length + 1).some(({ level }) => level > 0), { message: 'the beep goes on' }).toBe(true)
  expect(await publications(bob)).toEqual([])
  expect(await alice.recorded('onError')).toEqual([])
})

test('tracks of the app\'s own arrive: their colour and their tone', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice' })
  const bob = await launch({ name: 'Bob' })
  await alice.openEngine(server.url)
  await bob.openEngine(server.url)
  await alice.joinChannel(room, 'Alice')
  await bob.joinChannel(room, 'Bob')
  expect(await alice.page.evaluate(() => window.outcome(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
    const paint = canvas.getContext('2d')!
    setInterval(() => { // a canvas that is not painted gives no frames
      paint.fillStyle = 'rgb(220, 30, 30)'
      paint.fillRect(0, 0, 320, 240)
    }, 50)
    const context = new AudioContext()
    const [oscillator, out] = [new OscillatorNode(context, { frequency: 1000 }), context.createMediaStreamDestination()]
    oscillator.connect(out)
    oscillator.start()
    const set = [window.earshot.setExternalMediaTrack(out.stream.getAudioTracks()[0]!, 0), window.earshot.setExternalMediaTrack(canvas.captureStream(15).getVideoTracks()[0]!, 1)]
    await window.earshot.publish()
    return set
  }))).toEqual({ value: [true, true] })
  await receive(bob, 'Alice', 1)
  await expect.poll(async () => {
    const [red = 0, green = 0, blue = 0] = (await picture(bob)).middle
    return red > 180 && green < 80 && blue < 80 // through the codec's colours
  }).toBe(true)
  await expect.poll(async () => shareOfTone(await lastPcm(bob, 'Alice'), 1000, (await seconds(bob, 'Alice')).at(-1)?.sampleRate ?? 48_000)).toBeGreaterThan(0.98)
})

test('a shared tab ends when it is closed, as with the browser\'s bar: 10012, and the others see it inactive', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', args: [...several, '--auto-select-tab-capture-source-by-title=To be shared'] })
  await alice.page.context().grantPermissions(allowed)
  const bob = await launch({ name: 'Bob' })
  await alice.openEngine(server.url)
  await bob.openEngine(server.url)
  await alice.joinChannel(room, 'Alice')
  await bob.joinChannel(room, 'Bob')
  const shared = await alice.page.context().newPage()
  await shared.goto(`${server.url}/healthz`)
  await shared.evaluate(() => {
    document.title = 'To be shared'
    setInterval(() => { document.body.style.background = `hsl(${Date.now() % 360} 80% 50%)` }, 100)
  })
  expect(await alice.page.evaluate(() => window.outcome(async () => {
    window.earshot.on('onShareSystemAudioStart', () => window.recorded.push({ name: 'onShareSystemAudioStart', at: performance.now(), payload: undefined }))
    window.earshot.configLocalCameraPublish = false
    window.earshot.configLocalScreenPublish = true
    await window.earshot.publish()
  }))).not.toHaveProperty('error')
  expect(await alice.recorded('onShareSystemAudioStart'), 'its sound goes with it').toHaveLength(1)
  await receive(bob, 'Alice', 2)
  await expectMoving(bob)

  await shared.close()
  await alice.expectCallback('onError', expect.objectContaining({ errorCode: 10012 }))
  expect(await alice.page.evaluate(() => window.earshot.configLocalScreenPublish)).toBe(false)
  await expect.poll(async () => {
    const { streamConfigs = [] } = ((await bob.recorded('onPublisher')).at(-1)?.payload ?? {}) as { streamConfigs?: { label: string; state: string }[] }
    return streamConfigs.filter(({ state }) => state === 'active').map(({ label }) => label)
  }).toEqual(['sophon_audio'])
  const { length } = await seconds(bob, 'Alice')
  await expect.poll(async () => (await seconds(bob, 'Alice')).slice(length + 1).some(({ level }) => level > 0), { message: 'the microphone goes on alone' }).toBe(true)
})
