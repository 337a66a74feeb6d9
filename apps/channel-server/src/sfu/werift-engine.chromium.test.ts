import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SfuEngine, SfuEvent } from './sfu-engine.js'
import { createWeriftEngine } from './werift-engine.js'

// A real browser against the engine in this process. One publisher (camera in two layers, microphone, an empty screen
// section) and one subscriber, each with a page of its own.

const ARGS = [
  '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding',
]

let browser: Browser
let context: BrowserContext
let engine: SfuEngine
const events: SfuEvent[] = []
let offers: Promise<unknown> = Promise.resolve()

beforeAll(async () => {
  const executablePath = process.env['CHROMIUM_PATH']
  browser = await chromium.launch({ args: ARGS, ...(executablePath ? { executablePath } : {}) })
  context = await browser.newContext({ permissions: ['microphone', 'camera'] })
  // A secure context without a server: localhost answered by the test.
  await context.route('http://localhost/**', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>peer</title>' }))
  engine = createWeriftEngine({ minPort: 46_000, maxPort: 46_009, log: (message) => console.warn(message) })
}, 30_000)

afterAll(async () => {
  await browser?.close()
  await engine?.close()
}, 30_000)

async function openPage(): Promise<Page> {
  const page = await context.newPage()
  await page.goto('http://localhost/')
  return page
}

interface PeerWindow {
  connection: RTCPeerConnection
  tracks: { mid: string | null; trackId: string; streamId: string | undefined; at: number }[]
}

/** Offers what the SDK offers: three sendonly sections, camera in two layers, nothing on the screen yet. */
async function publish(page: Page, roomId: string, transportId: string): Promise<void> {
  await engine.openTransport(roomId, transportId, { address: '127.0.0.1' })
  const { sdp, mids } = await page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: { width: 640, height: 480, frameRate: 20 },
    })
    const connection = new RTCPeerConnection()
    Object.assign(window, { connection })
    const transceivers = [
      connection.addTransceiver(stream.getAudioTracks()[0]!, { direction: 'sendonly' }),
      connection.addTransceiver(stream.getVideoTracks()[0]!, {
        direction: 'sendonly',
        sendEncodings: [{ rid: 'small', scaleResolutionDownBy: 4, maxBitrate: 150_000 }, { rid: 'large', maxBitrate: 900_000 }],
      }),
      connection.addTransceiver('video', { direction: 'sendonly' }),
    ]
    await connection.setLocalDescription()
    return { sdp: connection.localDescription!.sdp, mids: transceivers.map((transceiver) => transceiver.mid!) }
  })
  const sources = ['audio', 'camera', 'screen'].map((name, i) => ({ mid: mids[i]!, sourceId: `${transportId}/${name}` }))
  const answer = await engine.receive(transportId, { sdp, sources })
  await page.evaluate((text) => (window as unknown as PeerWindow).connection.setRemoteDescription({ type: 'answer', sdp: text }), answer.sdp)
}

/** Answers every offer for that transport, and plays what comes. */
async function listen(page: Page, roomId: string, transportId: string): Promise<void> {
  await page.evaluate(() => {
    const connection = new RTCPeerConnection()
    const tracks: PeerWindow['tracks'] = []
    Object.assign(window, { connection, tracks })
    connection.ontrack = ({ track, transceiver, streams }) => {
      tracks.push({ mid: transceiver.mid, trackId: track.id, streamId: streams[0]?.id, at: performance.now() })
      const element = document.createElement(track.kind === 'video' ? 'video' : 'audio')
      element.autoplay = true
      element.muted = track.kind === 'video'
      element.srcObject = new MediaStream([track])
      document.body.append(element)
    }
  })
  engine.on((event) => {
    events.push(event)
    if (event.type !== 'offer' || event.transportId !== transportId) return
    offers = offers.then(async () => {
      const sdp = await page.evaluate(async (text) => {
        const { connection } = window as unknown as PeerWindow
        await connection.setRemoteDescription({ type: 'offer', sdp: text })
        await connection.setLocalDescription()
        return connection.localDescription!.sdp
      }, event.sdp)
      await engine.answer(transportId, event.offerId, sdp)
    })
  })
  await engine.openTransport(roomId, transportId, { address: '127.0.0.1' })
}

type Row = Record<string, unknown> & { type: string }

async function statistics(page: Page): Promise<Row[]> {
  return page.evaluate(async () => [...(await (window as unknown as PeerWindow).connection.getStats()).values()] as Row[])
}

/** Polls the page's statistics until `found` gives something; the test's own time limit ends it. */
async function until<T>(page: Page, found: (rows: Row[]) => T | undefined): Promise<T> {
  for (;;) {
    const result = found(await statistics(page))
    if (result !== undefined) return result
  }
}

const inbound = (rows: Row[], kind: string) => rows.find((row) => row.type === 'inbound-rtp' && row['kind'] === kind)
const atLeast = (value: unknown, least: number) => typeof value === 'number' && value >= least

describe('a real Chromium', () => {
  it('publishes a camera in two layers and a microphone, and another page gets all of it in time', async () => {
    const [publisher, subscriber] = [await openPage(), await openPage()]
    await engine.openRoom('room')
    await publish(publisher, 'room', 'a')
    const publishedAt = performance.now()
    await until(publisher, (rows) => rows.find((row) => row.type === 'outbound-rtp' && row['rid'] === 'large' && atLeast(row['framesSent'], 5)))
    console.log('large flows after', performance.now() - publishedAt)
    await listen(subscriber, 'room', 'b')
    const subscribedAt = performance.now()
    await engine.send('b', [
      { sourceId: 'a/audio', streamId: 'user-a', trackId: 'sophon_audio' },
      { sourceId: 'a/camera', layer: 'large', streamId: 'user-a', trackId: 'sophon_video_camera_large' },
    ])
    await until(subscriber, (rows) => (atLeast(inbound(rows, 'video')?.['framesDecoded'], 1) ? true : undefined))
    console.log('first frame', performance.now() - subscribedAt)

    for (const [layer, width] of [['small', 160], ['large', 640], ['small', 160], ['large', 640]] as const) {
      const at = performance.now()
      await engine.send('b', [
        { sourceId: 'a/audio', streamId: 'user-a', trackId: 'sophon_audio' },
        { sourceId: 'a/camera', layer, streamId: 'user-a', trackId: 'sophon_video_camera_large' },
      ])
      await until(subscriber, (rows) => (inbound(rows, 'video')?.['frameWidth'] === width ? true : undefined))
      console.log(layer, performance.now() - at)
    }
    await new Promise((r) => setTimeout(r, 6000))
    console.log(await subscriber.evaluate(() => (window as unknown as PeerWindow).tracks))
    console.log(engine.stats(), events.filter((e) => e.type !== 'offer'))
    const show = async (page: Page) => (await statistics(page)).filter((r) => ['inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'candidate-pair', 'remote-outbound-rtp'].includes(r.type))
    console.log(JSON.stringify(await show(subscriber), null, 1), JSON.stringify(await show(publisher), null, 1))
    expect(1).toBe(1)
  }, 40_000)
})
