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

/** Two connections that are closed so long after the answer, in milliseconds. */
async function closeAfter(ms: number): Promise<WeakRef<RTCPeerConnection>[]> {
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
    one.close(new AliRtcError(10000, 'over'))
    return new WeakRef(one.peer)
  })
}

test('connections that are closed while they are made do not stay', async () => {
  const closed: WeakRef<RTCPeerConnection>[] = []
  // When exactly states change is the machine's affair; of all of these some are closed just then
  for (let round = 0; round < 20; round++) closed.push(...(await Promise.all([0, 1, 2, 3, 4].map((n) => closeAfter(3 * round + n)))).flat())
  const left = async (): Promise<number> => {
    await devTools.send('HeapProfiler.collectGarbage')
    return closed.filter((one) => one.deref() !== undefined).length
  }
  await expect.poll(left, { timeout: 20_000, interval: 500 }).toBe(0)
})
