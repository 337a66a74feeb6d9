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

interface Compared { own: Media; remote: Media; stats: Counters }

declare global {
  interface Window {
    compared: Compared[]
    /** The page's own getStats(), read straight from the connections, not through our sampler. */
    readCounters(): Promise<Counters>
  }
}

async function mediaRows(participant: Participant, own: boolean): Promise<Media[]> {
  return (await participant.recorded('onMedia')).map((entry) => entry.payload as Media).filter((row) => (row.userId === '0') === own)
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** From now on each row of ours is recorded beside what the page's own getStats() says at that moment. */
function compareFromNowOn(participant: Participant, remoteId: string): Promise<void> {
  return participant.page.evaluate((remote) => {
    const compared: Compared[] = []
    const latest: { own?: Media; remote?: Media } = {}
    Object.assign(window, { compared })
    window.earshot.on('onMedia', async (row) => {
      if (row.userId === remote) latest.remote = row
      if (row.userId !== '0') return
      latest.own = row
      const stats = await window.readCounters()
      if (latest.remote) compared.push({ own: latest.own, remote: latest.remote, stats })
    })
  }, remoteId)
}

/** Both are read at moments up to a second apart, and a value may just have changed: one of three neighbours must agree. */
function expectNear(rows: readonly Compared[], what: string, ours: (row: Compared) => number | undefined, theirs: (row: Compared) => number): void {
  rows.slice(1, -1).forEach((row, n) => {
    const around = rows.slice(n, n + 3).map(theirs)
    expect(Math.min(...around.map((value) => Math.abs(value - (ours(row) ?? Number.NaN)))), `${what}: ${ours(row)} beside ${around.join(', ')}`).toBeLessThanOrEqual(2)
  })
}

test('onMedia tells what the page\'s own statistics tell, for ourselves and for the remote user', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', chroma: [90, 180] })
  const bob = await launch({ name: 'Bob', chroma: [180, 90] })
  await bob.page.addInitScript(() => {
    window.readCounters = async () => {
      type Entry = Record<string, number> & { type: string; kind?: string; id: string; selectedCandidatePairId?: string }
      const read = async (name: string): Promise<Entry[]> => {
        const source = window.earshot.statsSources().get(name)
        return source ? ([...(await source.getStats()).values()] as Entry[]) : []
      }
      const [sent, received] = [await read('publish'), await read('subscribe')]
      const selected = sent.find((entry) => entry.id === sent.find((transport) => transport.type === 'transport')?.selectedCandidatePairId)
      const largest = (entries: Entry[], type: string) => entries.filter((entry) => entry.type === type && entry.kind === 'video' && entry['frameWidth'] !== undefined)
        .map((entry) => ({ width: entry['frameWidth'] ?? 0, height: entry['frameHeight'] ?? 0, fps: entry['framesPerSecond'] ?? 0 }))
        .sort((a, b) => b.width - a.width)[0] ?? { width: 0, height: 0, fps: 0 }
      return {
        timestamp: selected?.['timestamp'] ?? 0,
        rttMs: (selected?.['currentRoundTripTime'] ?? 0) * 1000,
        pairBytesSent: selected?.['bytesSent'] ?? 0,
        inboundBytes: received.filter((entry) => entry.type === 'inbound-rtp')
          .reduce((sum, entry) => sum + (entry['bytesReceived'] ?? 0) + (entry['headerBytesReceived'] ?? 0), 0),
        outbound: largest(sent, 'outbound-rtp'),
        inbound: largest(received, 'inbound-rtp'),
      }
    }
  })
  await alice.join(server.url, room, 'Alice')
  await bob.join(server.url, room, 'Bob')
  // the encoder needs a few seconds to reach its size and rate
  await expect.poll(async () => (await mediaRows(bob, false)).at(-1)?.camera?.width, { timeout: 45_000 }).toBe(640)
  await expect.poll(async () => (await mediaRows(bob, true)).at(-1)?.camera?.width, { timeout: 45_000 }).toBe(640)

  await bob.forget()
  await compareFromNowOn(bob, 'Alice')
  await expect.poll(() => bob.page.evaluate(() => window.compared.length), { timeout: 30_000 }).toBeGreaterThanOrEqual(12)
  const compared = await bob.page.evaluate(() => window.compared)
  const [own, remote] = [await mediaRows(bob, true), await mediaRows(bob, false)]

  for (const row of [...own, ...remote]) {
    const { userId: _userId, data, ...flat } = row
    expect(data, 'flat fields and data are the same numbers').toEqual(flat)
    expect(Number.isInteger(row.rtt)).toBe(true)
  }
  expectNear(compared, 'own rtt', (row) => row.own.rtt, (row) => row.stats.rttMs)
  expectNear(compared, 'own fps', (row) => row.own.camera?.fps, (row) => row.stats.outbound.fps)
  expectNear(compared, 'own width', (row) => row.own.camera?.width, (row) => row.stats.outbound.width)
  expectNear(compared, 'own height', (row) => row.own.camera?.height, (row) => row.stats.outbound.height)
  expectNear(compared, 'remote fps', (row) => row.remote.camera?.fps, (row) => row.stats.inbound.fps)
  expectNear(compared, 'remote width', (row) => row.remote.camera?.width, (row) => row.stats.inbound.width)
  expectNear(compared, 'remote height', (row) => row.remote.camera?.height, (row) => row.stats.inbound.height)
  expect(own.at(-1)?.screen).toEqual({ width: 0, height: 0, fps: 0 })
  expect(remote.at(-1)).not.toHaveProperty('screen')

  // the rows after the first up to the last cover the time between those two readings, but for the tick's own length
  const [first, last] = [compared[0]!.stats, compared.at(-1)!.stats]
  const elapsed = (last.timestamp - first.timestamp) / 1000
  const sent = (last.pairBytesSent - first.pairBytesSent) / elapsed
  const received = (last.inboundBytes - first.inboundBytes) / elapsed
  expect(sent).toBeGreaterThan(5_000)
  expect(received).toBeGreaterThan(5_000)
  const ratio = (rows: readonly (number | undefined)[], counted: number) => mean(rows.map((value) => value ?? 0)) / counted
  for (const value of [ratio(compared.slice(1).map((row) => row.own.bytesSentPerSecond), sent), ratio(compared.slice(1).map((row) => row.remote.bytesReceivedPerSecond), received)]) {
    expect(value).toBeGreaterThan(0.9)
    expect(value).toBeLessThan(1.1)
  }
  for (const row of own) expect(row).not.toHaveProperty('bytesReceivedPerSecond')
  for (const row of remote) expect(row).not.toHaveProperty('bytesSentPerSecond')

  const peaks = (await bob.recorded('onAudioLevel')).flatMap((entry) => entry.payload as { userId: string; peak: number }[])
  for (const row of [...own.slice(2), ...remote.slice(2)]) { // the first ones speak of seconds before the recording
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
