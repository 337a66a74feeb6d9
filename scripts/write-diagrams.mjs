// The state diagrams of docs/lifecycles.md from the tables in packages/sdk-core. With --check it writes nothing and fails when
// the document is stale.
import fs from 'node:fs'
import { build } from 'esbuild'

const document = 'docs/lifecycles.md'
const folder = 'packages/sdk-core/src/link/server'
const { sessionStep } = await load(`${folder}/session-state.ts`)
const { lineStep, LINE_STATES } = await load(`${folder}/line-state.ts`)

const message = (rest) => ({ type: 'message', message: rest })
const sessionInputs = {
  'join()': { type: 'join' },
  'join refused': { type: 'join-failed' },
  'join overdue': { type: 'join-overdue', afterMs: 0 },
  joined: message({ type: 'joined', id: 1, members: [], iceServers: [] }),
  bye: message({ type: 'bye', code: 1 }),
  'leave()': { type: 'leave' },
  left: { type: 'left' },
  'line gone': { type: 'lost', reason: '', gslb: [] },
}
const lineInputs = Object.fromEntries(['doubt', 'heard', 'lost', 'opened', 'failed', 'due', 'resumed', 'gone', 'close'].map((input) => [input, input]))

const before = fs.readFileSync(document, 'utf8')
const after = [
  ['session', diagramOf(['idle', 'joining', 'joined', 'leaving', 'gone'], sessionInputs, sessionStep)],
  ['line', diagramOf(LINE_STATES, lineInputs, lineStep)],
].reduce((text, [name, diagram]) => replaced(text, name, diagram), before)

if (!process.argv.includes('--check')) fs.writeFileSync(document, after)
else if (after !== before) {
  console.error(`${document} is stale: run node scripts/write-diagrams.mjs`)
  process.exitCode = 1
}

/** From the source, so that nothing has to be built before. */
async function load(entry) {
  const { outputFiles: [file] } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm', alias: { '@earshot/protocol': './packages/protocol/src/error-codes.ts' } })
  return import(`data:text/javascript;base64,${Buffer.from(file.contents).toString('base64')}`)
}

/** One arrow for each pair of states; an input that changes nothing and does nothing has none. */
function diagramOf(states, inputs, step) {
  const arrows = new Map()
  for (const from of states) {
    for (const [name, input] of Object.entries(inputs)) {
      const { state, outputs } = step(from, input)
      if (state === from && outputs.every((output) => output.type === 'refuse' || output.type === 'settle')) continue
      const arrow = `${from} --> ${state}`
      arrows.set(arrow, [...arrows.get(arrow) ?? [], name])
    }
  }
  const lines = [...arrows].map(([arrow, names]) => `  ${arrow} : ${names.join(', ')}`)
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${states[0]}`, ...lines, '```'].join('\n')
}

function replaced(text, name, diagram) {
  const [start, end] = [`<!-- ${name}: written by scripts/write-diagrams.mjs -->`, `<!-- end of ${name} -->`]
  if (!text.includes(start) || !text.includes(end)) throw new Error(`${document} has no place for the diagram "${name}"`)
  return `${text.slice(0, text.indexOf(start) + start.length)}\n${diagram}\n${text.slice(text.indexOf(end))}`
}
