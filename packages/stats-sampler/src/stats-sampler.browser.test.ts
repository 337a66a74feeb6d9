import { expect, test } from 'vitest'
import type { ConnectionSample } from './connection-sample.ts'
import { sampleRecording } from './replay/read-recording.ts'
import { startRecording } from './replay/start-recording.ts'
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

test('a recording of a real call gives the live samples to the last bit, and has no address, user name or fingerprint of it', async () => {
  const { caller, callee, hangUp } = await call()
  const sampler = new StatsSampler({ intervalMs: 200 })
  let text = ''
  startRecording(sampler, (line) => (text += line), { nameOf: (source) => (source === caller ? 'caller' : 'callee') })
  const live: { source: string; sample: ConnectionSample }[] = []
  await new Promise<void>((resolve) => {
    for (const [source, connection] of Object.entries({ caller, callee })) {
      sampler.add(connection, (sample) => {
        live.push({ source, sample })
        if (live.length >= 10 && sample.rttMs !== undefined) resolve()
      })
    }
  })
  sampler.close()
  expect([...sampleRecording(text)]).toEqual(live)
  const sdp = [caller, callee].map(({ localDescription }) => localDescription?.sdp ?? '').join('')
  const secrets = [/^a=candidate:\S+ \d \S+ \d+ (\S+)/gm, /^a=ice-(?:ufrag|pwd):(\S+)/gm, /^a=fingerprint:\S+ (\S+)/gm].flatMap((pattern) => [...sdp.matchAll(pattern)].flatMap(([, ...found]) => found))
  expect(secrets.length).toBeGreaterThan(6)
  // A user name has four letters, which may be a part of another word; an address or fingerprint is looked for inside of texts too.
  expect(secrets.filter((secret) => text.includes(`"${secret}"`) || (secret.length > 8 && text.includes(secret)))).toEqual([])
  expect(text).not.toMatch(/port":\d/i)
  hangUp()
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
