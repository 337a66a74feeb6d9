import { expect, it, onTestFinished, vi } from 'vitest'
import { generatedStats, pair } from '../test/generated-stats.js'
import { MemoryChannel } from '../test/memory-channel.js'
import { participant, until, type Participant } from '../test/participant.js'
import type { AliRtcEngine, AudioLevelRow, MediaEvent } from './index.js'

/** Every `onAudioLevel` from now on. */
function levels({ engine }: Participant): { rows: AudioLevelRow[] }[] {
  const calls: { rows: AudioLevelRow[] }[] = []
  engine.on('onAudioLevel', (rows) => calls.push({ rows }))
  return calls
}

const rowsOf = (calls: readonly { rows: AudioLevelRow[] }[], userId: string) =>
  calls.flatMap(({ rows }) => rows.filter((row) => row.userId === userId && row.startFrame !== undefined))

function expectGapless(rows: readonly AudioLevelRow[]): void {
  rows.forEach((row, n) => {
    expect(row.buffer.reduce((sum, block) => sum + block.length, 0)).toBe(row.sampleRate)
    expect(row.buffer.every((block) => block instanceof Float32Array && block.length <= 4096)).toBe(true)
    const before = rows[n - 1]?.startFrame
    if (before !== undefined) expect((row.startFrame ?? 0) - before).toBe(row.sampleRate)
  })
}

/** Alice hears Bob; both publish their microphone. */
async function talking(): Promise<{ channel: MemoryChannel; alice: Participant; bob: Participant }> {
  const channel = new MemoryChannel()
  const [alice, bob] = [participant(channel, 'alice'), participant(channel, 'bob')]
  for (const { engine, join } of [bob, alice]) {
    engine.configLocalCameraPublish = false
    await join()
    await engine.publish()
  }
  await until(() => expect(alice.story()).toContain('onPublisher bob'))
  await alice.engine.subscribe('bob')
  return { channel, alice, bob }
}

it('before joining there is [] each second, and nothing once it is switched off', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => { vi.useRealTimers() })
  const alice = participant(new MemoryChannel(), 'alice')
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  vi.advanceTimersByTime(2999)
  expect(calls.map(({ rows }) => rows)).toEqual([[], []])
  vi.advanceTimersByTime(1)
  expect(calls).toHaveLength(3)
  expect(alice.engine.enableAudioVolumeIndicator).toBe(true)
  alice.engine.enableAudioVolumeIndicator = false
  vi.advanceTimersByTime(2000)
  expect(calls).toHaveLength(3)
})

it('both rows, second by second, gapless through mute and a blocked main thread', async () => {
  const { alice } = await talking()
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  await until(() => expect(rowsOf(calls, 'bob').length).toBeGreaterThanOrEqual(2))
  expect(calls.at(-1)?.rows.map((row) => [row.userId, row.displayName])).toEqual([['0', 'ALICE'], ['bob', 'BOB']])
  // the fake microphone beeps at full scale twice a second (browser-facts F3)
  expect(calls.at(-1)?.rows.map((row) => row.level > 50 && row.level === Math.round(100 * Math.min(1, row.peak)) && row.rms > 0 && row.rms < row.peak)).toEqual([true, true])
  const block = calls.at(-1)?.rows[0]?.buffer.reduce((most, samples) => Math.max(most, ...samples.map(Math.abs)), 0)
  expect(block).toBe(calls.at(-1)?.rows[0]?.peak)

  const end = performance.now() + 3000
  while (performance.now() < end);
  const before = rowsOf(calls, 'bob').length
  await until(() => expect(rowsOf(calls, 'bob').length).toBeGreaterThanOrEqual(before + 4))
  alice.engine.muteLocalMic(true)
  await until(() => expect(rowsOf(calls, '0').at(-1)?.level).toBe(0))
  for (const userId of ['0', 'bob']) expectGapless(rowsOf(calls, userId))
  const measured = calls.slice(calls.findIndex(({ rows }) => rows.some((row) => row.startFrame !== undefined)))
  expect(measured.flatMap(({ rows }) => rows).every((row) => row.startFrame !== undefined), 'no timer slips in').toBe(true)
  expect(new Set(measured.map(({ rows }) => rows[0]?.startFrame)).size, 'one call for each cut').toBe(measured.length)
})

it('rows come and go with publishing and subscribing', async () => {
  const { alice } = await talking()
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = { pcm: false, interval: 0.1 }
  const users = () => calls.at(-1)?.rows.map((row) => row.userId)
  await until(() => expect(users()).toEqual(['0', 'bob']))
  expect(calls.at(-1)?.rows.map((row) => row.buffer)).toEqual([[], []])
  const frames = rowsOf(calls, 'bob').map((row) => row.startFrame ?? 0)
  await until(() => expect(rowsOf(calls, 'bob').length).toBeGreaterThan(frames.length + 3))
  const [first, second] = rowsOf(calls, 'bob')
  expect((second?.startFrame ?? 0) - (first?.startFrame ?? 0)).toBe(Math.round(0.1 * (first?.sampleRate ?? 0)))
  await alice.engine.unPublish()
  await until(() => expect(users()).toEqual(['bob']))
  alice.engine.configRemoteAudio('bob', false)
  alice.engine.configRemoteCameraTrack('bob', true, false)
  await alice.engine.subscribe('bob')
  await until(() => expect(users()).toEqual([]))
})

it('while no audio clock runs the timer gives rows of level 0', async () => {
  const audioContext = new AudioContext()
  await audioContext.suspend()
  onTestFinished(() => audioContext.close())
  const alice = participant(new MemoryChannel(), 'alice', { audioContext })
  alice.engine.configLocalCameraPublish = false
  await alice.join()
  await alice.engine.publish()
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  await until(() => expect(calls.filter(({ rows }) => rows.length > 0).length).toBeGreaterThanOrEqual(2))
  expect(calls.at(-1)?.rows).toEqual([{ userId: '0', displayName: 'ALICE', level: 0, buffer: [], sampleRate: 0, peak: 0, rms: 0 }])
  await audioContext.resume()
  await until(() => expect(rowsOf(calls, '0').length).toBeGreaterThanOrEqual(2))
  expectGapless(rowsOf(calls, '0'))
  expect(rowsOf(calls, '0')[0]?.sampleRate).toBe(audioContext.sampleRate)
})

it('a context that cannot meter is told once, and the timer goes on', async () => {
  const audioContext = new AudioContext()
  await audioContext.close()
  const alice = participant(new MemoryChannel(), 'alice', { audioContext })
  alice.engine.configLocalCameraPublish = false
  await alice.join()
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  await alice.engine.publish()
  await until(() => expect(calls.filter(({ rows }) => rows.length > 0).length).toBeGreaterThanOrEqual(1))
  await alice.engine.unPublish()
  await alice.engine.publish()
  expect(alice.heard).toMatchObject([{ name: 'onError', payload: { errorCode: 20007, message: expect.stringContaining('closed') } }])
})

it.each<[string, (engine: AliRtcEngine) => unknown]>([
  ['the indicator is off', (engine) => { engine.enableAudioVolumeIndicator = false }],
  ['nothing is published any more', (engine) => engine.unPublish()],
  ['nothing is published any more and the meter is only being made', (engine) => engine.unPublish()],
  ['the engine was disposed', (engine) => engine.dispose()],
])('the audio context of the page is suspended when %s', async (when, end) => {
  const suspend = vi.spyOn(AudioContext.prototype, 'suspend')
  onTestFinished(() => { suspend.mockRestore() })
  const alice = participant(new MemoryChannel(), 'alice')
  alice.engine.configLocalCameraPublish = false
  await alice.join()
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  await alice.engine.publish()
  if (!when.endsWith('made')) await until(() => expect(rowsOf(calls, '0').length).toBeGreaterThanOrEqual(1))
  expect(suspend).not.toHaveBeenCalled()
  await end(alice.engine)
  await until(() => expect(suspend).toHaveBeenCalled())
})

it('onMedia: our row while publishing, a row for whom we receive, none before two reports', async () => {
  const { channel, alice } = await talking()
  const link = channel.linkOf('alice')
  const outbound = (seconds: number) => ({ id: 'O', type: 'outbound-rtp', kind: 'audio', mid: 'self/audio', ssrc: 1, bytesSent: 3000 * seconds, headerBytesSent: 600 * seconds, packetsSent: 50 * seconds })
  const inbound = (seconds: number) => ({ id: 'I', type: 'inbound-rtp', kind: 'audio', mid: 'bob/sophon_audio', ssrc: 2, bytesReceived: 2000 * seconds, headerBytesReceived: 500 * seconds, packetsReceived: 50 * seconds })
  link.sources.set('publish', generatedStats((seconds) => [...pair(seconds, { sent: 9000, rttMs: 20 }), outbound(seconds)]))
  link.sources.set('subscribe', generatedStats((seconds) => [...pair(seconds, { received: 8000, rttMs: 30 }), inbound(seconds)]))
  expect([...alice.engine.statsSources().keys()]).toEqual(['publish', 'subscribe'])

  const media: MediaEvent[] = []
  const remove = alice.engine.on('onMedia', (row) => media.push(row))
  await until(() => expect(media.filter((row) => row.userId === 'bob').length).toBeGreaterThanOrEqual(4))
  const own = media.filter((row) => row.userId === '0').at(-1)
  const bob = media.filter((row) => row.userId === 'bob').at(-1)
  const zero = { width: 0, height: 0, fps: 0 }
  expect(own).toEqual({ userId: '0', rtt: 20, audio: { level: expect.any(Number) }, camera: zero, screen: zero, bytesSentPerSecond: 9000, data: { rtt: 20, audio: own?.audio, camera: zero, screen: zero, bytesSentPerSecond: 9000 } })
  expect(bob).toEqual({ userId: 'bob', rtt: 30, audio: { level: expect.any(Number) }, bytesReceivedPerSecond: 2500, data: { rtt: 30, audio: bob?.audio, bytesReceivedPerSecond: 2500 } })
  expect(own?.audio?.level, 'metered without onAudioLevel').toBeGreaterThan(0.5)
  expect(bob?.audio?.level).toBeGreaterThan(0.5)

  await alice.engine.unPublish()
  media.length = 0
  await until(() => expect(media.filter((row) => row.userId === 'bob').length).toBeGreaterThanOrEqual(2))
  expect(media.filter((row) => row.userId === '0'), 'stops with publishing').toEqual([])
  await alice.engine.leaveChannel()
  media.length = 0
  const other = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  await until(() => expect(other).toHaveLength(2))
  expect(media).toEqual([])
  expect(alice.engine.statsSources().size).toBe(0)
  remove()
})

it('the level is the peak of the absolute value: a signal that only goes below zero is as loud as one above', async () => {
  const context = new AudioContext()
  onTestFinished(() => context.close())
  const destination = context.createMediaStreamDestination()
  const below = new ConstantSourceNode(context, { offset: -0.9 })
  below.connect(destination)
  below.start()
  const alice = participant(new MemoryChannel(), 'alice')
  alice.engine.setExternalMediaTrack(destination.stream.getAudioTracks()[0] as MediaStreamTrack, 0) // a destination has one
  alice.engine.configLocalCameraPublish = false
  await alice.join()
  await alice.engine.publish()
  const calls = levels(alice)
  alice.engine.enableAudioVolumeIndicator = true
  await until(() => expect(rowsOf(calls, '0').at(-1)).toMatchObject({ level: 90 }))
  expect(rowsOf(calls, '0').at(-1)?.peak).toBeCloseTo(0.9, 3) // 16 bit on the way
})
