// The sampler beside the packages it is compared with, on the same reports, in one run: what a tick costs and what values each gives. The costs are
// CPU times of this process, compared within one round; the median of the rounds' ratios counts, so that a busy machine disturbs all alike.
// Run it after `npm run build`.
//   node bench/bench.mjs [--short] [--json out.json] [--readme]
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { printTable } from '../../level-meter/bench/report.mjs'
import { grownFrom } from './call.mjs'
import { measureCost } from './cost.mjs'
import { packages, versionOf } from './packages.mjs'
import { measureValues } from './values.mjs'
import { writeFigures } from './write-figures.mjs'

const { values: options } = parseArgs({ options: { short: { type: 'boolean' }, json: { type: 'string' }, readme: { type: 'boolean' } } })
const [OURS, ...others] = Object.keys(packages)
const AIM_MS = 1

const report = {
  conditions: {
    date: new Date().toISOString(), cpu: `${cpus()[0]?.model.trim()}, ${cpus().length} threads`, node: `${process.version}, V8 ${process.versions.v8}`,
    reports: `grown from a recording of ${grownFrom}`, ...Object.fromEntries(others.map((name) => [name, versionOf(name)])),
  },
  costs: await measureCost({ rounds: options.short ? 10 : 100 }),
  values: await measureValues(),
}

printTable(report.costs.filter(({ name }) => others.includes(name)).map(({ name, tracks, ratio }) => ({ name: `${tracks} tracks, ${name}`, ratio, floor: 1 })), `times the cost of ${OURS}`)
for (const { tracks, entries, name, ms, calls = 0 } of report.costs) {
  const missed = name === OURS && ms > AIM_MS ? `  ABOVE ${AIM_MS} ms` : ''
  console.log(`${ms.toFixed(3).padStart(8)} ms  ${calls.toString().padStart(3)} getStats  ${tracks} tracks (${entries} entries), ${name}${missed}`)
}
console.log('\nvalues: case | truth | each package; ! is wrong, - not given')
for (const { name, truth, values } of report.values) {
  console.log([name, truth, ...Object.entries(values).map(([by, { shown, isRight }]) => `${by.split('/').at(-1)} ${isRight ? '' : '!'}${shown}`)].join(' | '))
}
console.log()
for (const [what, condition] of Object.entries(report.conditions)) console.log(`${what}: ${condition}`)
if (options.json) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
if (options.readme) writeFigures(report)
process.exit() // what a package left running
