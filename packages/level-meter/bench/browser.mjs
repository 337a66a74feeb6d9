// The meter in Chromium, for bench.mjs or alone; both after `npm run build`.
//   node bench/browser.mjs [--rounds 7] [--seconds 50]      what the audio thread spends on it, compared
//   node bench/browser.mjs --real-time [--seconds 60]       the quanta and garbage collections of a live context
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { ensureChromium } from '../../../scripts/ensure-browsers.mjs'
import { median, printTable } from './report.mjs'

const streams = 64
/** Seconds until V8 has compiled in its last tier what runs on the audio thread. */
const warmUp = 10

const baseline = { graph: 'baseline', signal: 'noise' }
const emptyNodes = { graph: 'emptyNodes', signal: 'noise' }
const naiveNodes = { graph: 'naiveNodes', signal: 'noise' }
const analysers = { graph: 'analysers', signal: 'noise' }
const level = { graph: 'level', signal: 'noise' }

const comparisons = [
  { name: 'level, at most this many times empty nodes with the same inputs', of: level, against: emptyNodes, floor: 1.5, aim: 1.25, atMost: true },
  { name: 'a JavaScript node per stream for peak and RMS, against level', of: naiveNodes, against: level, floor: 4, aim: 6 },
  ...['noise', 'speech'].flatMap((signal) => [['full', ''], ['relaxed', ', relaxed SIMD']].map(([graph, suffix]) => ({
    name: `loudness and true peak of ${signal}${suffix}, at most this many times AnalyserNodes`,
    of: { graph, signal }, against: analysers, floor: 1.4, aim: signal === 'noise' ? 1 : 0.75, atMost: true,
  }))),
]

/**
 * Rows for `printTable`: ratios of CPU time that the scheduler counted for the audio thread, while `streams` mono sources of
 * 48 kHz were rendered offline, less the time for playing them alone. Empty where the system does not tell a thread's time.
 */
export async function benchChromium({ rounds = 7, seconds = 50 } = {}) {
  if (!existsSync('/proc/self/schedstat')) {
    console.log('Chromium: skipped, only Linux tells the CPU time of a thread (/proc/PID/task/TID/schedstat)')
    return []
  }
  const renderings = [...new Set([baseline, ...comparisons.flatMap(({ of, against }) => [of, against])])]
  const measured = await withChromium(async ({ open, offlineThreadTimes }) => {
    const all = []
    for (let round = 0; round < rounds; round++) {
      const times = new Map()
      for (const rendering of renderings) times.set(rendering, await timeOf(rendering))
      all.push(times)
    }
    return all

    async function timeOf(rendering) {
      const page = await open()
      await page.evaluate((request) => globalThis.renderOffline(request), { ...rendering, streams, warmUp, seconds })
      const before = await offlineThreadTimes()
      await page.evaluate(() => globalThis.finishRendering())
      const after = await offlineThreadTimes()
      await page.close()
      return [...after].reduce((sum, [thread, time]) => sum + time - (before.get(thread) ?? 0), 0)
    }
  })
  console.log(`Chromium, ${rounds} rounds of ${seconds} s, ${streams} streams; microseconds of the audio thread per stream and second in this run:`)
  for (const rendering of renderings) {
    const microseconds = median(measured.map((times) => times.get(rendering))) / 1000 / streams / seconds
    console.log(`${microseconds.toFixed(0).padStart(8)}  ${rendering.graph}, ${rendering.signal}`)
  }
  console.log()
  const net = (times, rendering) => times.get(rendering) - times.get(baseline)
  return comparisons.map(({ of, against, ...row }) => ({ ...row, ratio: median(measured.map((times) => net(times, of) / net(times, against))) }))
}

/** One line for each of two live contexts: how long the audio thread worked on a quantum, sources and all, and its garbage collections. */
export async function benchRealTime({ seconds = 60 } = {}) {
  return withChromium(async ({ browser, open }) => {
    const lines = []
    for (const pcm of [false, true]) {
      const page = await open()
      await page.evaluate((request) => globalThis.meterLive(request), { signal: 'noise', streams, pcm })
      await sleep(1000 * warmUp)
      await browser.startTracing(page, { categories: ['webaudio', 'disabled-by-default-v8.gc'] })
      await sleep(1000 * seconds)
      const { traceEvents } = JSON.parse(await browser.stopTracing())
      await page.close()
      const { quanta, collections } = readTrace(traceEvents)
      const at = (share) => (quanta[Math.ceil(share * quanta.length) - 1] / 1000).toFixed(2)
      const pauses = collections.map(({ name, tdur }) => `${name} ${(tdur / 1000).toFixed(2)} ms`)
      lines.push(`${streams} live streams with loudness and true peak${pcm ? ' and PCM, recycled' : ''}, ${seconds} s: CPU time of a quantum of 2.67 ms: 50 % within ${at(0.5)} ms, `
        + `99 % ${at(0.99)}, 99.9 % ${at(0.999)} (aim 0.50), all ${at(1)}; collections on the audio thread: ${[pauses.length, ...pauses].join(', ')} (aim 0)`)
    }
    return lines
  })
}

/** Of the audio thread; `tdur` is CPU time in microseconds. */
function readTrace(events) {
  const threads = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name.startsWith('Realtime AudioWorklet')).map(threadOf))
  const complete = events.filter((event) => event.ph === 'X' && threads.has(threadOf(event)))
  return {
    quanta: complete.filter(({ name }) => name === 'RealtimeAudioDestinationHandler::Render').map(({ tdur = 0 }) => tdur).sort((a, b) => a - b),
    collections: complete.filter(({ name }) => ['V8.GC_SCAVENGER', 'V8.GC_MINOR_MS', 'V8.GC_MARK_COMPACTOR'].includes(name)),
  }
}

function threadOf({ pid, tid }) {
  return `${pid} ${tid}`
}

async function withChromium(run) {
  const { outputFiles: [bundle] } = await build({ entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))], bundle: true, format: 'esm', write: false })
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', url === '/page.js' ? 'text/javascript' : 'text/html')
    response.end(url === '/page.js' ? bundle.text : '<!doctype html><script type="module" src="page.js"></script>')
  }).listen(0, '127.0.0.1')
  const browser = await chromium.launch({ executablePath: await ensureChromium(), chromiumSandbox: false, args: ['--autoplay-policy=no-user-gesture-required'] })
  const session = await browser.newBrowserCDPSession()
  try {
    return await run({ browser, open, offlineThreadTimes })
  } finally {
    await browser.close()
    server.close()
  }

  async function open() {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    return page
  }

  /** ns that each thread has worked that renders offline: "Offline AudioWorklet thread" or, for graphs without worklets, "OfflineAudioRenderThread". */
  async function offlineThreadTimes() {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const threads = processInfo.filter(({ type }) => type === 'renderer').flatMap(({ id }) => readdirSync(`/proc/${id}/task`).map((thread) => `/proc/${id}/task/${thread}`))
    return new Map(threads.filter((thread) => readFileSync(`${thread}/comm`, 'utf8').startsWith('Offline'))
      .map((thread) => [thread, Number(readFileSync(`${thread}/schedstat`, 'utf8').split(' ')[0])]))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values: { 'real-time': live, ...numbers } } = parseArgs({ options: { rounds: { type: 'string' }, seconds: { type: 'string' }, 'real-time': { type: 'boolean' } } })
  const options = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]))
  if (live) for (const line of await benchRealTime(options)) console.log(line)
  else printTable(await benchChromium(options), 'Chromium')
}
