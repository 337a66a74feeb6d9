import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test as base, type CDPSession } from '@playwright/test'
import { build } from 'esbuild'

// What the level meter leaves behind in a page that lives long.

declare const levelMeter: typeof import('@earshot/level-meter')

const counted = ['AudioHandlers', 'AudioWorkletProcessors', 'ContextLifecycleStateObservers', 'JSEventListeners', 'Nodes', 'heap'] as const
type Counts = Record<(typeof counted)[number], number>

interface Fixtures {
  /** A session of a page that has the package as `levelMeter`. */
  readonly cdp: CDPSession
}

const test = base.extend<Fixtures>({
  launchOptions: [{
    ...(process.env['CHROMIUM_PATH'] ? { executablePath: process.env['CHROMIUM_PATH'] } : {}),
    args: ['--autoplay-policy=no-user-gesture-required'],
  }, { scope: 'worker' }],
  cdp: async ({ page }, use) => {
    const entryPoint = fileURLToPath(new URL('../../packages/level-meter/dist/index.js', import.meta.url))
    const { outputFiles } = await build({ entryPoints: [entryPoint], bundle: true, write: false, format: 'iife', globalName: 'levelMeter' })
    await page.route('https://meter.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' })) // worklets need a secure origin
    await page.goto('https://meter.test/')
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' })
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable')
    await use(cdp)
  },
})

// Chromium 156 keeps some things until the page goes: the handler of each MediaStreamAudioSourceNode, every live context that had
// an AudioWorkletNode, every offline one that loaded a worklet. Meters must add nothing to what it keeps without them.

test('10,000 sources added and stopped leave no node, no channel of the kernel and no memory', async ({ page, browser, cdp }) => {
  const session = await browser.newBrowserCDPSession()
  await page.evaluate(addAndStop, 1024) // what is compiled, cached and pooled at first stays
  const before = await settled(cdp)
  const residentBefore = await residentMegabytes(session)
  await page.evaluate(openTracks, 64)
  const keptPerTrack = Math.round(((await settled(cdp)).AudioHandlers - before.AudioHandlers) / 64)
  await page.evaluate(addAndStop, 10_000) // 20,000 channels; the kernel has 4096
  const { AudioWorkletProcessors: _processors, heap: heapBefore, ...counts } = before
  const expected = { ...counts, AudioHandlers: before.AudioHandlers + keptPerTrack * (64 + 2500) }
  // Fewer is no fault: what was garbage already may have been counted before.
  const surplus = async () => {
    const now = await settled(cdp)
    return Object.entries(expected).flatMap(([name, count]) => (now[name as keyof typeof expected] > count ? [`${name}: ${now[name as keyof typeof expected]}, not ${count}`] : []))
  }
  await expect.poll(surplus).toEqual([])
  const after = await settled(cdp)
  expect(after.AudioWorkletProcessors).toBeLessThan(80) // each batch's second node makes 157; the worklet collects its garbage when it likes
  expect(after.heap - heapBefore).toBeLessThan(2e6) // 200 bytes a source
  // Each of the 5,000 with PCM was lent 100 kB; Chromium itself keeps some 35 kB for each of the 2,500 tracks, heard by whatever node.
  expect(await residentMegabytes(session) - residentBefore).toBeLessThan(250)
})

for (const kind of ['live', 'offline'] as const) {
  // 125 kernels that are not given back fill the address space that V8 has for a process.
  test(`150 ${kind} contexts with a meter leave no more than those with an empty worklet node`, async ({ page, cdp }) => {
    const kept = async (graph: 'empty' | 'metered', contexts: number) => {
      const before = await settled(cdp)
      const outcomes = await page.evaluate(useContexts, { kind, graph, contexts })
      const after = await settled(cdp)
      const { heap, ...things } = Object.fromEntries(counted.map((name) => [name, (after[name] - before[name]) / contexts])) as Counts
      return { outcomes, heap, things }
    }
    await kept('empty', 10)
    await kept('metered', 10)
    const empty = await kept('empty', 20)
    const metered = await kept('metered', 150)
    expect(metered.outcomes).toEqual(['wasm-simd 50'])
    // Chromium keeps an offline context that had a worklet, with all its nodes: the one that carries our request is among them
    const allowed: Readonly<Record<string, unknown>> = { ...empty.things, AudioHandlers: Number(empty.things.AudioHandlers) + (kind === 'offline' ? 1 : 0) }
    for (const [name, count] of Object.entries(metered.things)) expect(count, name).toBeLessThanOrEqual(Number(allowed[name]))
    expect(metered.heap).toBeLessThan(2000) // bytes; the empty node's: about 900 over these 20
  })
}

/** Runs in the page: meters a tone in batches, a quarter of them as tracks and half with PCM, and stops each source after its first whole reading. */
async function addAndStop(cycles: number): Promise<void> {
  const batch = 64
  const page = globalThis as { soak?: { context: AudioContext; meter: import('@earshot/level-meter').LevelMeter; tone: AudioNode; track: MediaStreamTrack } }
  if (page.soak === undefined) {
    const context = new AudioContext()
    const source = new ConstantSourceNode(context, { offset: 0.5 })
    const tone = new ChannelMergerNode(context, { numberOfInputs: 2 })
    source.connect(tone, 0, 0)
    source.connect(tone, 0, 1)
    source.start()
    const destination = new MediaStreamAudioDestinationNode(context)
    tone.connect(destination)
    const [track] = destination.stream.getAudioTracks() as [MediaStreamTrack]
    page.soak = { context, meter: await levelMeter.LevelMeter.create(context, { interval: 0.05 }), tone, track }
  }
  const { meter, tone, track } = page.soak
  const failed = new Promise<never>((_, reject) => { meter.onHealthChange((health) => { reject(new Error(`the meter is ${health}`)) }) })
  for (let done = 0; done < cycles; done += batch) {
    await Promise.race([failed, Promise.all(Array.from({ length: Math.min(batch, cycles - done) }, async (_, index) => {
      const source = index % 4 === 0 ? track.clone() : tone
      await new Promise<void>((resolve) => {
        const metering = meter.add(source, ({ level, channels, frames, pcm }) => {
          if (pcm !== undefined) meter.recycle(pcm)
          if (level < 45 || channels !== 2 || frames < 0.05 * page.soak!.context.sampleRate) return
          metering()
          resolve()
        }, { loudness: true, truePeak: true, pcm: index % 8 < 4 })
      })
      if (source instanceof MediaStreamTrack) source.stop()
    }))])
  }
}

/** Runs in the page: what measured in each context, each answer once. */
async function useContexts({ kind, graph, contexts }: { kind: 'live' | 'offline'; graph: 'empty' | 'metered'; contexts: number }): Promise<string[]> {
  const worklet = "registerProcessor('empty', class extends AudioWorkletProcessor { process() { return true } })"
  const outcomes = new Set<string>()
  for (let n = 0; n < contexts; n++) {
    const context = kind === 'live' ? new AudioContext() : new OfflineAudioContext(1, 4800, 48_000)
    const source = new ConstantSourceNode(context, { offset: 0.5 })
    source.start()
    if (graph === 'empty') {
      const url = URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' }))
      await context.audioWorklet.addModule(url)
      URL.revokeObjectURL(url)
      source.connect(new AudioWorkletNode(context, 'empty', { numberOfOutputs: 0 }))
      if (context instanceof OfflineAudioContext) await context.startRendering()
      else if (context.state !== 'running') await new Promise((resolve) => { context.onstatechange = resolve })
    } else {
      const meter = await levelMeter.LevelMeter.create(context, { interval: 0.05 })
      const level = new Promise<number>((resolve) => {
        meter.add(source, (reading) => { if (reading.level > 0) resolve(reading.level) }, { loudness: true, truePeak: true, pcm: true })
      })
      if (context instanceof OfflineAudioContext) await context.startRendering()
      outcomes.add(`${meter.backend} ${await level}`)
      meter.close()
    }
    if (context instanceof AudioContext) await context.close()
  }
  return [...outcomes]
}

/** Runs in the page: what metering of tracks needs of the browser, without metering. */
function openTracks(count: number): void {
  const { context, track } = (globalThis as unknown as { soak: { context: AudioContext; track: MediaStreamTrack } }).soak
  for (let n = 0; n < count; n++) {
    const clone = track.clone()
    context.createMediaStreamSource(new MediaStream([clone]))
    clone.stop()
  }
}

/** What Blink counts of living things in the page, and bytes of JavaScript, once garbage is collected. */
async function settled(cdp: CDPSession): Promise<Counts> {
  for (let n = 0; n < 2; n++) await cdp.send('HeapProfiler.collectGarbage') // the second finds what finalizers of the first let go of
  const { metrics } = await cdp.send('Performance.getMetrics')
  const values = new Map(metrics.map(({ name, value }) => [name === 'JSHeapUsedSize' ? 'heap' : name, value]))
  return Object.fromEntries(counted.map((name) => [name, values.get(name)])) as Counts
}

/** Of all renderers together. */
async function residentMegabytes(cdp: CDPSession): Promise<number> {
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo')
  const statuses = await Promise.all(processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => readFile(`/proc/${id}/status`, 'utf8')))
  return statuses.reduce((sum, status) => sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]), 0) / 1024
}
