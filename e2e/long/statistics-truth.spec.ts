import { expect, test as base, type Page } from '@playwright/test'
import type { ConnectionSample } from '@earshot/stats-sampler'
import { Lab } from '../support/netlab/lab.ts'
import type { Direction, Flow, Link } from '../support/netlab/link.ts'
import { nextSamples, remotePort } from '../support/netlab/sampled.ts'
import { median } from '../support/sound.ts'

// What the sampler says of a real Chromium, against what an emulated link between it and its far side knows. Linux and root only.

const test = base.extend<{ readonly lab: Lab }>({
  lab: async ({}, use) => {
    const lab = new Lab()
    await use(lab)
    await lab.close()
  },
})

test('the round-trip time is that of the link, ten seconds after it changed', async ({ lab }) => {
  const link = await lab.link()
  const page = await lab.call(link, { video: false })
  const rows: Row[] = []
  for (const rtt of [40, 160, 400]) {
    await link.set({ delay: rtt / 2 })
    const [up, down] = await Promise.all(['publish', 'subscribe'].map((name) => observe(page, link, name, 9))) as [Observation, Observation]
    rows.push({ what: `the link itself, ${rtt} ms`, truth: rtt, measured: turnaround(up.flows), tolerance: 5 }) // its process shares the machine
    for (const [name, { samples }] of Object.entries({ publish: up, subscribe: down })) {
      expect(samples.at(-1)?.rttSource).toBe('candidate-pair')
      const measured = median(samples.slice(-5).map(({ rttMs = NaN }) => rttMs)) // two or three checks of ICE: one may wait for a busy machine
      rows.push({ what: `rttMs, ${name}, ${rtt} ms`, truth: rtt, measured, tolerance: Math.max(15, rtt / 10) })
    }
  }
  compare(rows)
})

test('the bytes of a connection are those of its port on the link', async ({ lab }) => {
  const link = await lab.link()
  const page = await lab.call(link, { video: true })
  const rows = await Promise.all((['publish', 'subscribe'] as const).map(async (name) => {
    const { samples, flows } = await observe(page, link, name, 20)
    const port = await remotePort(page, name)
    return ([['a>b', 'bytesSentPerSecond'], ['b>a', 'bytesReceivedPerSecond']] as const).map(([way, figure]): Row => {
      const carriesMedia = (name === 'publish') === (way === 'a>b')
      // Chromium counts no STUN: nothing beside media, but a fifth of what goes the other way, where there are only reports.
      const counted = flows.filter((flow) => flow.direction === way && flow.protocol === 'udp' && (flow.from === port || flow.to === port) && (carriesMedia || flow.kind !== 'stun'))
      const [packets, truth] = [sum(counted, (flow) => flow.packets), sum(counted, (flow) => flow.bytes - 28 * flow.packets)]
      const measured = sum(samples, (sample) => (sample[figure] ?? NaN) * sample.durationMs / 1000)
      // Of the few reports one may be on the other side of each end of the time.
      return { what: `bytes, ${name}, ${way}`, truth, measured, tolerance: 0.05 * truth + (carriesMedia ? 0 : 2 * truth / packets) }
    })
  }))
  compare(rows.flat())
})

// Percent in what follows. Whether the sampler is right shows against what the link dropped; the ends of the time are some milliseconds apart,
// which is a few packets of thousands.
const OF_LINK = 0.5
/** Against the loss the link was told. The link drops by chance, so this holds the standard error of the mean, which is printed: about 0.3 at 5 and 0.5 at 15 %. */
const OF_NOMINAL = 1.5

/** Against the link, where a report a second says it: rounded down to a 256th, which is 0.2 in the mean, and as late as the next sample. */
const OF_REPORTS = 1.5

test('without NACK the loss of sound is that of the link', async ({ lab }) => {
  const rows = await Promise.all([5, 15].map(async (loss): Promise<Row[]> => {
    const link = await lab.link()
    const page = await lab.call(link, { video: false, nack: false }) // unlike browsers among themselves, the server offers it for Opus
    const descriptions = await page.evaluate(() => {
      const connection = window.sampled.get('subscribe')?.connection
      return [connection?.localDescription?.sdp ?? '', connection?.remoteDescription?.sdp ?? '']
    })
    for (const sdp of descriptions) {
      expect(sdp).toContain('opus/48000')
      expect(sdp).not.toContain('nack')
    }
    await link.set({ loss }, ['b>a'])
    const { samples, flows } = await observe(page, link, 'subscribe', 90)
    const sound = streamOf(flows, samples, 'audio')
    expect(sound.repeated).toBe(0)
    const measured = meanRatio(samples, 'audio', 'lossRatio')
    return [
      { what: `lossRatio, link's count at ${loss} %`, truth: lossOf(sound), measured, tolerance: OF_LINK },
      { what: `lossRatio, ${loss} %`, truth: loss, measured, tolerance: OF_NOMINAL, standardError: standardError(loss, sound.packets) },
    ]
  }))
  compare(rows.flat())
})

test('what the server sends again leaves hardly any loss, and RTX tells what the network lost', async ({ lab }) => {
  const link = await lab.link()
  const page = await lab.call(link, { video: true })
  await link.set({ loss: 5, delay: 20 }, ['b>a'])
  await networkLossIsKnown(page, 'subscribe')
  const { samples, flows } = await observe(page, link, 'subscribe', 45)
  const [sound, picture] = [streamOf(flows, samples, 'audio'), streamOf(flows, samples, 'video')]
  expect(picture.repeated).toBe(0) // not on its own ssrc
  const network = meanRatio(samples, 'video', 'networkLossRatio')
  compare([
    { what: 'the link itself, audio', truth: 5, measured: lossOf(sound), tolerance: OF_NOMINAL, standardError: standardError(5, sound.packets) },
    { what: 'lossRatio, audio', truth: 0, measured: meanRatio(samples, 'audio', 'lossRatio'), tolerance: 1 },
    { what: 'lossRatio, video', truth: 0, measured: meanRatio(samples, 'video', 'lossRatio'), tolerance: 1 },
    { what: "networkLossRatio, video, link's count at 5 %", truth: lossOf(picture), measured: network, tolerance: OF_LINK },
    { what: 'networkLossRatio, video, 5 %', truth: 5, measured: network, tolerance: OF_NOMINAL, standardError: standardError(5, picture.packets) },
  ])
  // Sound is sent again on its own ssrc, where nothing marks a packet as repaired: there is no RTX for Opus.
  expect(sound.repeated).toBeGreaterThan(0)
  for (const track of samples.flatMap(({ tracks }) => tracks).filter(({ kind }) => kind === 'audio')) expect(track).not.toHaveProperty('networkLossRatio')
})

test('the server tells a publisher what its network lost, and subscribers miss hardly any of it', async ({ lab }) => {
  const link = await lab.link()
  const page = await lab.call(link, { video: true })
  await link.set({ loss: 5, delay: 20 }, ['a>b'])
  await networkLossIsKnown(page, 'publish')
  const [{ samples, flows }, received] = await Promise.all([observe(page, link, 'publish', 60), observe(page, link, 'subscribe', 60)])
  const layers = samples.at(-1)!.streams.filter(({ kind, rid }) => kind === 'video' && rid !== undefined).map(({ ssrc, rid }) => {
    const flow = flows.find((candidate) => candidate.direction === 'a>b' && candidate.kind === 'rtp' && candidate.ssrc === ssrc)
    if (flow === undefined) throw new Error(`the link carried no ${rid}`)
    return { rid, flow, measured: meanReported(samples, ssrc) }
  })
  expect(layers.map(({ rid }) => rid).toSorted()).toEqual(['large', 'small'])
  const packets = sum(layers, ({ flow }) => flow.packets)
  compare([
    ...layers.map(({ rid, flow, measured }): Row => ({ what: `networkLossRatio, ${rid}, link's count at 5 %`, truth: lossOf(flow), measured, tolerance: OF_REPORTS })),
    { what: 'networkLossRatio, 5 %', truth: 5, measured: sum(layers, ({ flow, measured }) => measured * flow.packets) / packets, tolerance: OF_NOMINAL, standardError: standardError(5, packets) },
    ...(['audio', 'video'] as const).map((kind): Row => ({ what: `lossRatio of the subscriber, ${kind}`, truth: 0, measured: meanRatio(received.samples, kind, 'lossRatio'), tolerance: 1 })),
  ])
})

test('over RTX the loss is told before and after repair', async ({ lab }) => {
  const link = await lab.link()
  const page = await lab.peers(link)
  await link.set({ loss: 5, delay: 20 }, ['b>a'])
  await networkLossIsKnown(page, 'receive')
  const { samples, flows } = await observe(page, link, 'receive', 45)
  const stream = streamOf(flows, samples, 'video')
  expect(stream.repeated).toBe(0) // not on its own ssrc
  const network = meanRatio(samples, 'video', 'networkLossRatio')
  compare([
    { what: "networkLossRatio, link's count at 5 %", truth: lossOf(stream), measured: network, tolerance: OF_LINK },
    { what: 'networkLossRatio, 5 %', truth: 5, measured: network, tolerance: OF_NOMINAL, standardError: standardError(5, stream.packets) },
    { what: 'lossRatio', truth: 0, measured: meanRatio(samples, 'video', 'lossRatio'), tolerance: 1 },
  ])
})

interface Row {
  readonly what: string
  readonly truth: number
  readonly measured: number
  readonly tolerance: number
  /** Of the truth, where it is a matter of chance. */
  readonly standardError?: number
}

/** Prints all, then checks each. */
function compare(rows: readonly Row[]): void {
  const short = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
  console.table(rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, short(value)]))))
  for (const { what, truth, measured, tolerance } of rows) expect(Math.abs(measured - truth), `${what}: ${measured} is not ${truth} ± ${tolerance}`).toBeLessThanOrEqual(tolerance)
}

interface Observation {
  readonly samples: readonly ConnectionSample[]
  readonly flows: readonly Flow[]
}

/** The samples of a connection, and what came into the link from the reading before the first of them to the last. */
async function observe(page: Page, link: Link, name: string, seconds: number): Promise<Observation> {
  await nextSamples(page, name, 1)
  const before = new Map((await link.flows()).map((flow) => [keyOf(flow), flow]))
  const samples = await nextSamples(page, name, seconds)
  const flows = (await link.flows()).map((flow) => {
    const { packets = 0, bytes = 0, dropped = 0, repeated = 0, heldMs = 0 } = before.get(keyOf(flow)) ?? {}
    return { ...flow, packets: flow.packets - packets, bytes: flow.bytes - bytes, dropped: flow.dropped - dropped, repeated: flow.repeated - repeated, heldMs: flow.heldMs - heldMs }
  })
  return { samples, flows }
}

/** Of every picture that flows: Chromium counts what RTX repaired from the first such packet on, and a publisher waits for its first report. */
async function networkLossIsKnown(page: Page, name: string): Promise<void> {
  for (;;) {
    const [sample] = await nextSamples(page, name, 1)
    const pictures = sample?.streams.filter(({ kind, packetsPerSecond = 0 }) => kind === 'video' && packetsPerSecond > 0) ?? []
    if (pictures.length > 0 && pictures.every(({ networkLossRatio }) => networkLossRatio !== undefined)) return
  }
}

const keyOf = ({ direction, protocol, from, to, kind, ssrc }: Flow): string => [direction, protocol, from, to, kind, ssrc].join(' ')

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number => items.reduce((total, item) => total + of(item), 0)

/** ms that UDP packets spent in the link, there and back. */
function turnaround(flows: readonly Flow[]): number {
  const oneWay = (way: Direction): number => {
    const some = flows.filter(({ direction, protocol }) => direction === way && protocol === 'udp')
    return sum(some, ({ heldMs }) => heldMs) / sum(some, ({ packets, dropped }) => packets - dropped)
  }
  return oneWay('a>b') + oneWay('b>a')
}

/** What the link saw of the one track of a kind that was received. */
function streamOf(flows: readonly Flow[], samples: readonly ConnectionSample[], kind: 'audio' | 'video'): Flow {
  const ssrc = samples.at(-1)?.tracks.find((track) => track.kind === kind)?.ssrc
  const flow = flows.find((candidate) => candidate.direction === 'b>a' && candidate.kind === 'rtp' && candidate.ssrc === ssrc)
  if (ssrc === undefined || flow === undefined) throw new Error(`the link carried no ${kind} with ssrc ${ssrc}`)
  return flow
}

const lossOf = ({ packets, dropped }: Flow): number => 100 * dropped / packets
const standardError = (percent: number, packets: number): number => Math.sqrt(percent * (100 - percent) / packets)

/** The mean of a ratio of the one track of a kind, where each sample weighs what it expected: lost / expected of the whole time. */
function meanRatio(samples: readonly ConnectionSample[], kind: 'audio' | 'video', ratio: 'lossRatio' | 'networkLossRatio'): number {
  const seconds = samples.flatMap(({ durationMs, tracks }) => tracks.filter((track) => track.kind === kind).map((track) => {
    const received = (track.packetsPerSecond ?? NaN) * durationMs / 1000
    const expected = received / (1 - (track.lossRatio ?? NaN))
    return { expected, part: (track[ratio] ?? NaN) * expected }
  }))
  return 100 * sum(seconds, ({ part }) => part) / sum(seconds, ({ expected }) => expected)
}

/** The mean of what the reports to a publisher said of one of its streams, where each weighs what was sent in its time. */
function meanReported(samples: readonly ConnectionSample[], ssrc: number | undefined): number {
  const seconds = samples.flatMap(({ durationMs, streams }) => streams.filter((stream) => stream.ssrc === ssrc).map(({ packetsPerSecond = NaN, networkLossRatio = NaN }) => {
    return { sent: packetsPerSecond * durationMs, lost: networkLossRatio * packetsPerSecond * durationMs }
  }))
  return 100 * sum(seconds, ({ lost }) => lost) / sum(seconds, ({ sent }) => sent)
}
