import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FAILED_AFTER_MS } from './ice/connectivity.js'
import { SfuError, type SfuEngine, type SfuEvent } from './sfu-engine.js'
import { answerOf, MICROPHONE, offerOf, steps } from './sfu-media.contract.js'
import { SyntheticPeer } from './synthetic-peer.contract.js'
import { TEST_PORTS } from './test-ports.contract.js'
import { createWeriftEngine } from './werift-engine.js'

// What the contract in engines.test.ts does not ask of every engine.

const OFFER = ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=mid:0', 'a=sendonly', 'a=ice-ufrag:u', `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`, 'a=rtpmap:111 opus/48000/2'].join('\r\n') + '\r\n'

describe('the werift engine', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'], ['::ffff:127.0.0.1', '127.0.0.1'], ['203.0.113.7', '203.0.113.7'],
  ])('told %s announces that address, the only one, with a port of the range', async (address, announced) => {
    const engine = createWeriftEngine(TEST_PORTS)
    await engine.openRoom('room')
    await engine.openTransport('room', 't', { address })
    const { sdp } = await engine.receive('t', { sdp: OFFER, sources: [{ mid: '0', sourceId: 's' }] })
    const candidates = sdp.split('\r\n').filter((line) => line.startsWith('a=candidate:'))
    expect(candidates).toEqual([`a=candidate:1 1 udp 2130706431 ${announced} ${TEST_PORTS.minPort} typ host`])
    await engine.close()
  })

  it('carries more transports than it has ports', async () => {
    const engine = createWeriftEngine({ minPort: TEST_PORTS.minPort, maxPort: TEST_PORTS.minPort })
    await engine.openRoom('room')
    await Promise.all(Array.from({ length: 20 }, (_, i) => engine.openTransport('room', `t${i}`, { address: '127.0.0.1' })))
    expect(engine.stats().transports).toBe(20)
    await engine.close()
    expect(engine.stats().transports).toBe(0)
  })

  it('answers an ICE restart with new credentials, and anything else with the same', async () => {
    const engine = createWeriftEngine(TEST_PORTS)
    await engine.openRoom('room')
    await engine.openTransport('room', 't', { address: '127.0.0.1' })
    const credentials = async (sdp: string) => /a=ice-ufrag:.*\r\na=ice-pwd:.*/.exec((await engine.receive('t', { sdp, sources: [{ mid: '0', sourceId: 's' }] })).sdp)![0]
    const first = await credentials(OFFER)
    expect(await credentials(OFFER)).toBe(first)
    expect(await credentials(OFFER.replace('a=ice-ufrag:u', 'a=ice-ufrag:v'))).not.toBe(first)
    await engine.close()
  })

  it('says that another peer connection needs another transport, and keeps what it has', async () => {
    const engine = createWeriftEngine(TEST_PORTS)
    await engine.openRoom('room')
    await engine.openTransport('room', 't', { address: '127.0.0.1' })
    await engine.receive('t', { sdp: OFFER, sources: [{ mid: '0', sourceId: 's' }] })
    await expect(engine.receive('t', { sdp: OFFER.replaceAll('AB', 'CD'), sources: [] })).rejects.toThrow('another peer connection')
    expect(engine.stats().sources).toBe(1)
    await engine.close()
  })

  it.each([[0, 10], [10, 5], [1.5, 10], [60_000, 70_000]])('refuses the port range %d to %d', (minPort, maxPort) => {
    expect(() => createWeriftEngine({ minPort, maxPort })).toThrow(SfuError)
  })
})

describe('the werift engine as time passes', () => {
  let clock: number
  let engine: SfuEngine
  let up: SyntheticPeer
  let down: SyntheticPeer
  let descriptions: { readonly up: string; readonly down: string }
  const states: string[] = []
  const waiting = new Set<() => void>()

  beforeEach(async () => {
    clock = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => clock)
    engine = createWeriftEngine(TEST_PORTS)
    states.length = 0
    waiting.clear()
    const offers: Extract<SfuEvent, { type: 'offer' }>[] = []
    engine.on((event) => {
      if (event.type === 'offer') offers.push(event)
      if (event.type === 'transport') states.push(`${event.transportId} ${event.state}`)
      for (const look of [...waiting]) look()
    })
    await engine.openRoom('room')
    up = await SyntheticPeer.open()
    down = await SyntheticPeer.open()
    await engine.openTransport('room', 'up', { address: '127.0.0.1' })
    await engine.openTransport('room', 'down', { address: '127.0.0.1' })
    const { sdp } = await engine.receive('up', { sdp: offerOf(up, []), sources: [{ mid: '0', sourceId: 's' }] })
    await up.connect(sdp)
    await engine.send('down', [{ sourceId: 's', streamId: 'a', trackId: 'audio' }])
    const [offer] = offers as [Extract<SfuEvent, { type: 'offer' }>]
    await engine.answer('down', offer.offerId, answerOf(offer.sdp, down.transportLines))
    await down.connect(offer.sdp)
    descriptions = { up: sdp, down: offer.sdp }
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await engine.close()
    await Promise.all([up.close(), down.close()])
  })

  const becomes = (...wanted: readonly string[]) => new Promise<void>((resolve) => {
    const look = () => { if (wanted.every((state) => states.includes(state))) resolve() }
    waiting.add(look)
    look()
  })
  const speak = (n: number) => up.sendRtp({ ...MICROPHONE, sequenceNumber: n, timestamp: 960 * n, payload: Buffer.from(`opus ${n}`) })

  it('reports to both sides within every second, though there is nothing to report', async () => {
    await becomes('up connected', 'down connected')
    for (let second = 1; second <= 5; second++) {
      await Promise.all([up, down].map((peer) => peer.until(() => peer.rtcp.length === second)))
      clock += 1000
    }
  })

  it('goes on where it was with clients that fell silent for long and are heard again', async () => {
    await becomes('up connected', 'down connected')
    for (let n = 0; n < 5; n++) speak(n)
    await down.until(() => down.received.length === 5)
    clock += FAILED_AFTER_MS
    await becomes('up failed', 'down failed')
    states.length = 0
    await up.reach(descriptions.up)
    // Nobody can be reached yet; a client that does not get these does not miss a number.
    for (let n = 5; n < 10; n++) speak(n)
    while (engine.stats().packetsReceived < 10) await new Promise((resolve) => setImmediate(resolve))
    await down.reach(descriptions.down)
    expect(states).toEqual(['up connected', 'down connected'])
    for (let n = 10; n < 15; n++) speak(n)
    await down.until(() => down.received.length === 10)
    expect(down.received.map((packet) => packet.bytes.toString('utf8', packet.payloadStart, packet.payloadEnd))).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14].map((n) => `opus ${n}`))
    expect(new Set(steps(down.received))).toEqual(new Set([1]))
    expect(engine.stats()).toMatchObject({ sources: 1, consumers: 1 })
  })
})
