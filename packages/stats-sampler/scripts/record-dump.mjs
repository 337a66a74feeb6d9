// Records fixtures/dumps/: what chrome://webrtc-internals saves of one call, in both of its formats, as a user would with "Create a
// WebRTC-Internals dump". The page must be open before the call begins.
//
//   CHROMIUM_PATH=/usr/bin/chromium node scripts/record-dump.mjs
//
// Kept are the statistics alone. Candidates, certificates and codecs go, and so do the log of events, getUserMedia and what the page computes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { installRecorder } from './scenarios.mjs'

const folder = new URL('../fixtures/dumps/', import.meta.url)
const LEFT_OUT = /^(local-candidate|remote-candidate|certificate|codec)$/
const REDACTED = new Set(['iceLocalUsernameFragment', 'localCertificateId', 'remoteCertificateId'])

// getUserMedia needs a secure context: loopback is one.
const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>recorder</title>'))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await chromium.launch({
  headless: true,
  chromiumSandbox: false,
  ...(process.env['CHROMIUM_PATH'] ? { executablePath: process.env['CHROMIUM_PATH'] } : {}),
  args: [
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
  ],
})

try {
  mkdirSync(folder, { recursive: true })
  const context = await browser.newContext({ acceptDownloads: true })
  const internals = await context.newPage()
  await internals.goto('chrome://webrtc-internals')
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.evaluate(installRecorder)
  await page.evaluate(call)
  const head = { what: 'Audio one way; video is added after 4 s and stopped after 8 s', browser: `Chromium ${browser.version()}`, recordedAt: new Date().toISOString() }
  const dump = JSON.parse(await download(internals, '#dump-click-target'))
  const PeerConnections = Object.fromEntries(Object.entries(dump.PeerConnections).map(([id, { stats }]) => [id, { stats: keepSeries(stats) }]))
  writeFileSync(new URL('webrtc-internals.json', folder), `${JSON.stringify({ ...head, UserAgent: dump.UserAgent, PeerConnections }, null, 1)}\n`)
  const [magic, meta, ...lines] = (await download(internals, '#dump-click-target-rtcstats')).split('\n')
  const reports = lines.map((line) => JSON.parse(line)).filter(([name]) => name === 'getStats').map(([name, id, report, time]) => [name, id, keepEntries(report), time])
  writeFileSync(new URL('rtcstats.txt', folder), [magic, JSON.stringify({ ...JSON.parse(meta), ...head }), ...reports.map((line) => JSON.stringify(line))].join('\n'))
} finally {
  await browser.close()
  server.close()
}

/** Runs in the page. */
async function call() {
  const { media, pair, negotiate, connected, play, pause } = window.recorder
  const { caller, callee } = pair()
  callee.ontrack = ({ track }) => play(track)
  caller.addTrack((await media({ audio: true })).getTracks()[0])
  await negotiate(caller, callee)
  await connected(caller)
  await pause(4000)
  const video = caller.addTrack((await media({ video: { width: 320, height: 240 } })).getTracks()[0])
  await negotiate(caller, callee)
  await pause(4000)
  caller.getTransceivers().find(({ sender }) => sender === video).stop()
  await negotiate(caller, callee)
  await pause(4000)
}

async function download(internals, button) {
  const [file] = await Promise.all([internals.waitForEvent('download'), internals.evaluate((selector) => document.querySelector(selector).click(), button)])
  return gunzipSync(readFileSync(await file.path())).toString()
}

function keepSeries(stats) {
  const kept = Object.entries(stats).filter(([name, { statsType }]) => !LEFT_OUT.test(statsType) && !name.endsWith(']') && !REDACTED.has(name.slice(name.lastIndexOf('-') + 1)))
  return Object.fromEntries(kept)
}

function keepEntries(report) {
  const kept = Object.entries(report).filter(([, { type }]) => !LEFT_OUT.test(type))
  return Object.fromEntries(kept.map(([id, entry]) => [id, Object.fromEntries(Object.entries(entry).filter(([member]) => !member.endsWith(']') && !REDACTED.has(member)))]))
}
