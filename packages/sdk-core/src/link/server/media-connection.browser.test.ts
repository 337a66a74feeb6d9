import { expect, test } from 'vitest'
import { cdp } from 'vitest/browser'
import { AliRtcError } from '../../errors.js'
import { LINK_TIMEOUTS } from './link-timeouts.js'
import { MediaConnection } from './media-connection.js'

const devTools = cdp() as unknown as { send(method: string): Promise<unknown> } // untyped there

function connect(other: () => MediaConnection): MediaConnection {
  return new MediaConnection({
    iceServers: [], patience: LINK_TIMEOUTS, onPath: () => undefined, canRestart: () => false, onCandidate: (candidate) => other().addCandidate(candidate),
  })
}

/** Two connections that are ended so long after the answer, in milliseconds. */
async function endAfter(ms: number, end: (connection: MediaConnection) => void): Promise<WeakRef<RTCPeerConnection>[]> {
  const a: MediaConnection = connect(() => b)
  const b: MediaConnection = connect(() => a)
  a.peer.addTransceiver('audio')
  await a.peer.setLocalDescription()
  await b.setRemoteDescription(a.peer.localDescription!) // just set
  await b.peer.setLocalDescription()
  await a.setRemoteDescription(b.peer.localDescription!)
  for (const one of [a, b]) one.releaseCandidates()
  await new Promise((resolve) => setTimeout(resolve, ms))
  return [a, b].map((one) => {
    end(one)
    return new WeakRef(one.peer)
  })
}

/** How many stay. When exactly states change is the machine's affair; of two hundred some are ended just then. */
async function leftOf(end: (connection: MediaConnection) => void): Promise<() => Promise<number>> {
  const ended: WeakRef<RTCPeerConnection>[] = []
  for (let round = 0; round < 20; round++) ended.push(...(await Promise.all([0, 1, 2, 3, 4].map((n) => endAfter(3 * round + n, end)))).flat())
  return async () => {
    await devTools.send('HeapProfiler.collectGarbage')
    return ended.filter((one) => one.deref() !== undefined).length
  }
}

test('connections that are closed while they are made do not stay, as some do that are closed at once', async () => {
  const over = new AliRtcError(10000, 'over')
  const chromium = await leftOf((one) => {
    one.peer.close()
    one.close(over)
  })
  const ours = await leftOf((one) => one.close(over))
  await expect.poll(ours, { timeout: 20_000, interval: 500 }).toBe(0)
  expect(await chromium(), 'or else media-connection.ts has no more reason to wait').toBeGreaterThan(0)
})
