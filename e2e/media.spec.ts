import type { Participant } from './support/participant.ts'
import { expect, test } from './support/test.ts'

interface Media {
  userId: string; rtt: number
  audio?: { level: number }; camera?: { width: number; height: number; fps: number }; screen?: { width: number; height: number; fps: number }
  bytesSentPerSecond?: number; bytesReceivedPerSecond?: number
  data: Omit<Media, 'data' | 'userId'>
}

interface Counters { timestamp: number; rttMs: number; pairBytesSent: number; inboundBytes: number; outbound: Size; inbound: Size }
interface Size { width: number; height: number; fps: number }

/** The page's own getStats(), read straight from the connections, not through our sampler. */
function counters(participant: Participant): Promise<Counters> {
  return participant.page.evaluate(async () => {
    type Entry = Record<string, number> & { type: string; kind?: string; nominated?: boolean; state?: string; id: string; selectedCandidatePairId?: string; timestamp: number }
    const read = async (name: string): Promise<Entry[]> => {
      const source = window.earshot.statsSources().get(name)
      return source ? ([...(await source.getStats()).values()] as Entry[]) : []
    }
    const [sent, received] = [await read('publish'), await read('subscribe')]
    const selected = (entries: Entry[]) => {
      const id = entries.find((entry) => entry.type === 'transport')?.selectedCandidatePairId
      return entries.find((entry) => entry.id === id)
    }
    const largest = (entries: Entry[], type: string) => entries.filter((entry) => entry.type === type && entry.kind === 'video' && entry['frameWidth'] !== undefined)
      .map((entry) => ({ width: entry['frameWidth'] ?? 0, height: entry['frameHeight'] ?? 0, fps: entry['framesPerSecond'] ?? 0 }))
      .sort((a, b) => b.width - a.width)[0] ?? { width: 0, height: 0, fps: 0 }
    const pair = selected(sent)
    return {
      timestamp: pair?.timestamp ?? 0,
      rttMs: (pair?.['currentRoundTripTime'] ?? 0) * 1000,
      pairBytesSent: pair?.['bytesSent'] ?? 0,
      inboundBytes: received.filter((entry) => entry.type === 'inbound-rtp')
        .reduce((sum, entry) => sum + (entry['bytesReceived'] ?? 0) + (entry['headerBytesReceived'] ?? 0), 0),
      outbound: largest(sent, 'outbound-rtp'),
      inbound: largest(received, 'inbound-rtp'),
    }
  })
}

async function mediaRows(participant: Participant, own: boolean): Promise<Media[]> {
  return (await participant.recorded('onMedia')).map((entry) => entry.payload as Media).filter((row) => (row.userId === '0') === own)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

test('onMedia tells what the page\'s own statistics tell, for ourselves and for the remote user', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', chroma: [90, 180] })
  const bob = await launch({ name: 'Bob', chroma: [180, 90] })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')
  // the encoder needs a few seconds to reach its size and rate
  await expect.poll(async () => (await mediaRows(bob, false)).at(-1)?.camera?.width, { timeout: 45_000 }).toBe(640)
  await expect.poll(async () => (await mediaRows(bob, true)).at(-1)?.camera?.width, { timeout: 45_000 }).toBe(640)

  await bob.forget()
  const before = await counters(bob)
  await expect.poll(async () => (await mediaRows(bob, true)).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(10)
  const after = await counters(bob)
  const seconds = (after.timestamp - before.timestamp) / 1000
  const [own, remote] = [await mediaRows(bob, true), await mediaRows(bob, false)]

  for (const row of [...own, ...remote]) {
    const { userId: _userId, data, ...flat } = row
    expect(data, 'flat fields and data are the same numbers').toEqual(flat)
    expect(Number.isInteger(row.rtt)).toBe(true)
    expect(Math.abs(row.rtt - after.rttMs)).toBeLessThanOrEqual(2)
  }
  const [lastOwn, lastRemote] = [own.at(-1), remote.at(-1)]
  expect(lastOwn?.camera).toMatchObject({ width: after.outbound.width, height: after.outbound.height })
  expect(lastRemote?.camera).toMatchObject({ width: after.inbound.width, height: after.inbound.height })
  expect(Math.abs(mean(own.map((row) => row.camera?.fps ?? 0)) - after.outbound.fps)).toBeLessThanOrEqual(2)
  expect(Math.abs(mean(remote.map((row) => row.camera?.fps ?? 0)) - after.inbound.fps)).toBeLessThanOrEqual(2)
  expect(lastOwn?.screen).toEqual({ width: 0, height: 0, fps: 0 })
  expect(lastRemote).not.toHaveProperty('screen')

  const sent = (after.pairBytesSent - before.pairBytesSent) / seconds
  const received = (after.inboundBytes - before.inboundBytes) / seconds
  expect(sent).toBeGreaterThan(5_000)
  expect(received).toBeGreaterThan(5_000)
  expect(mean(own.map((row) => row.bytesSentPerSecond ?? 0)) / sent).toBeCloseTo(1, 1) // within 5 %
  expect(mean(remote.map((row) => row.bytesReceivedPerSecond ?? 0)) / received).toBeCloseTo(1, 1)
  for (const row of own) expect(row).not.toHaveProperty('bytesReceivedPerSecond')
  for (const row of remote) expect(row).not.toHaveProperty('bytesSentPerSecond')

  const peaks = (await bob.recorded('onAudioLevel')).flatMap((entry) => entry.payload as { userId: string; peak: number }[])
  for (const row of [...own, ...remote].slice(2)) {
    expect(peaks.filter((level) => level.userId === row.userId).map((level) => Math.min(1, level.peak)), 'the level is the meter\'s').toContain(row.audio?.level)
  }
})

test('media goes through the server and nowhere else, and pictures move', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', chroma: [90, 180] })
  const bob = await launch({ name: 'Bob', chroma: [180, 90] })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')
  const remote = bob.page.locator('[data-user-id]:not([data-user-id="0"]) video').first()
  await expect.poll(() => remote.evaluate((video: HTMLVideoElement) => video.videoWidth), { timeout: 30_000 }).toBeGreaterThan(0)

  const forwarded = await server.metric('earshot_rtp_packets_forwarded_total')
  const picture = () => remote.evaluate((video: HTMLVideoElement) => {
    const canvas = document.createElement('canvas')
    ;[canvas.width, canvas.height] = [32, 24]
    const context = canvas.getContext('2d')
    context?.drawImage(video, 0, 0, 32, 24)
    return { time: video.currentTime, pixels: [...(context?.getImageData(0, 0, 32, 24).data ?? [])].join() }
  })
  const first = await picture()
  await expect.poll(async () => (await picture()).time).toBeGreaterThan(first.time + 0.5)
  await expect.poll(async () => (await picture()).pixels).not.toBe(first.pixels)
  expect(await server.metric('earshot_rtp_packets_forwarded_total')).toBeGreaterThan(forwarded + 50)

  for (const participant of [alice, bob]) {
    const candidates = await participant.page.evaluate(async () => {
      const found: { source: string; address: string; port: number; type: string }[] = []
      for (const [source, connection] of window.earshot.statsSources()) {
        for (const entry of (await connection.getStats()).values()) {
          if (entry.type === 'remote-candidate') found.push({ source, address: entry.address, port: entry.port, type: entry.candidateType })
        }
      }
      return found
    })
    expect(new Set(candidates.map((candidate) => candidate.source))).toEqual(new Set(['publish', 'subscribe']))
    for (const candidate of candidates) {
      expect(candidate.address).toBe('127.0.0.1')
      expect(candidate.type).toBe('host')
      expect(candidate.port).toBeGreaterThanOrEqual(50_000) // EARSHOT_RTC_MIN_PORT
      expect(candidate.port).toBeLessThanOrEqual(50_199)
    }
  }
})
