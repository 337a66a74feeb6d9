import { describe, expect, test } from 'vitest'
import { findKernelFaults } from '../../test/check-kernel.ts'
import { replaceFunctionBodies } from '../../test/mutate-wasm.ts'
import { makeSignal, seededRandom, signalKinds } from '../../test/signals.ts'
import { decodeHex } from '../hex.ts'
import { kernelHex } from '../generated/kernel-wasm.ts'
import { createJavaScriptKernel } from './javascript-kernel.ts'
import { createWasmKernel, rowMargin, type Kernel } from './kernel.ts'

const kernelBytes = decodeHex(kernelHex)

describe.each([
  ['wasm', () => createWasmKernel(kernelBytes, 48_000)],
  ['javascript', () => createJavaScriptKernel(48_000)],
] as const)('the %s kernel', (_name, createKernel) => {
  test('agrees with the plain reference on every kind of signal, length and channel count', () => {
    expect(findKernelFaults(createKernel())).toEqual([])
  })

  test('measures as many rows as it says, each by itself', () => {
    const kernel = createKernel()
    const stride = kernel.stage.length / kernel.maxRows
    for (let row = 0; row < kernel.maxRows; row++) kernel.stage.fill(row / kernel.maxRows, row * stride + rowMargin, (row + 1) * stride)
    kernel.measure(kernel.maxRows, stride, stride - rowMargin)
    expect([...kernel.peaks]).toEqual(Array.from({ length: kernel.maxRows }, (_, row) => row / kernel.maxRows))
  })

  test('measures one row as long as the stage', () => {
    const kernel = createKernel()
    kernel.stage.fill(0.5)
    kernel.stage[kernel.stage.length - 1] = -0.75
    kernel.measure(1, kernel.stage.length, kernel.stage.length - rowMargin)
    expect(kernel.peaks[0]).toBe(0.75)
    expect(kernel.sums[0]).toBe((kernel.stage.length - rowMargin - 1) * 0.5 - 0.75)
  })
})

test('both kernels give the same bits for peak, clipped and invalid', () => {
  const random = seededRandom(7)
  const kernels: Kernel[] = [createWasmKernel(kernelBytes, 48_000), createJavaScriptKernel(48_000)]
  for (const kind of signalKinds) {
    const signal = makeSignal(kind, 128 * 16, random)
    const [wasm, plain] = kernels.map((kernel) => {
      kernel.stage.set(signal)
      kernel.measure(16, rowMargin + 128, 127)
      const { peaks, clipped, invalid, squares } = kernel
      return { exact: [peaks, clipped, invalid].map((results) => [...results.subarray(0, 16)]), rms: [...squares.subarray(0, 16)].map((sum) => Math.sqrt(sum / 127)) }
    })
    expect(wasm?.exact).toEqual(plain?.exact)
    wasm?.rms.forEach((rms, row) => {
      const other = plain?.rms[row] ?? NaN
      expect(Math.abs(rms - other)).toBeLessThanOrEqual(1e-6 * other) // the promise
    })
  }
})

test('the wasm kernel imports nothing and stays in its static memory', () => {
  const module = new WebAssembly.Module(kernelBytes)
  expect(WebAssembly.Module.imports(module)).toEqual([])
  const { memory } = new WebAssembly.Instance(module).exports as unknown as { memory: WebAssembly.Memory }
  expect(() => memory.grow(1)).toThrow()
})

test('the check finds a wasm kernel that computes nothing', () => {
  const zeroed = createWasmKernel(replaceFunctionBodies(kernelBytes, 'nothing'), 48_000)
  const faults = findKernelFaults(zeroed)
  for (const quantity of ['peak', 'clipped', 'invalid', 'squares', 'sum']) {
    expect(faults.filter((fault) => fault.includes(` ${quantity} is 0`)).length).toBeGreaterThan(100)
  }
})

test('the check finds a javascript kernel that computes nothing', () => {
  expect(findKernelFaults({ ...createJavaScriptKernel(48_000), measure: () => undefined }).length).toBeGreaterThan(100)
})
