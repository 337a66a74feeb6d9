// Puts measured figures into the README, between <!-- figures --> and <!-- /figures -->: `npm run figures`, which runs the
// benchmark first and gives its JSON file to this script.
import { readFileSync, writeFileSync } from 'node:fs'
import { measureAccuracy } from '../bench/accuracy.mjs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const readme = new URL('../README.md', import.meta.url)
const [start, end] = ['<!-- figures -->', '<!-- /figures -->']
const text = readFileSync(readme, 'utf8')
const [before, after] = [text.split(start)[0], text.split(end)[1]]
if (before === text || after === undefined) throw new Error(`README.md lacks ${start} … ${end}`)
writeFileSync(readme, `${before}${start}\n${accuracy(await measureAccuracy())}\n${cost(report)}${end}${after}`)

function accuracy({ conformance, reference, programmes }) {
  const names = {
    momentary: 'momentary', shortTerm: 'short-term', integrated: 'integrated', maxMomentary: 'largest momentary', maxShortTerm: 'largest short-term',
    loudnessRange: 'range', maxTruePeak: 'true peak', range: 'range', truePeak: 'true peak',
  }
  const unit = (name) => (name.endsWith('ruePeak') ? 'dB' : 'LU')
  return [
    '## Accuracy',
    '',
    'The generable cases of EBU Tech 3341, Tech 3342 and ITU-R BS.1770-5, through `LoudnessAnalyser`, at 48 kHz, those of loudness also at 44.1, 32 and 96 kHz:',
    '',
    '| | checks held | largest distance from the value expected | allowed |',
    '|---|---|---|---|',
    ...Object.entries(conformance).map(([name, { checks, held, largest, tolerances }]) =>
      `| ${names[name]} | ${held} of ${checks} | ${largest.toFixed(3)} ${unit(name)} | ${tolerances.join(', ')} |`),
    '',
    `Largest distance from a plain float64 reference that shares no code, on ${programmes} random stepped programmes with silence, clipping, constants and invalid samples:`,
    '',
    '| | wasm-simd | javascript | promised |',
    '|---|---|---|---|',
    ...Object.entries(reference).map(([name, { 'wasm-simd': wasm, javascript }]) =>
      `| ${names[name]} | ${wasm.toExponential(0)} ${unit(name)} | ${javascript.toExponential(0)} ${unit(name)} | ${{ range: '0.01', truePeak: '1e-5' }[name] ?? '1e-6'} ${unit(name)} |`),
    '',
  ].join('\n')
}

function cost({ conditions, node, chromium }) {
  const table = (rows) => [
    '| | measured | floor | aim |',
    '|---|---|---|---|',
    ...rows.map(({ name, ratio, floor, aim, atMost }) => `| ${name} | ${ratio.toFixed(2)} x | ${bound(floor, atMost)} | ${bound(aim, atMost)} |`),
    '',
  ]
  const bound = (value, atMost) => (value === undefined ? '' : `${atMost ? '≤' : '≥'} ${value}`)
  return [
    '## Cost',
    '',
    `Ratios, each measured within one run of \`npm run bench\` (${conditions.date.slice(0, 10)}, ${conditions.cpu}); "2 x" is twice as fast as what it is compared with, or, where the`,
    'bound is "≤", twice the cost. Where V8 matters: full-speed tiers are forced, except in the rows that say otherwise.',
    '',
    `In Node (${conditions.node}), stereo at 48 kHz, everything on, against native libebur128 ${conditions.libebur128}:`,
    '',
    ...table(node.rows),
    ...(chromium.rows.length === 0 ? [] : ['In Chromium, CPU time of the audio thread for 64 mono streams, less that of playing them:', '', ...table(chromium.rows)]),
    ...chromium.live.map((line) => `* ${line}`),
    '',
  ].join('\n')
}
