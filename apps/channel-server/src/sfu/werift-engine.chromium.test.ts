/// <reference lib="dom" />
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UdpPort } from './ice/udp-ports.js'
import { isRtcp } from './rtp/rtcp.js'
import type { Consumer, SfuEngine, SfuEvent } from './sfu-engine.js'
import { SecureTransport } from './secure-transport.js'
import { TEST_PORTS } from './test-ports.contract.js'
import { createWeriftEngine } from './werift-engine.js'

// A real browser against the engine in this process: one page publishes what the SDK publishes (microphone, camera in two
// layers, an empty screen section), another subscribes. The tests are one session, told in order.

const ARGS = [
  '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
  // One of the two pages is always in the background.
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
]
/** A second without the new picture is what a user sees as a fault (design: layers change "within a second"). */
const SWITCH_MS = 1000
/** Time to the first picture of someone who joins; measured 0.13 s on an idle machine. */
const FIRST_FRAME_MS = 1000

interface PeerWindow {
  connection: RTCPeerConnection
  tracks: { mid: string | null; trackId: string; streamId: string | undefined }[]
}
type Row = Record<string, unknown> & { readonly type: string; readonly timestamp: number }

let browser: Browser
let context: BrowserContext
let engine: SfuEngine
let publisher: Page
let subscriber: Page
let publishedAt = 0
const events: SfuEvent[] = []
const failures: unknown[] = []
let answers: Promise<void> = Promise.resolve()

const AUDIO: Consumer = { sourceId: 'audio', streamId: 'user-a', trackId: 'sophon_audio' }
const CAMERA: Consumer = { sourceId: 'camera', layer: 'large', streamId: 'user-a', trackId: 'sophon_video_camera_large' }
const SCREEN: Consumer = { sourceId: 'screen', streamId: 'user-a', trackId: 'sophon_video_screen_share' }
const SOURCES = ['audio', 'camera', 'screen'].map((sourceId, i) => ({ mid: String(i), sourceId }))

async function openPage(): Promise<Page> {
  const page = await context.newPage()
  await page.goto('http://localhost/')
  return page
}

/** Makes the offer in the page, or a new one; the engine answers. */
async function publish(): Promise<void> {
  const sdp = await publisher.evaluate(async () => {
    const { connection } = window as unknown as PeerWindow
    await connection.setLocalDescription()
    return connection.localDescription!.sdp
  })
  const answer = await engine.receive('up', { sdp, sources: SOURCES })
  await publisher.evaluate((text) => (window as unknown as PeerWindow).connection.setRemoteDescription({ type: 'answer', sdp: text }), answer.sdp)
}

async function accept(event: Extract<SfuEvent, { type: 'offer' }>): Promise<void> {
  const sdp = await subscriber.evaluate(async (text) => {
    const { connection } = window as unknown as PeerWindow
    await connection.setRemoteDescription({ type: 'offer', sdp: text })
    await connection.setLocalDescription()
    return connection.localDescription!.sdp
  }, event.sdp)
  await engine.answer(event.transportId, event.offerId, sdp)
}

/** Looks at the page's statistics until `found` gives something; the test's own time limit ends it. */
async function until<T>(page: Page, found: (rows: Row[]) => T | undefined): Promise<T> {
  for (;;) {
    const rows = await page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return [...(await (window as unknown as PeerWindow).connection.getStats()).values()] as Row[]
    })
    if (failures.length > 0) throw failures[0]
    const result = found(rows)
    if (result !== undefined) return result
  }
}

const number = (row: Row | undefined, name: string): number => (typeof row?.[name] === 'number' ? row[name] : -1)
const inbound = (rows: readonly Row[], track: string) => rows.find((row) => row.type === 'inbound-rtp' && row['trackIdentifier'] === track)
/** The pair in use; after an ICE restart the old one is still listed as nominated. */
const pair = (rows: readonly Row[]) => rows.find((row) => row['id'] === rows.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'])
/** Frames go on being decoded: 5 more than at the first look. */
async function flows(track: string): Promise<void> {
  let first = -1
  await until(subscriber, (rows) => {
    const frames = number(inbound(rows, track), 'framesDecoded')
    if (first < 0) first = frames
    return first >= 0 && frames >= first + 5 ? true : undefined
  })
}

interface Credentials {
  readonly ours: string
  readonly theirs: string
}

/** The user names of the pair in use, of the page and of the engine. */
async function credentialsOf(page: Page): Promise<Credentials> {
  return until(page, (rows) => {
    const fragment = (id: string) => rows.find((row) => row['id'] === pair(rows)?.[id])?.['usernameFragment']
    const [ours, theirs] = [fragment('localCandidateId'), fragment('remoteCandidateId')]
    return typeof ours === 'string' && typeof theirs === 'string' ? { ours, theirs } : undefined
  })
}

/** Resolves once the page is connected by a pair with new credentials of these sides. */
async function usesNewCredentials(page: Page, before: Credentials, sides: readonly (keyof Credentials)[]): Promise<void> {
  for (;;) {
    const now = await credentialsOf(page)
    const state = await page.evaluate(() => (window as unknown as PeerWindow).connection.iceConnectionState)
    if (sides.every((side) => now[side] !== before[side]) && ['connected', 'completed'].includes(state)) return
  }
}

const isRtp = (packet: Buffer) => packet[0]! >= 128 && packet[0]! <= 191 && !isRtcp(packet)

/** Loses every n-th RTP packet that the engine sends, on the way out of its sockets. */
function losing(n: number): { stop(): void } {
  const send = UdpPort.prototype.send
  let count = 0
  UdpPort.prototype.send = function (packet, address, port) {
    if (!isRtp(packet) || ++count % n !== 0) send.call(this, packet, address, port)
  }
  return { stop: () => void (UdpPort.prototype.send = send) }
}

/** The same of what it receives. */
function losingReceived(n: number): { stop(): void } {
  const onPacket = SecureTransport.prototype.onPacket
  let count = 0
  SecureTransport.prototype.onPacket = function (packet) {
    if (!isRtp(packet) || ++count % n !== 0) onPacket.call(this, packet)
  }
  return { stop: () => void (SecureTransport.prototype.onPacket = onPacket) }
}

beforeAll(async () => {
  const executablePath = process.env['CHROMIUM_PATH']
  browser = await chromium.launch({ args: ARGS, ...(executablePath ? { executablePath } : {}) })
  context = await browser.newContext({ permissions: ['microphone', 'camera'] })
  // A secure context without a server: localhost answered by the test.
  await context.route('http://localhost/**', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>peer</title>' }))
  engine = createWeriftEngine({ ...TEST_PORTS, log: (message) => void failures.push(new Error(message)) })
  engine.on((event) => {
    events.push(event)
    if (event.type === 'offer') answers = answers.then(() => accept(event)).catch((error: unknown) => void failures.push(error))
  })
  await engine.openRoom('room')
  await engine.openTransport('room', 'up', { address: '127.0.0.1' })
  await engine.openTransport('room', 'down', { address: '127.0.0.1' })
  publisher = await openPage()
  subscriber = await openPage()
  await publisher.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: { width: 640, height: 480, frameRate: 20 },
    })
    const connection = new RTCPeerConnection()
    Object.assign(window, { connection })
    connection.addTransceiver(stream.getAudioTracks()[0]!, { direction: 'sendonly' })
    connection.addTransceiver(stream.getVideoTracks()[0]!, {
      direction: 'sendonly', sendEncodings: [{ rid: 'small', scaleResolutionDownBy: 4, maxBitrate: 150_000 }, { rid: 'large', maxBitrate: 900_000 }],
    })
    connection.addTransceiver('video', { direction: 'sendonly' })
  })
  await subscriber.evaluate(() => {
    const connection = new RTCPeerConnection()
    const tracks: PeerWindow['tracks'] = []
    Object.assign(window, { connection, tracks })
    connection.ontrack = ({ track, transceiver, streams }) => {
      tracks.push({ mid: transceiver.mid, trackId: track.id, streamId: streams[0]?.id })
      const element = document.createElement(track.kind === 'video' ? 'video' : 'audio')
      element.autoplay = true
      element.muted = track.kind === 'video'
      element.srcObject = new MediaStream([track])
      document.body.append(element)
    }
  })
}, 30_000)

afterAll(async () => {
  await browser?.close()
  await engine?.close()
}, 30_000)

describe('a real Chromium', () => {
  it('publishes both camera layers', async () => {
    await publish()
    publishedAt = performance.now()
    await until(publisher, (rows) => rows.find((row) => row.type === 'outbound-rtp' && row['rid'] === 'large' && number(row, 'framesSent') >= 5))
    await until(publisher, (rows) => rows.find((row) => row.type === 'outbound-rtp' && row['rid'] === 'small' && number(row, 'framesSent') >= 5))
    expect(events).toContainEqual({ type: 'transport', transportId: 'up', state: 'connected' })
  }, 10_000)

  it('decodes the first frame in time, under the names that the channel gave', async () => {
    const from = performance.now()
    await engine.send('down', [AUDIO, CAMERA])
    await until(subscriber, (rows) => (number(inbound(rows, CAMERA.trackId), 'framesDecoded') >= 1 ? true : undefined))
    expect(performance.now() - from).toBeLessThan(FIRST_FRAME_MS)
    expect(await subscriber.evaluate(() => (window as unknown as PeerWindow).tracks)).toEqual([
      { mid: '0', trackId: 'sophon_audio', streamId: 'user-a' }, { mid: '1', trackId: 'sophon_video_camera_large', streamId: 'user-a' },
    ])
    const candidates = await until(subscriber, (rows) => {
      const found = rows.filter((row) => row.type === 'remote-candidate')
      return found.length > 0 ? found : undefined
    })
    expect(new Set(candidates.map((row) => row['address']))).toEqual(new Set(['127.0.0.1']))
  }, 10_000)

  it('changes between the layers, each time within a second', async () => {
    const offers = events.filter((event) => event.type === 'offer').length
    for (const [layer, width] of [['small', 160], ['large', 640], ['small', 160], ['large', 640]] as const) {
      const from = performance.now()
      await engine.send('down', [AUDIO, { ...CAMERA, layer }])
      await until(subscriber, (rows) => (number(inbound(rows, CAMERA.trackId), 'frameWidth') === width ? true : undefined))
      expect(performance.now() - from).toBeLessThan(SWITCH_MS)
    }
    expect(events.filter((event) => event.type === 'layer').map((event) => event.layer)).toEqual(['large', 'small', 'large', 'small', 'large'])
    expect(events.filter((event) => event.type === 'offer')).toHaveLength(offers)
  }, 20_000)

  it('hears the microphone, with its level in the header extension', async () => {
    // The fake microphone beeps twice a second.
    await until(subscriber, (rows) => (number(inbound(rows, AUDIO.trackId), 'audioLevel') > 0 ? true : undefined))
    const level = await subscriber.evaluate(async () => {
      const receiver = (window as unknown as PeerWindow).connection.getReceivers().find(({ track }) => track.kind === 'audio')!
      for (;;) {
        const [source] = receiver.getSynchronizationSources()
        if (source?.audioLevel) return source.audioLevel
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })
    expect(level).toBeGreaterThan(0)
  }, 10_000)

  it('adds a track, removes one, and uses its section again, by negotiating the same connection', async () => {
    await publisher.evaluate(async () => {
      const { connection } = window as unknown as PeerWindow
      const [, camera, screen] = connection.getTransceivers()
      await screen!.sender.replaceTrack(camera!.sender.track!.clone())
    })
    await engine.send('down', [AUDIO, CAMERA, SCREEN])
    await flows(SCREEN.trackId)
    await engine.send('down', [AUDIO, SCREEN])
    await flows(SCREEN.trackId)
    await answers
    expect(await subscriber.evaluate(() => (window as unknown as PeerWindow).connection.getTransceivers().map(({ currentDirection }) => currentDirection))).toEqual(['recvonly', 'inactive', 'recvonly'])
    await engine.send('down', [AUDIO, CAMERA, SCREEN])
    await flows(CAMERA.trackId)
    await engine.send('down', [AUDIO, CAMERA])
    await answers
    expect((await subscriber.evaluate(() => (window as unknown as PeerWindow).tracks)).map(({ mid, trackId }) => `${mid} ${trackId}`)).toEqual([
      '0 sophon_audio', '1 sophon_video_camera_large', '2 sophon_video_screen_share', '1 sophon_video_camera_large',
    ])
  }, 20_000)

  it('lets the publisher restart ICE without a break', async () => {
    const before = await credentialsOf(publisher)
    await publisher.evaluate(() => (window as unknown as PeerWindow).connection.restartIce())
    const offers = events.filter((event) => event.type === 'offer').length
    await publish()
    // Until the answer arrives Chromium checks from its new sockets with the engine's old credentials, and stays with such a pair when that was first.
    await usesNewCredentials(publisher, before, ['ours'])
    await flows(CAMERA.trackId)
    expect(events.filter((event) => event.type === 'offer')).toHaveLength(offers)
  }, 10_000)

  it('restarts the ICE of the subscriber without a break, in the same tracks', async () => {
    const before = await credentialsOf(subscriber)
    const tracks = () => subscriber.evaluate(() => {
      const { connection, tracks: told } = window as unknown as PeerWindow
      return { told: told.length, now: connection.getTransceivers().map(({ mid, currentDirection, receiver: { track } }) => [mid, currentDirection, track.id, track.readyState, track.muted]) }
    })
    const had = await tracks()
    const lost = await until(subscriber, (rows) => [AUDIO, CAMERA].map(({ trackId }) => number(inbound(rows, trackId), 'packetsLost')))
    await engine.restart('down')
    await answers
    await usesNewCredentials(subscriber, before, ['ours', 'theirs'])
    await flows(CAMERA.trackId)
    expect(await tracks()).toEqual(had)
    expect(await until(subscriber, (rows) => [AUDIO, CAMERA].map(({ trackId }) => number(inbound(rows, trackId), 'packetsLost')))).toEqual(lost)
  }, 10_000)

  it('lets a subscriber that gets nothing see that its path is alive, by what the pair in use received', async () => {
    await engine.send('down', [])
    await answers
    let reports = 0
    let newest = await until(subscriber, (rows) => number(pair(rows), 'packetsReceived'))
    await until(subscriber, (rows) => {
      const packets = number(pair(rows), 'packetsReceived')
      if (packets > newest) reports += 1
      newest = packets
      return reports === 3 ? true : undefined
    })
    await engine.send('down', [AUDIO, CAMERA])
    await flows(CAMERA.trackId)
  }, 10_000)

  it('tells both sides their round trip time and does not throttle the publisher', async () => {
    // libwebrtc's estimate takes some seconds to rise; transport-wide feedback that it distrusts would have crushed it by now.
    const settled = await until(publisher, (rows) => (performance.now() - publishedAt > 8000 ? rows : undefined))
    // Camera in two layers, screen and audio need 2.1 Mbit/s.
    expect(number(pair(settled), 'availableOutgoingBitrate')).toBeGreaterThan(2_000_000)
    expect(number(settled.find((row) => row.type === 'outbound-rtp' && row['rid'] === 'large'), 'targetBitrate')).toBeGreaterThanOrEqual(800_000)
    const reports = settled.filter((row) => row.type === 'remote-inbound-rtp')
    expect(reports.length).toBeGreaterThanOrEqual(3)
    await until(publisher, (rows) => rows.find((row) => row.type === 'remote-inbound-rtp' && row['kind'] === 'video' && number(row, 'roundTripTime') >= 0))
    expect(number(pair(settled), 'currentRoundTripTime')).toBeGreaterThanOrEqual(0)
    await until(subscriber, (rows) => (number(pair(rows), 'currentRoundTripTime') >= 0 ? true : undefined))
  }, 20_000)

  it('lost nothing, and repaired nothing', async () => {
    const rows = await until(subscriber, (all) => all)
    for (const track of [AUDIO.trackId, CAMERA.trackId]) expect(number(inbound(rows, track), 'packetsLost')).toBe(0)
    expect(number(inbound(rows, AUDIO.trackId), 'concealmentEvents')).toBeLessThan(5)
    // The publisher's clock arrived: sound and picture can be kept in step.
    await until(subscriber, (all) => (['audio', 'video'].every((kind) => all.some((row) => row.type === 'remote-outbound-rtp' && row['kind'] === kind)) ? true : undefined))
    expect(engine.stats().packetsForwarded).toBeGreaterThan(500)
    expect(events.filter((event) => event.type === 'transport').map(({ state }) => state)).toEqual(['connected', 'connected'])
    expect(failures).toEqual([])
  }, 10_000)

  it('repairs a path that loses every twentieth packet, sound as well as picture', async () => {
    const before = engine.stats().packetsRetransmitted
    const asked = await until(subscriber, (rows) => [AUDIO, CAMERA].map(({ trackId }) => number(inbound(rows, trackId), 'nackCount')))
    const lossy = losing(20)
    await until(subscriber, (rows) => ([AUDIO, CAMERA].every(({ trackId }, i) => number(inbound(rows, trackId), 'nackCount') >= asked[i]! + 3) ? true : undefined))
    lossy.stop()
    // What is still on its way may be missing for a moment. Sound is repaired in its own stream, a picture over RTX, which tells it apart and leaves
    // it in `packetsLost`; a frame that a busy browser can do without by then it asks for no more.
    await until(subscriber, (rows) => {
      const [sound, picture] = [inbound(rows, AUDIO.trackId), inbound(rows, CAMERA.trackId)]
      return number(sound, 'packetsLost') === 0 && number(picture, 'packetsLost') >= 3 && number(picture, 'retransmittedPacketsReceived') >= 3 ? true : undefined
    })
    expect(engine.stats().packetsRetransmitted).toBeGreaterThanOrEqual(before + 6)
    await flows(CAMERA.trackId)
  }, 20_000)

  it('takes repairs of both layers from the publisher, and reports to it what its network lost', async () => {
    const before = await until(subscriber, (rows) => number(inbound(rows, CAMERA.trackId), 'packetsLost'))
    const lossy = losingReceived(10)
    const layers = await until(publisher, (rows) => {
      const sent = ['small', 'large'].map((rid) => rows.find((row) => row.type === 'outbound-rtp' && row['rid'] === rid))
      const lost = (row: Row | undefined) => number(rows.find((report) => report.type === 'remote-inbound-rtp' && report['id'] === row?.['remoteId']), 'packetsLost')
      return sent.every((row) => number(row, 'retransmittedPacketsSent') >= 3 && lost(row) >= 3) ? sent : undefined
    })
    lossy.stop()
    for (const layer of layers) expect(number(layer, 'rtxSsrc')).toBeGreaterThan(0)
    // The subscriber misses nothing of it in the end.
    await until(subscriber, (rows) => (number(inbound(rows, CAMERA.trackId), 'packetsLost') === before ? true : undefined))
    await flows(CAMERA.trackId)
  }, 20_000)

  it('notices when a client hangs up', async () => {
    const gone = new Promise<void>((resolve) => {
      engine.on((event) => { if (event.type === 'transport' && event.transportId === 'down' && event.state === 'failed') resolve() })
    })
    failures.length = 0
    await subscriber.evaluate(() => (window as unknown as PeerWindow).connection.close())
    await gone
  }, 10_000)
})
