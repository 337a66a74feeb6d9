// The packages compared, each driven through its public API on a connection that answers at once, so that only their own JavaScript runs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { readReport, sampleBetween, StatsSampler } from '../dist/index.js'

const require = createRequire(import.meta.url)

/** What the browser does for one report, outside what is timed. Senders and receivers answer the part of it that concerns them. */
export function asShown(report) {
  const ends = (type) => [...report.values()].filter((entry) => entry.type === type).map((entry) => new End(report, entry))
  return { report, senders: ends('outbound-rtp'), receivers: ends('inbound-rtp') }
}

/** An RTCRtpSender or RTCRtpReceiver. */
class End {
  constructor(report, entry) {
    this.track = { id: entry.trackIdentifier ?? entry.mediaSourceId, kind: entry.kind, enabled: true }
    this.part = reachable(report, entry)
    this.sources = [{ source: entry.ssrc, timestamp: entry.timestamp, ...(entry.kind === 'audio' && { audioLevel: 0.1 }) }]
  }
  getStats() {
    getStatsCalls++
    return Promise.resolve(this.part)
  }
  getSynchronizationSources() {
    return this.sources
  }
}

/** https://w3c.github.io/webrtc-pc/#the-stats-selection-algorithm: the stream's entry and all it names, directly or not. */
function reachable(report, entry, part = new Map()) {
  if (!entry || part.has(entry.id)) return part
  part.set(entry.id, entry)
  for (const [member, value] of Object.entries(entry)) if (member.endsWith('Id') && typeof value === 'string') reachable(report, report.get(value), part)
  return part
}

let getStatsCalls = 0

class FakePeerConnection extends EventTarget {
  connectionState = 'connected'
  iceConnectionState = 'connected'
  signalingState = 'stable'
  shown = asShown(new Map())
  getStats() {
    getStatsCalls++
    return Promise.resolve(this.shown.report)
  }
  getSenders() {
    return this.shown.senders
  }
  getReceivers() {
    return this.shown.receivers
  }
  getConfiguration() {
    return { iceServers: [] }
  }
  setLocalDescription() {}
}

const folderOf = (name) => require.resolve.paths(name).map((path) => join(path, name)).find((path) => existsSync(join(path, 'package.json')))
export const versionOf = (name) => JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')).version

// The last one cannot be imported in Node: its modules name each other without an extension. Its two MOS functions are in files its index does not export.
const observertc = '@observertc/client-monitor-js'
export const { ClientMonitor, calculateAudioMOS, calculateLatencyMOS } = await bundled(`
  export { ClientMonitor } from '${observertc}'
  export { calculateAudioMOS } from '${folderOf(observertc)}/dist/scores/mosScores.js'
  export { calculateLatencyMOS } from '${folderOf(observertc)}/dist/scores/CalculatedScore.js'
`)

async function bundled(contents) {
  const folder = mkdtempSync(join(tmpdir(), 'stats-sampler-bench-'))
  try {
    const { outputFiles } = await build({ stdin: { contents, resolveDir: import.meta.dirname }, bundle: true, format: 'esm', platform: 'browser', write: false, logLevel: 'error' })
    writeFileSync(join(folder, 'bundle.mjs'), outputFiles[0].text)
    return await import(join(folder, 'bundle.mjs'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Timers of the package whose turn it is. They fire when told; nothing here waits. */
let timers = new Map()
const arm = (once) => (callback, delay) => {
  const timer = {}
  timers.set(timer, { callback, delay, once })
  return timer
}
const disarm = (timer) => void timers.delete(timer)
const userAgents = {
  chromium: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  firefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
}
const navigator = { userAgent: userAgents.chromium }
/** The page they expect. */
const page = { window: globalThis, RTCPeerConnection: FakePeerConnection, setTimeout: arm(true), setInterval: arm(false), clearTimeout: disarm, clearInterval: disarm }
for (const [name, value] of Object.entries({ ...page, navigator })) Object.defineProperty(globalThis, name, { value, configurable: true })

const { WebRTCStats } = require('@peermetrics/webrtc-stats')
const { default: WebRTCIssueDetector } = require('webrtc-issue-detector')

/** ms; all are told to work at this interval, so this delay is how their ticks are known. */
const INTERVAL = 1000

/**
 * `tick(shown)` is a package's work of one second, from its timer to its last callback, and gives the number of getStats calls; `values()` is what it
 * told its user then; `tidy()` frees what it keeps until its user takes it.
 */
async function start(add) {
  const [pc, own] = [new FakePeerConnection(), new Map()]
  timers = own
  const { values, tidy = () => {} } = add(pc)
  await settled()
  return {
    values, tidy,
    async tick(shown) {
      pc.shown = shown
      timers = own
      getStatsCalls = 0
      for (const [timer, { callback, delay, once }] of [...own]) {
        if (delay !== INTERVAL) continue // it tidies up after half a minute of silence
        if (once) own.delete(timer)
        callback()
      }
      await settled()
      return getStatsCalls
    },
  }
}

/** What is asked for in a promise's callback comes when no callback of a promise is left. */
const settled = () => new Promise((resolve) => process.nextTick(resolve))

/** Each starts one instance. `browser`: whose reports it will be given; one of them reads that from the page. */
export const packages = {
  'StatsSampler': () => start((pc) => {
    let sample
    new StatsSampler({ intervalMs: INTERVAL }).add(pc, (given) => { sample = given })
    return { values: () => sample }
  }),
  '@peermetrics/webrtc-stats': () => start((pc) => {
    const stats = new WebRTCStats({ getStatsInterval: INTERVAL })
    let given
    stats.on('stats', ({ data }) => { given = data })
    stats.addConnection({ pc, peerId: '1' })
    return { values: () => given, tidy: () => stats.clearTimeline() }
  }),
  'webrtc-issue-detector': () => start((pc) => {
    const given = {}
    const detector = new WebRTCIssueDetector({
      autoAddPeerConnections: false, getStatsInterval: INTERVAL, onIssues: () => {},
      onStats: ([item]) => { given.stats = item?.stats }, onNetworkScoresUpdated: (scores) => { given.scores = scores },
    })
    detector.handleNewPeerConnection(pc, '1')
    return { values: () => given }
  }),
  [observertc]: ({ browser = 'chromium' } = {}) => start((pc) => {
    navigator.userAgent = userAgents[browser]
    // The least it can be asked for: no samples of its own, which hold every member of the report.
    const monitor = new ClientMonitor({ collectingPeriodInMs: INTERVAL, samplingPeriodInMs: 0, integrateNavigatorMediaDevices: false })
    monitor.addSource(pc)
    return { values: () => monitor }
  }),
}

/** Ours without clock and callbacks. */
export function pure() {
  let previous
  return ({ report }) => {
    const reading = readReport(report)
    const sample = previous && sampleBetween(previous, reading)
    previous = reading
    return sample
  }
}
