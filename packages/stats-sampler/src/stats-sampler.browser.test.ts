import { expect, test } from 'vitest'
import type { ConnectionSample } from './connection-sample.ts'
import { StatsSampler } from './stats-sampler.ts'

/** A call from one connection to the other with a tone; no device needed. */
async function call() {
  const context = new AudioContext()
  const tone = new OscillatorNode(context)
  const out = new MediaStreamAudioDestinationNode(context)
  tone.connect(out)
  tone.start()
  const caller = new RTCPeerConnection()
  const callee = new RTCPeerConnection()
  caller.onicecandidate = ({ candidate }) => void (candidate && callee.addIceCandidate(candidate))
  callee.onicecandidate = ({ candidate }) => void (candidate && caller.addIceCandidate(candidate))
  for (const track of out.stream.getTracks()) caller.addTrack(track, out.stream)
  await caller.setLocalDescription()
  await callee.setRemoteDescription(caller.localDescription!) // set by the line above
  await callee.setLocalDescription()
  await caller.setRemoteDescription(callee.localDescription!)
  return { caller, callee, hangUp: () => { caller.close(); callee.close(); void context.close() } }
}

test('a real connection on a worker clock: rates, round-trip time, and the end when it closes', async () => {
  const { caller, hangUp } = await call()
  const sampler = new StatsSampler({ intervalMs: 200 })
  const sample = await new Promise<ConnectionSample>((resolve) => {
    sampler.add(caller, (current) => {
      if (current.rttMs !== undefined && (current.tracks[0]?.packetsPerSecond ?? 0) > 30 && current.bytesSentPerSecond) resolve(current)
    })
  })
  expect(sample.rttSource).toBe('candidate-pair')
  expect(sample.tracks[0]).toMatchObject({ direction: 'send', kind: 'audio', mid: '0' })
  const ended = new Promise((resolve) => sampler.add(caller, () => {}, { onEnd: resolve }))
  hangUp()
  await expect(ended).resolves.toBe('closed')
  sampler.close()
})

test.each([['none', "worker-src 'none'"], ['a worker', 'worker-src blob:']])('CSP: the clock ticks in a page that allows %s (%s)', async (_, policy) => {
  const frame = document.createElement('iframe')
  const ticks = new Promise<unknown>((resolve) => {
    const count = { ticks: 0, violations: 0 }
    addEventListener('message', ({ data, source }) => {
      if (source !== frame.contentWindow) return
      if (data === 'violation') count.violations++
      if (data === 'tick' && ++count.ticks === 3) resolve(count)
    })
  })
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${policy}"><script type="module">
    document.addEventListener('securitypolicyviolation', () => parent.postMessage('violation', '*'))
    const { startClock } = await import(${JSON.stringify(new URL('./clock.ts', import.meta.url).href)})
    startClock('worker', 20, () => parent.postMessage('tick', '*'))
  </script>`
  document.body.append(frame)
  // The violation shows that the policy was in force, so that the ticks came from the fallback.
  expect(await ticks).toEqual({ ticks: 3, violations: policy.endsWith("'none'") ? 1 : 0 })
  frame.remove()
})
