// The counterpart of libebur128.c, a process of its own: V8 is slower where one call site meets several kernels.
//
// node analyser.mjs samples.f32 <frames per block> push|read|filter|peaks <backend>
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { decodeHex } from '../dist/hex.js'
import { kernelHex } from '../dist/generated/kernel-wasm.js'
import { LoudnessAnalyser } from '../dist/relaxed.js'
import { createWasmKernel, energyFlag, rowMargin, truePeakFlag } from '../dist/worklet/kernel.js'
import { cpuNanoseconds } from './report.mjs'
import { sampleRate } from './signals.mjs'

const [path, blockText, work, backend] = process.argv.slice(2)
const blockFrames = Number(blockText)
const { buffer } = readFileSync(path)
const blocks = splitBlocks(new Float32Array(buffer))
const round = work === 'push' || work === 'read' ? await analyserRound() : kernelRound()

let sink = 0 // what is read must be used
const warm = cpuNanoseconds() + 1e9
do round()
while (cpuNanoseconds() < warm)
console.log(`ready ${process.version}`)
for await (const _line of createInterface({ input: process.stdin })) console.log(round().join(' '))
if (Number.isNaN(sink)) throw new Error('nothing was measured')

/** What users call. */
async function analyserRound() {
  const analyser = await LoudnessAnalyser.create({ sampleRate, channels: 2, backend })
  const reads = work === 'read'
  return () => {
    analyser.reset()
    let frames = 0
    let tenth = sampleRate / 10
    const start = cpuNanoseconds()
    for (const block of blocks) {
      analyser.push(block)
      if (!reads) continue
      frames += block[0].length
      if (frames < tenth) continue
      // Every number, integrated loudness and range too: read() has no smaller portion.
      sink += analyser.read().momentary
      tenth += sampleRate / 10
    }
    const { integrated, truePeak } = analyser.read()
    return [cpuNanoseconds() - start, integrated.toFixed(4), (10 ** (truePeak[0] / 20)).toFixed(6)]
  }
}

/** The K-weighting alone, or levels and peaks, with the copy into the stage. Peaks start anew with each block, so that none is skipped for an earlier one. */
function kernelRound() {
  const kernel = createWasmKernel(decodeHex(kernelHex), sampleRate)
  const stride = rowMargin + blockFrames
  kernel.rowChannels.set([0, 1].map(() => kernel.openChannel() + energyFlag + truePeakFlag))
  return () => {
    const start = cpuNanoseconds()
    for (const [left, right] of blocks) {
      kernel.stage.set(left, rowMargin)
      kernel.stage.set(right, stride + rowMargin)
      if (work === 'filter') kernel.weigh(2, stride, 0, left.length)
      else {
        kernel.measure(2, stride, left.length)
        sink += kernel.truePeaks[0]
        kernel.truePeaks.fill(0, 0, 2)
      }
    }
    return [cpuNanoseconds() - start]
  }
}

function splitBlocks(interleaved) {
  const frames = interleaved.length / 2
  const channels = [0, 1].map((channel) => Float32Array.from({ length: frames }, (_, i) => interleaved[2 * i + channel]))
  return Array.from({ length: Math.ceil(frames / blockFrames) }, (_, i) => channels.map((samples) => samples.subarray(i * blockFrames, (i + 1) * blockFrames)))
}
