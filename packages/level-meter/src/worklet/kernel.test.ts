import { describe, expect, test } from 'vitest'
import { findKernelFaults, measureRows } from '../../test/check-kernel.ts'
import { replaceFunctionBodies } from '../../test/mutate-wasm.ts'
import { makeSignal, seededRandom, signalKinds } from '../../test/signals.ts'
import { decodeHex } from '../hex.ts'
import { kernelHex } from '../generated/kernel-wasm.ts'
import { createJavaScriptKernel } from './javascript-kernel.ts'
import { createWasmKernel, energyFlag, maxRows, peakOf, rowMargin, truePeakFlag, type Kernel } from './kernel.ts'

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
    const frames = kernel.stage.length / maxRows - rowMargin
    const rows = Array.from({ length: maxRows }, (_, row) => new Float32Array(frames).fill(row / maxRows))
    expect(measureRows(kernel, rows).map(({ peak }) => peak)).toEqual(rows.map((_, row) => row / maxRows))
  })

  test('measures one row as long as the stage', () => {
    const kernel = createKernel()
    const samples = new Float32Array(kernel.stage.length - rowMargin).fill(0.5)
    samples[samples.length - 1] = -0.75
    expect(measureRows(kernel, [samples])).toMatchObject([{ peak: 0.75, sum: (samples.length - 1) * 0.5 - 0.75 }])
  })

  test('gathers block after block until the levels are cleared, and keeps what the filters carry', () => {
    const kernel = createKernel()
    const channel = kernel.openChannel()
    kernel.rowChannels[0] = channel + energyFlag + truePeakFlag
    const measure = (...samples: number[]): number[] => {
      kernel.stage.set(samples, rowMargin)
      kernel.measure(1, rowMargin + 4, samples.length)
      kernel.weigh(1, rowMargin + 4, 0, samples.length)
      return [peakOf(kernel, channel), kernel.clipped[channel] as number, kernel.invalid[channel] as number]
    }
    measure(0.5, NaN)
    expect(measure(-2, 0.25)).toEqual([2, 1, 1])
    const energy = kernel.energies[channel]
    kernel.clearLevels(channel)
    expect([kernel.energies[channel], kernel.truePeaks[channel]]).toEqual([energy, 0])
    expect(measure(0.25, 0, 0, 0)).toEqual([0.25, 0, 0])
    measure(0, 0, 0, 0)
    expect(kernel.truePeaks[channel]).toBeGreaterThan(1) // of the 2 before
  })
})

test('both kernels give the same bits for peak, clipped and invalid', () => {
  const random = seededRandom(7)
  const kernels: Kernel[] = [createWasmKernel(kernelBytes, 48_000), createJavaScriptKernel(48_000)]
  for (const kind of signalKinds) {
    const signal = makeSignal(kind, 127 * 16, random)
    const rows = Array.from({ length: 16 }, (_, row) => signal.subarray(127 * row, 127 * (row + 1)))
    const [wasm, plain] = kernels.map((kernel) => {
      const levels = measureRows(kernel, rows)
      return { exact: levels.map(({ peak, clipped, invalid }) => [peak, clipped, invalid]), rms: levels.map(({ squares }) => Math.sqrt(squares / 127)) }
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
