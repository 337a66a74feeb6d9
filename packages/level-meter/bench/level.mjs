// The kernels of a quantum in the worklet, 64 streams of 128 frames. V8's flags must be set before this module is imported.
import { decodeHex } from '../dist/hex.js'
import { kernelHex } from '../dist/generated/kernel-wasm.js'
import { createJavaScriptKernel } from '../dist/worklet/javascript-kernel.js'
import { createWasmKernel, energyFlag, rowMargin } from '../dist/worklet/kernel.js'
import { MeterBank } from '../dist/worklet/meter-bank.js'
import { cpuNanoseconds, median } from './report.mjs'

const streams = 64
const quantum = 128
const rounds = 41
const millisecondsPerMeasurement = 4

const stride = rowMargin + quantum
const kernel = createWasmKernel(decodeHex(kernelHex), 48_000)
const javaScriptKernel = createJavaScriptKernel(48_000)
const channels = Array.from({ length: streams }, () => kernel.openChannel())
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
  kernel.rowChannels.set(channels)
  kernel.measure(streams, stride, quantum)
}

function perQuantum() {
  stageBlocks(kernel)
  kernel.rowChannels.set(channels)
  kernel.measure(streams, stride, quantum)
}

function perQuantumJavaScript() {
  stageBlocks(javaScriptKernel)
  javaScriptKernel.rowChannels.set(channels)
  javaScriptKernel.measure(streams, stride, quantum)
}

/** All that process() does, cuts included: once a second of 48 kHz. */
function bankProcess({ pcm = false, loudness = false }) {
  const bank = new MeterBank({ kernel, sampleRate: 48_000, intervalFrames: 48_000, inputs: streams, keepAll: false, onCut: (cut) => {
    sink += cut.count
    bank.markTaken(cut.frame, cut.table)
    bank.addSpares(cut.pcm)
  } })
  for (let input = 0; input < streams; input++) bank.start(input, { id: input + 1, pcm, energies: loudness, truePeak: loudness })
  const inputs = blocks.map((block) => [block])
  let frame = 0
  return () => {
    bank.process(inputs, frame, quantum)
    frame += quantum
  }
}

const weighted = channels.map((channel) => energyFlag + channel)

/** The K-weighting alone, of 64 mono streams in place. */
function weigh() {
  kernel.rowChannels.set(weighted)
  kernel.weigh(streams, stride, 0, quantum)
}

const processLevel = bankProcess({})
const processPcm = bankProcess({ pcm: true })
const processLoudness = bankProcess({ loudness: true })

const comparisons = [
  { name: 'peak, RMS and sum of 64 quanta in place, against a naive loop for peak and RMS', of: inPlace, against: naive, floor: 2.5, aim: 7, reached: 7.5 },
  { name: 'level and RMS in place (PCM is copied by the browser, not by the kernel), against copying 512 bytes', of: inPlace, against: copy512, floor: 0.8, aim: 0.95, reached: 0.97 },
  { name: 'the same with its own copy into the stage, against a copy of 512 bytes', of: perQuantum, against: copy512 },
  { name: 'the same with its own copy into the stage, against the naive loop', of: perQuantum, against: naive, floor: 1.8, aim: 5, reached: 4 },
  { name: 'the fallback kernel with its copy, against the naive loop', of: perQuantumJavaScript, against: naive, floor: 0.3 },
  { name: 'process() of 64 sources, against the naive loop', of: processLevel, against: naive, floor: 1 },
  { name: 'process() of 64 sources with PCM, against the naive loop', of: processPcm, against: naive, floor: 0.5 },
]

const measured = new Map([
  [naive, 'naive loop'], [copy512, 'copy of 512 bytes'], [inPlace, 'level in place'], [perQuantum, 'level with its copy'],
  [perQuantumJavaScript, 'fallback with its copy'], [processLevel, 'process()'], [processPcm, 'process() with PCM'],
  [processLoudness, 'process() with loudness and true peak'], [weigh, 'K-weighting of 64 mono streams in place'],
])

/** Rows for `printTable`, and ns per sample. */
export function benchLevel() {
  for (const run of measured.keys()) timeOf(run, 400)
  const times = new Map([...measured.keys()].map((run) => [run, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [run, timesOfRun] of times) timesOfRun.push(timeOf(run, millisecondsPerMeasurement))
  }
  if (Number.isNaN(sink)) throw new Error('the loops computed nothing')
  return {
    rows: comparisons.map(({ of, against, ...row }) => ({ ...row, ratio: median(times.get(of).map((time, round) => times.get(against)[round] / time)) })),
    times: [...measured].map(([run, name]) => ({ name, nanoseconds: median(times.get(run)) })),
  }
}

/** ns per sample. */
function timeOf(run, milliseconds) {
  const start = cpuNanoseconds()
  const end = start + 1e6 * milliseconds
  let runs = 0
  let now = start
  while (now < end) {
    for (let i = 0; i < 20; i++) run()
    runs += 20
    now = cpuNanoseconds()
  }
  return (now - start) / runs / (streams * quantum)
}
