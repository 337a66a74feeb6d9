// Records fixtures/*.json: series of raw getStats() reports of a loopback RTCPeerConnection pair in a real Chromium with fake devices.
//
//   CHROMIUM_PATH=/usr/bin/chromium node scripts/record-fixtures.mjs [scenario ...]
//
// Each fixture says which browser build made it and when. Addresses, ICE fragments and certificates are replaced (nothing here reads them).
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { installRecorder, scenarios } from './scenarios.mjs'

const fixtures = new URL('../fixtures/', import.meta.url)
const REDACTED = new Set(['address', 'ip', 'relatedAddress', 'usernameFragment', 'base64Certificate', 'fingerprint', 'url', 'iceLocalUsernameFragment'])

const redact = (key, value) => (REDACTED.has(key) ? 'redacted' : value)

/** One report per line: small enough to store, and a new recording still gives a diff that can be read. */
function serialise({ series, ...head }) {
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`)
  const sources = Object.entries(series).map(
    ([source, readings]) => `    ${JSON.stringify(source)}: [\n${readings.map((reading) => '      ' + JSON.stringify(reading, redact)).join(',\n')}\n    ]`,
  )
  return `{\n${lines.join('\n')}\n  "series": {\n${sources.join(',\n')}\n  }\n}\n`
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in scenarios))
if (unknown.length > 0) throw new Error(`unknown scenario: ${unknown.join(', ')}; there are ${Object.keys(scenarios).join(', ')}`)

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
  mkdirSync(fixtures, { recursive: true })
  for (const [name, { what, run }] of Object.entries(scenarios)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    // A fresh page each: nothing of one scenario (tracks, ports, estimates) leaks into the next.
    const page = await browser.newPage()
    page.on('pageerror', (error) => console.error(`${name}: ${error.message}`))
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    await page.evaluate(installRecorder)
    const recorded = await page.evaluate(run)
    const head = { scenario: name, what, browser: `Chromium ${browser.version()}`, userAgent: await page.evaluate(() => navigator.userAgent), recordedAt: new Date().toISOString(), ...recorded }
    writeFileSync(new URL(`${name}.json`, fixtures), serialise(head))
    console.log(name, Object.entries(recorded.series).map(([source, readings]) => `${source}: ${readings.length}`).join(', '))
    await page.close()
  }
} finally {
  await browser.close()
  server.close()
}
