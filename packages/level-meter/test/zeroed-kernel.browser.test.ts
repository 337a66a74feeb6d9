import { expect, test } from 'vitest'
import { findMeterFaults } from './check-meter.ts'
import { replaceFunctionBodies } from './mutate-wasm.ts'

test('the check of the exactness tests finds a build whose wasm computes nothing', async () => {
  const compile = WebAssembly.compile.bind(WebAssembly)
  WebAssembly.compile = (bytes) => compile(replaceFunctionBodies(bytes as Uint8Array, 'nothing'))
  const faults = await findMeterFaults({ sampleRate: 48_000, sources: 9, quantum: 128, backend: 'wasm-simd' })
  for (const quantity of ['level', 'peak', 'rms', 'dcOffset', 'clipped', 'invalid']) {
    expect(faults.filter((fault) => fault.includes(`): ${quantity} is 0`)), `faults of ${quantity}`).not.toEqual([])
  }
  expect(faults.filter((fault) => fault.includes('pcm'))).toEqual([]) // which does not pass through the kernel

  WebAssembly.compile = compile
})
