// Prints ratios, never absolute times as results: each pair is measured in the same round of the same process, and the
// median of the rounds' ratios counts, so that a busy machine disturbs both sides alike. Run it after `npm run build`.
import { setFlagsFromString } from 'node:v8'

// A kernel still in V8's first tier runs half as fast, and in Node it may stay there for a whole measurement.
setFlagsFromString('--no-liftoff')
setFlagsFromString('--no-wasm-dynamic-tiering')

const { decodeHex } = await import('../dist/hex.js')
const { kernelHex } = await import('../dist/generated/kernel-wasm.js')
const { createWasmKernel, rowMargin } = await import('../dist/worklet/kernel.js')
const { createJavaScriptKernel } = await import('../dist/worklet/javascript-kernel.js')
const { MeterBank } = await import('../dist/worklet/meter-bank.js')

const streams = 64
const quantum = 128
const rounds = 41
const millisecondsPerMeasurement = 4

const stride = rowMargin + quantum
const kernel = createWasmKernel(decodeHex(kernelHex), 48_000)
const javaScriptKernel = createJavaScriptKernel(48_000)
const blocks = Array.from({ length: streams }, () => Float32Array.from({ length: quantum }, () => 1.8 * Math.random() - 0.9))
const copies = Array.from({ length: streams }, () => new Float32Array(quantum))

let sink = 0 // what the loops compute must be used, or V8 drops the loops

function naive() {
  let peak = 0
  let squares = 0
  for (let stream = 0; stream < streams; stream++) {
    const block = blocks[stream]
    for (let i = 0; i < block.length; i++) {
      const magnitude = Math.abs(block[i])
      if (magnitude > peak) peak = magnitude
      squares += block[i] * block[i]
    }
  }
  sink += peak + squares
}

function copy512() {
  for (let stream = 0; stream < streams; stream++) copies[stream].set(blocks[stream])
}

function stageBlocks({ stage }) {
  for (let stream = 0; stream < streams; stream++) stage.set(blocks[stream], stream * stride + rowMargin)
}

function inPlace() {
  kernel.measure(streams, stride, quantum)
}

function perQuantum() {
  stageBlocks(kernel)
  kernel.measure(streams, stride, quantum)
}

function perQuantumJavaScript() {
  stageBlocks(javaScriptKernel)
  javaScriptKernel.measure(streams, stride, quantum)
}

/** All that process() does, cuts included: once a second of 48 kHz. */
function bankProcess(pcm) {
  const bank = new MeterBank({ kernel, sampleRate: 48_000, intervalFrames: 48_000, inputs: streams, keepAll: true, onCut: (_frame, readings) => {
    sink += readings.length
    bank.addSpares(readings.flatMap(({ reading }) => reading.pcm ?? []))
  } })
  for (let input = 0; input < streams; input++) bank.start(input, { id: input + 1, pcm })
  const inputs = blocks.map((block) => [block])
  let frame = 0
  return function processSources() {
    bank.process(inputs, frame, quantum)
    frame += quantum
  }
}

const processLevel = bankProcess(false)
const processPcm = bankProcess(true)

// Floors: below them something broke. Reached: the reference prototype, without DC, clipping and validity. Aims: our goals.
const comparisons = [
  { name: '1  peak, squares and sum in place, against a naive loop for peak and squares', of: inPlace, against: naive, floor: 2.5, reached: 7.5, aim: 7 },
  { name: '2  the same, against a copy in blocks of 512 bytes', of: inPlace, against: copy512, floor: 0.35, reached: 0.97, aim: 0.95 },
  { name: '3  copy into the stage and one call for 64 streams, against the naive loop', of: perQuantum, against: naive, floor: 1.8, reached: 4.0, aim: 5 },
  { name: '   the fallback kernel with its copy, against the naive loop', of: perQuantumJavaScript, against: naive, floor: 0.3 },
  { name: '   process() of 64 sources, against the naive loop', of: processLevel, against: naive, floor: 1 },
  { name: '   process() of 64 sources with PCM, against the naive loop', of: processPcm, against: naive, floor: 0.5 },
]

const measured = [...new Set(comparisons.flatMap(({ of, against }) => [of, against]))]
for (const run of measured) timeOf(run, 400)

const times = new Map(measured.map((run) => [run, []]))
for (let round = 0; round < rounds; round++) {
  for (const run of measured) times.get(run).push(timeOf(run, millisecondsPerMeasurement))
}

console.log(`Node ${process.version}, ${rounds} paired rounds, ${streams} streams of ${quantum} frames; "2 x" is twice as fast\n`)
console.log(`${'what'.padEnd(78)} ratio    floor  prototype  aim`)
for (const { name, of, against, floor, reached, aim } of comparisons) {
  const ratio = median(times.get(of).map((time, round) => times.get(against)[round] / time))
  const column = (value) => (value === undefined ? '-' : String(value)).padEnd(6)
  console.log(`${name.padEnd(78)} ${ratio.toFixed(2)} x   ${column(floor)} ${column(reached)}     ${column(aim)}${ratio < floor ? ' BELOW ITS FLOOR' : ''}`)
}
console.log(`\nTimes of this run, ns per sample: ${measured.map((run) => `${run === processPcm ? 'processSources with PCM' : run.name} ${median(times.get(run)).toFixed(3)}`).join(', ')}`)
if (Number.isNaN(sink)) throw new Error('the loops computed nothing')

/** ns per sample. */
function timeOf(run, milliseconds) {
  const start = process.hrtime.bigint()
  const end = start + BigInt(milliseconds * 1e6)
  let runs = 0
  let now = start
  while (now < end) {
    for (let i = 0; i < 20; i++) run()
    runs += 20
    now = process.hrtime.bigint()
  }
  return Number(now - start) / runs / (streams * quantum)
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
