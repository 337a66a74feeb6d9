// Records fixtures/*.json: series of getStats() reports of a loopback RTCPeerConnection pair in a real browser with fake devices.
//
//   npm run record-fixtures -- [--browser chromium|firefox] [--into folder] [scenario ...]
//
// Without a browser in both, without a scenario all. CHROMIUM_PATH and FIREFOX_PATH name the browsers (scripts/ensure-browsers.mjs of the repository
// finds them). Each fixture says which build made it and when; addresses, ICE fragments and certificates never reach the file.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { browsers } from './browsers.mjs'
import { installRecorder, scenarios } from './scenarios.mjs'

const options = { browser: { type: 'string', multiple: true, default: Object.keys(browsers) }, into: { type: 'string', default: fileURLToPath(new URL('../fixtures', import.meta.url)) } }
const { values: { browser: wantedBrowsers, into }, positionals: wanted } = parseArgs({ options, allowPositionals: true })
check('browser', wantedBrowsers, browsers)
check('scenario', wanted, scenarios)

/** Entries and members that say nothing of the media, or too much of the machine. */
const LEFT_OUT = new Set(['certificate', 'peer-connection', 'data-channel'])
const PRIVATE = new Set(['address', 'ip', 'port', 'relatedAddress', 'relatedPort', 'usernameFragment', 'foundation', 'url', 'networkType', 'iceLocalUsernameFragment', 'localCertificateId', 'remoteCertificateId'])

mkdirSync(into, { recursive: true })
// getUserMedia needs a secure context: loopback is one.
const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>recorder</title>'))
await once(server.listen(0, '127.0.0.1'), 'listening')
try {
  for (const name of wantedBrowsers) await recordIn(name)
} finally {
  server.close()
}

async function recordIn(browserName) {
  const browser = await browsers[browserName]()
  try {
    for (const [scenario, { what, run }] of Object.entries(scenarios)) {
      if (wanted.length > 0 && !wanted.includes(scenario)) continue
      // A fresh page each: nothing of one scenario (tracks, ports, estimates) leaks into the next.
      const page = await browser.newPage()
      page.on('pageerror', (error) => console.error(`${scenario}: ${error.message}`))
      const relays = []
      await page.exposeFunction('relay', async (address, port) => relays[relays.push(await lossyRelay(address, port)) - 1].reachedAt)
      await page.goto(`http://127.0.0.1:${server.address().port}/`)
      await page.evaluate(installRecorder)
      const recorded = await page.evaluate(run)
      const head = { scenario, what, browser: browser.name, userAgent: await page.evaluate(() => navigator.userAgent), recordedAt: new Date().toISOString(), ...recorded }
      // Chromium's have the plain name.
      writeFileSync(path.join(into, `${scenario}${browserName === 'chromium' ? '' : `.${browserName}`}.json`), serialise(head))
      console.log(browserName, scenario, Object.entries(recorded.series).map(([source, readings]) => `${source}: ${readings.length}`).join(', '))
      await page.close()
      for (const relay of relays) relay.close()
    }
  } finally {
    await browser.close()
  }
}

/** Carries UDP to `address` and back, but for every 20th packet on the way there that is media (RFC 7983: first byte 128 to 191, and no RTCP). */
async function lossyRelay(address, port) {
  const [front, back] = [createSocket('udp4'), createSocket('udp4')]
  let caller
  let packets = 0
  front.on('message', (packet, from) => {
    caller = from
    const isMedia = packet[0] >= 128 && packet[0] < 192 && !(packet[1] >= 192 && packet[1] < 224)
    if (!isMedia || ++packets % 20 !== 0) back.send(packet, port, address)
  })
  back.on('message', (packet) => caller && front.send(packet, caller.port, caller.address))
  for (const socket of [front, back]) await new Promise((resolve) => socket.bind(0, address, resolve))
  return { reachedAt: { address, port: front.address().port }, close: () => [front, back].forEach((socket) => socket.close()) }
}

/** One reading per line: small enough to store, and a new recording still gives a diff that can be read. */
function serialise({ series, ...head }) {
  const line = ({ report, ...reading }) => JSON.stringify({ ...reading, report: report.filter(([, { type }]) => !LEFT_OUT.has(type)) }, (key, value) => (PRIVATE.has(key) ? undefined : value))
  const lines = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`)
  const sources = Object.entries(series).map(([source, readings]) => `    ${JSON.stringify(source)}: [\n${readings.map((reading) => '      ' + line(reading)).join(',\n')}\n    ]`)
  return `{\n${lines.join('\n')}\n  "series": {\n${sources.join(',\n')}\n  }\n}\n`
}

function check(kind, names, known) {
  const unknown = names.filter((name) => !(name in known))
  if (unknown.length > 0) throw new Error(`unknown ${kind}: ${unknown.join(', ')}; there are ${Object.keys(known).join(', ')}`)
}
