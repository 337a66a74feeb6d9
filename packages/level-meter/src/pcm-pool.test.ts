import { expect, test } from 'vitest'
import { PcmPool } from './pcm-pool.ts'

test('takes what came back before it makes new buffers', () => {
  const pool = new PcmPool(4, 8)
  const returned = new Float32Array(4)
  pool.put(returned)
  const [first, second] = pool.take(2)
  expect(first).toBe(returned)
  expect(second).toHaveLength(4)
  expect(second).not.toBe(returned)
})

test('a buffer put twice is taken once', () => {
  const pool = new PcmPool(4, 8)
  const returned = new Float32Array(4)
  pool.put(returned)
  pool.put(returned)
  expect(pool.take(2).filter((buffer) => buffer === returned)).toHaveLength(1)
})

test('a buffer that was transferred away before or after is not taken', () => {
  const pool = new PcmPool(4, 8)
  const before = new Float32Array(4)
  structuredClone(before, { transfer: [before.buffer] })
  pool.put(before)
  const after = new Float32Array(4)
  pool.put(after)
  structuredClone(after, { transfer: [after.buffer] })
  expect(pool.take(2).map((buffer) => buffer.length)).toEqual([4, 4])
})

test.each([
  ['another length', new Float32Array(3)],
  ['a view of a larger buffer', new Float32Array(8).subarray(2, 6)],
  ['shared memory', new Float32Array(new SharedArrayBuffer(16))],
])('%s is not kept', (_name, misfit) => {
  const pool = new PcmPool(4, 8)
  pool.put(misfit)
  expect(pool.take(1)[0]?.buffer).not.toBe(misfit.buffer)
})

test('keeps no more than its limit', () => {
  const pool = new PcmPool(4, 2)
  const returned = [new Float32Array(4), new Float32Array(4), new Float32Array(4)]
  for (const buffer of returned) pool.put(buffer)
  expect(pool.take(3).filter((buffer) => returned.includes(buffer))).toHaveLength(2)
})

test('two views of one buffer go to one source', () => {
  const pool = new PcmPool(4, 10)
  const pcm = new Float32Array(4)
  pool.put(pcm)
  pool.put(pcm.subarray(0))
  const [first, second] = pool.take(2)
  expect(first?.buffer).toBe(pcm.buffer)
  expect(second?.buffer).not.toBe(pcm.buffer)
})
