// LoudnessAnalyser against the native libebur128 of the system, each in a process of its own.
//
// Both get the same 20 s of stereo in the same blocks, and measure momentary, short-term and integrated loudness, range, true
// peak and sample peak. Floors and aims stand at the harder comparison, with everything read once, at the end: libebur128 sums
// its windows anew at each reading. In the rows "with readings" its M, S and peaks are read every 100 ms, I and LRA every
// second; LoudnessAnalyser.read() gives all at once, so there all are read every 100 ms.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { fileURLToPath } from 'node:url'
import { decodeHex } from '../dist/hex.js'
import { relaxedKernelHex } from '../dist/generated/relaxed-kernel-wasm.js'
import { startContender } from './contender.mjs'
import { median } from './report.mjs'
import { noise, sampleRate, seconds, speech } from './signals.mjs'

const rounds = 15
const simd = { backend: 'wasm-simd' }
const relaxed = { backend: 'wasm-relaxed-simd' }
const javascript = { backend: 'javascript' }
const signals = { noise, speech }

const groups = [
  { signal: 'noise', block: 4800, work: 'push', contenders: [{ ...simd, floor: 8, aim: 12 }, { ...relaxed, aim: 15 }, javascript, { ...simd, defaultFlags: true }] },
  { signal: 'speech', block: 4800, work: 'push', contenders: [{ ...simd, floor: 15, aim: 30 }, relaxed, { ...simd, defaultFlags: true }] },
  { signal: 'noise', block: 128, work: 'push', contenders: [simd, relaxed] },
  { signal: 'speech', block: 128, work: 'push', contenders: [simd, relaxed] },
  { signal: 'noise', block: 4800, work: 'read', suffix: ', with readings', contenders: [simd] },
  { signal: 'speech', block: 4800, work: 'read', suffix: ', with readings', contenders: [simd] },
  { signal: 'noise', block: 4800, work: 'filter', contenders: [{ name: 'K-weighting kernel alone' }, { name: 'peak kernel alone', work: 'peaks', timeOnly: true }] },
]

/** @param {readonly string[]} flags V8's */
export async function benchLoudness(flags) {
  const folder = mkdtempSync(join(tmpdir(), 'earshot-bench-'))
  try {
    const native = join(folder, 'libebur128')
    const { status } = spawnSync('cc', ['-O2', '-o', native, fileURLToPath(new URL('libebur128.c', import.meta.url)), '-lebur128'])
    if (status !== 0) {
      console.log('loudness: skipped, no C compiler or no libebur128; on Debian and Ubuntu: apt-get install gcc libc6-dev libebur128-dev\n')
      return { rows: [], times: [], version: 'absent' }
    }
    const relaxedFlags = findRelaxedFlags()
    if (relaxedFlags === undefined) console.log('wasm-relaxed-simd: skipped, this Node.js does not know it\n')
    for (const [name, make] of Object.entries(signals)) writeFileSync(join(folder, name), make())
    const results = []
    for (const { contenders, ...group } of groups) {
      const able = contenders.filter(({ backend }) => backend !== relaxed.backend || relaxedFlags !== undefined)
      results.push(await runGroup({ ...group, contenders: able }, folder, native, [...flags, ...relaxedFlags ?? []]))
    }
    return { rows: results.flatMap(({ rows }) => rows), times: results.flatMap(({ times }) => times), version: results[0].version }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function runGroup({ signal, block, work, suffix = '', contenders }, folder, native, flags) {
  const samples = join(folder, signal)
  const analyser = fileURLToPath(new URL('analyser.mjs', import.meta.url))
  const reference = await startContender(native, [samples, String(block), work])
  const others = []
  for (const { backend = simd.backend, defaultFlags, work: own = work } of contenders) {
    others.push(await startContender(process.execPath, [...defaultFlags ? [] : flags, analyser, samples, String(block), own, backend]))
  }
  const nanoseconds = [reference, ...others].map(() => [])
  for (let round = 0; round < rounds; round++) {
    const expected = await reference.round()
    nanoseconds[0].push(expected.nanoseconds)
    for (const [i, other] of others.entries()) {
      const found = await other.round()
      assertAgreement(found, expected)
      nanoseconds[i + 1].push(found.nanoseconds)
    }
  }
  for (const { stop } of [reference, ...others]) stop()

  const what = `${signal}, blocks of ${block}${suffix}`
  const names = contenders.map(({ name, backend, defaultFlags }) => `${name ?? `LoudnessAnalyser, ${backend}`}, ${what}${defaultFlags ? ', default V8 flags' : ''}`)
  const [ofReference, ...ofOthers] = nanoseconds
  return {
    version: reference.version,
    rows: contenders.flatMap(({ floor, aim, timeOnly }, i) => timeOnly ? [] : [{
      name: `${names[i]}, against libebur128`, ratio: median(ofOthers[i].map((time, round) => ofReference[round] / time)), floor, aim,
    }]),
    times: [`libebur128, ${work === 'filter' ? 'filter alone, ' : ''}${what}`, ...names].map((name, i) => ({ name, nanoseconds: median(nanoseconds[i]) / (seconds * sampleRate) })),
  }
}

/** Faster at something else would be no result. The true peaks come from two interpolators: 0.2 dB apart for noise. */
function assertAgreement(found, expected) {
  if (Math.abs(found.integrated - expected.integrated) > 0.01 || Math.abs(20 * Math.log10(found.truePeak / expected.truePeak)) > 0.4) {
    throw new Error(`LoudnessAnalyser found ${JSON.stringify(found)}, libebur128 ${JSON.stringify(expected)}`)
  }
}

/** What makes this Node.js accept relaxed SIMD: nothing, a flag (Node 20), or undefined. */
function findRelaxedFlags() {
  const flag = '--experimental-wasm-relaxed-simd'
  const accepts = () => WebAssembly.validate(decodeHex(relaxedKernelHex))
  if (accepts()) return []
  setFlagsFromString(flag)
  return accepts() ? [flag] : undefined
}
