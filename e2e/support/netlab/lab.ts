import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test'
import type { AliRtcEngine } from '@earshot/sdk-core'
import { startServer } from '../channel-server.ts'
import { Link } from './link.ts'
import { addSampler } from './sampled.ts'

const chromiumInNamespace = fileURLToPath(new URL('chromium-in-namespace.sh', import.meta.url))

export interface CallOptions {
  readonly video: boolean
  /** False takes generic NACK (RFC 4585) out of what the server offers and answers. Default true. */
  readonly nack?: boolean
}

/** Links, servers and browsers of one test, which all end with `close`. */
export class Lab {
  readonly #closers: (() => Promise<void>)[] = []

  async link(): Promise<Link> {
    const link = await Link.up()
    this.#closers.push(() => link.down())
    return link
  }

  /**
   * A channel server in `b`, and in `a` a page of it where Alice publishes and Bob subscribes to her, sampled as `publish` and `subscribe`:
   * media goes up on the one connection and comes down on the other.
   */
  async call(link: Link, { video, nack = true }: CallOptions): Promise<Page> {
    const server = await startServer({ EARSHOT_HOST: '10.88.0.2', EARSHOT_LOG_LEVEL: 'error' }, ['ip', 'netns', 'exec', link.b])
    this.#closers.push(() => server.stop())
    const page = await this.#samplingPage(link.a, `--unsafely-treat-insecure-origin-as-secure=${server.url}`)
    if (!nack) await page.addInitScript(refuseNack)
    await page.goto(server.url)
    await page.addScriptTag({ url: '/earshot.global.js' })
    await page.evaluate(callOneself, video)
    await page.waitForFunction(() => window.connections().every((connection) => connection?.connectionState === 'connected'))
    await page.evaluate(() => window.connections().forEach((connection, n) => { if (connection) window.sample(n === 0 ? 'publish' : 'subscribe', connection) }))
    return page
  }

  /** The camera of a browser in `b` to one in `a`, sampled as `receive`, without a server between and without FEC: both repair by RTX (RFC 4588). */
  async peers(link: Link): Promise<Page> {
    const [from, to] = await Promise.all([link.b, link.a].map(async (namespace) => {
      const page = await this.#samplingPage(namespace, '--disable-features=WebRtcHideLocalIpsWithMdns') // nobody there resolves the names it would give
      await page.route('https://peer.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })) // secure: it has cameras
      await page.goto('https://peer.test/')
      return page
    })) as [Page, Page]
    const answer = await to.evaluate(receiveCamera, await from.evaluate(offerCamera))
    await from.evaluate((sdp) => window.sending?.setRemoteDescription({ type: 'answer', sdp }), answer)
    return to
  }

  /** Ends all, in reverse order, and only then rejects with what went wrong. */
  async close(): Promise<void> {
    const faults: unknown[] = []
    for (const closer of this.#closers.splice(0).reverse()) await closer().catch((error: unknown) => faults.push(error))
    if (faults.length > 0) throw new AggregateError(faults, 'the lab did not end cleanly')
  }

  /** Has something end with the lab. */
  adopt(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /** Pages in one browser in that namespace. */
  async browser(namespace: string, ...args: string[]): Promise<BrowserContext> {
    const browser: Browser = await chromium.launch({
      executablePath: chromiumInNamespace,
      env: { ...process.env, NETLAB_NAMESPACE: namespace, NETLAB_CHROMIUM: process.env['CHROMIUM_PATH'] ?? chromium.executablePath() },
      args: [
        '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
        '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic', ...args,
      ],
    })
    this.#closers.push(() => browser.close())
    return await browser.newContext({ permissions: ['microphone', 'camera'] })
  }

  async #samplingPage(namespace: string, ...args: string[]): Promise<Page> {
    const page = await (await this.browser(namespace, ...args)).newPage()
    page.on('pageerror', (error) => console.error(error.stack ?? error.message))
    await addSampler(page)
    return page
  }
}

declare global {
  interface Window {
    sending?: RTCPeerConnection
    /** Alice's that publishes, and Bob's that subscribes. */
    connections(): readonly (RTCPeerConnection | undefined)[]
  }
}

// What follows runs in pages.

async function callOneself(video: boolean): Promise<void> {
  const join = async (user: string): Promise<AliRtcEngine> => {
    const engine = new window.AliRtcEngine({ audioProcessing: false })
    engine.configLocalCameraPublish = video
    const { data } = await (await fetch(`/app/v1/login?room=truth&user=${user}`)).json()
    await engine.joinChannel({ ...data, channel: 'truth' }, user)
    return engine
  }
  const [alice, bob] = [await join('Alice'), await join('Bob')]
  const published = new Promise<unknown>((resolve) => bob.on('onPublisher', resolve))
  await alice.publish()
  await published
  await bob.subscribe('Alice') // the server agreed, media follows
  // They are connections, of which the sampler's type tells only what it needs.
  window.connections = () => [alice.statsSources().get('publish'), bob.statsSources().get('subscribe')] as (RTCPeerConnection | undefined)[]
}

function refuseNack(): void {
  const setRemoteDescription: (this: RTCPeerConnection, description: RTCSessionDescriptionInit) => Promise<void> = RTCPeerConnection.prototype.setRemoteDescription
  RTCPeerConnection.prototype.setRemoteDescription = function (this: RTCPeerConnection, { type, sdp = '' }: RTCSessionDescriptionInit) {
    return setRemoteDescription.call(this, { type, sdp: sdp.replace(/^a=rtcp-fb:\S+ nack\r\n/gm, '') })
  } as typeof RTCPeerConnection.prototype.setRemoteDescription // without the form that takes callbacks, which nobody here uses
}

async function offerCamera(): Promise<string> {
  const connection = window.sending = new RTCPeerConnection()
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480, frameRate: 20 } })
  const transceiver = connection.addTransceiver(stream.getVideoTracks()[0]!, { direction: 'sendonly', sendEncodings: [{ maxBitrate: 900_000 }] })
  transceiver.setCodecPreferences(RTCRtpSender.getCapabilities('video')!.codecs.filter(({ mimeType }) => /\/(vp8|rtx)$/i.test(mimeType)))
  await connection.setLocalDescription()
  await new Promise<void>((resolve) => { connection.onicecandidate = ({ candidate }) => { if (!candidate) resolve() } })
  return connection.localDescription!.sdp // set above
}

async function receiveCamera(sdp: string): Promise<string> {
  const connection = new RTCPeerConnection()
  connection.ontrack = ({ track }) => {
    const element = document.createElement('video')
    document.body.append(Object.assign(element, { autoplay: true, muted: true, srcObject: new MediaStream([track]) }))
  }
  await connection.setRemoteDescription({ type: 'offer', sdp })
  await connection.setLocalDescription()
  await new Promise<void>((resolve) => { connection.onicecandidate = ({ candidate }) => { if (!candidate) resolve() } })
  window.sample('receive', connection)
  return connection.localDescription!.sdp // set above
}
