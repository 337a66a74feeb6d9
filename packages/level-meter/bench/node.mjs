import { setFlagsFromString } from 'node:v8'
import { benchLoudness } from './loudness.mjs'

// A kernel still in V8's first tier runs half as fast, and in Node it may stay there for a whole measurement.
const flags = ['--no-liftoff', '--no-wasm-dynamic-tiering']

/** Rows for `printTable`, ns per frame of what was measured, and the conditions. */
export async function benchNode() {
  for (const flag of flags) setFlagsFromString(flag)
  const { benchLevel } = await import('./level.mjs') // after the flags: it instantiates kernels
  const level = benchLevel()
  const loudness = await benchLoudness(flags)
  return {
    rows: [...level.rows, ...loudness.rows],
    times: [...level.times, ...loudness.times],
    conditions: { node: `${process.version}, V8 ${process.versions.v8}, ${flags.join(' ')}`, libebur128: loudness.version },
  }
}
