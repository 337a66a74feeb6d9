import { describe, expect, it } from 'vitest'
import { SfuError } from './sfu-engine.js'
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
