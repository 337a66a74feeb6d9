// Prints ratios, never absolute times as results: what is compared is measured in the same round of the same run, and the
// median of the rounds' ratios counts, so that a busy machine disturbs both sides alike. Run it after `npm run build`.
//   node bench/bench.mjs [--node | --chromium] [--json out.json]
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { printTable } from './report.mjs'

const { values } = parseArgs({ options: { node: { type: 'boolean' }, chromium: { type: 'boolean' }, json: { type: 'string' } } })
const wantsBoth = values.node === values.chromium
const report = { conditions: { date: new Date().toISOString(), cpu: `${cpus()[0]?.model.trim()}, ${cpus().length} threads` } }

if (wantsBoth || values.node) {
  const { benchNode } = await import('./node.mjs')
  report.node = await benchNode()
  printTable(report.node.rows, 'Node')
  console.log('ns per frame in this run')
  for (const { name, nanoseconds } of report.node.times) console.log(`${nanoseconds.toFixed(2).padStart(8)}  ${name}`)
  console.log()
  Object.assign(report.conditions, report.node.conditions)
}
if (wantsBoth || values.chromium) {
  const { benchChromium, benchRealTime } = await import('./browser.mjs')
  report.chromium = { rows: await benchChromium(), live: await benchRealTime() }
  printTable(report.chromium.rows, 'Chromium')
  console.log(`${report.chromium.live.join('\n')}\n`)
}

for (const [what, condition] of Object.entries(report.conditions)) console.log(`${what}: ${condition}`)
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`)
