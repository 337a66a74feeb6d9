// Tries the level meter in WebKitGTK's MiniBrowser, by hand; no part of npm test. On Debian, as root or not:
//   apt-get install webkit2gtk-driver xvfb dbus-x11 && npm run build && node scripts/try-webkit.mjs
import { spawn } from 'node:child_process'
import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { build } from 'esbuild'

const display = ':97'
const driver = 'http://127.0.0.1:4478'
const browser = process.env.WEBKIT_MINIBROWSER_PATH ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** What runs in the page. The same checks as the browser tests of packages/level-meter. */
const page = `
  import { LevelMeter } from './src/relaxed.ts'
  import { findMeterFaults, playBuffer } from './test/check-meter.ts'
  import provideGolden, { makeGoldenSignal } from './test/golden-measurements.ts'

  const said = (faults) => faults.length === 0 ? 'exact' : faults.length + ' faults: ' + faults.slice(0, 3).join('; ')
  const attempt = async (what) => { try { return await what() } catch (error) { return String(error).split(/[,(]/)[0] } }
  const offline = (length, sampleRate) => new OfflineAudioContext({ numberOfChannels: 1, length, sampleRate })

  /** The largest difference from the references, over all signals. */
  async function differences(backend) {
    let golden
    provideGolden({ provide: (_name, value) => { golden = value } })
    let loudness = 0
    let truePeak = 0
    for (const { kind, sampleRate, seconds, integrated, truePeak: peaks } of golden) {
      const context = offline(seconds.length * sampleRate, sampleRate)
      const meter = await LevelMeter.create(context, { backend })
      const readings = []
      const source = playBuffer(context, makeGoldenSignal(kind, sampleRate))
      meter.add(source, (reading) => readings.push(reading), { loudness: true, truePeak: true })
      source.start()
      await context.startRendering()
      await meter.flush()
      readings.forEach(({ momentary }, second) => { loudness = Math.max(loudness, Math.abs(momentary - seconds[second].momentary)) })
      loudness = Math.max(loudness, Math.abs(readings.at(-1).integrated - integrated))
      peaks.forEach((peak, channel) => { truePeak = Math.max(truePeak, Math.abs(peak - Math.max(...readings.map((reading) => reading.truePeak[channel])))) })
    }
    return loudness.toExponential(1) + ' LU, ' + truePeak.toExponential(1) + ' dB'
  }

  const rows = [
    ['backend that auto takes, worklet inlined', async () => (await LevelMeter.create(offline(128, 48000))).backend],
    ['a compiled Module can be given to the worklet', async () => {
      const context = offline(128, 48000)
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob(['registerProcessor("any", class extends AudioWorkletProcessor { process() {} })'], { type: 'text/javascript' })))
      const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
      return String(new AudioWorkletNode(context, 'any', { processorOptions: { module } }) instanceof AudioWorkletNode)
    }],
    ['relaxed SIMD', async () => (await LevelMeter.create(offline(128, 48000), { backend: 'wasm-relaxed-simd' })).backend],
    ...['wasm-simd', 'javascript'].flatMap((backend) => [
      ...[[44100, 9], [48000, 40]].map(([sampleRate, sources]) => [
        backend + ': level, peak, rms, clipped, pcm of ' + sources + ' sources at ' + sampleRate + ' Hz',
        async () => said(await findMeterFaults({ sampleRate, sources, quantum: 128, backend })),
      ]),
      [backend + ': loudness and true peak off by at most', () => differences(backend)],
    ]),
  ]
  globalThis.tryMeter = async () => {
    const results = []
    for (const [name, what] of rows) results.push([name, await attempt(what)])
    return results
  }
`

async function command(method, path, body) {
  const response = await fetch(driver + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const { value } = await response.json()
  if (!response.ok) throw new Error(`WebDriver: ${value.error}: ${value.message}`)
  return value
}

async function untilReady() {
  for (let attempt = 0; attempt < 50; attempt++) {
    if (await command('GET', '/status').then(({ ready }) => ready, () => false)) return
    await delay(100)
  }
  throw new Error('WebKitWebDriver did not start (apt-get install webkit2gtk-driver xvfb dbus-x11)')
}

const { outputFiles: [script] } = await build({ stdin: { contents: page, resolveDir: 'packages/level-meter', loader: 'ts' }, bundle: true, write: false, format: 'iife', ignoreAnnotations: true })
const server = http.createServer((_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8').end(`<!doctype html><script>${script.text.replaceAll('</script', '<\\/script')}</script>`)
}).listen(0, '127.0.0.1')
const screen = spawn('Xvfb', [display], { stdio: 'ignore' })
const driving = spawn('dbus-run-session', ['--', 'WebKitWebDriver', '--port=4478', '--host=127.0.0.1'], { stdio: 'ignore', env: { ...process.env, DISPLAY: display }, detached: true })
try {
  await untilReady()
  const { sessionId, capabilities } = await command('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } } })
  try {
    await command('POST', `/session/${sessionId}/timeouts`, { script: 300_000 })
    await command('POST', `/session/${sessionId}/url`, { url: `http://127.0.0.1:${server.address().port}/` })
    const rows = await command('POST', `/session/${sessionId}/execute/async`, { script: 'tryMeter().then(arguments[0], (error) => arguments[0]([["failed", String(error)]]))', args: [] })
    console.log(`| WebKitGTK ${capabilities.browserVersion} | |\n|---|---|`)
    for (const row of rows) console.log(`| ${row.join(' | ')} |`)
  } finally {
    await command('DELETE', `/session/${sessionId}`)
  }
} finally {
  if (driving.pid !== undefined) process.kill(-driving.pid) // with all it started
  screen.kill()
  server.close()
}
