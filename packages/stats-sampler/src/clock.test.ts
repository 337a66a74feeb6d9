import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startClock } from './clock.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/** A worker the test ticks by hand. */
class FakeWorker {
  static started: FakeWorker[] = []
  onmessage: (() => void) | null = null
  onerror: ((event: { preventDefault(): void }) => void) | null = null
  terminated = false
  readonly url: string
  constructor(url: string) {
    this.url = url
    FakeWorker.started.push(this)
  }
  terminate(): void {
    this.terminated = true
  }
}

function withWorkers(worker: unknown): typeof FakeWorker.started {
  FakeWorker.started = []
  vi.stubGlobal('Worker', worker)
  return FakeWorker.started
}

test('a worker clock ticks with the worker and starts no timer in the page', () => {
  const workers = withWorkers(FakeWorker)
  const onTick = vi.fn()
  startClock('worker', 1000, onTick)
  workers[0]?.onmessage?.()
  expect([workers.length, onTick.mock.calls.length, vi.getTimerCount()]).toEqual([1, 1, 0])
})

test('stopping a worker clock ends the worker and gives its blob back', () => {
  const workers = withWorkers(FakeWorker)
  const revoked = vi.spyOn(URL, 'revokeObjectURL')
  startClock('worker', 1000, () => {})()
  expect(workers[0]).toMatchObject({ terminated: true, onmessage: null, onerror: null })
  expect(revoked).toHaveBeenCalledWith(workers[0]?.url)
})

test('CSP: a worker that may not load (error event) is replaced by a timer, silently', () => {
  const workers = withWorkers(FakeWorker)
  const onTick = vi.fn()
  const preventDefault = vi.fn()
  const stop = startClock('worker', 1000, onTick)
  workers[0]?.onerror?.({ preventDefault })
  vi.advanceTimersByTime(2000)
  expect([onTick.mock.calls.length, preventDefault.mock.calls.length, workers[0]?.terminated]).toEqual([2, 1, true])
  stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('CSP: a worker that may not be constructed is replaced by a timer', () => {
  withWorkers(function () { throw new DOMException('blocked', 'SecurityError') })
  const onTick = vi.fn()
  startClock('worker', 1000, onTick)
  vi.advanceTimersByTime(3000)
  expect(onTick).toHaveBeenCalledTimes(3)
})

test('where there are no workers, and when a timer is asked for, a timer ticks', () => {
  const onTick = vi.fn()
  startClock('worker', 1000, onTick)
  const workers = withWorkers(FakeWorker)
  startClock('timer', 1000, onTick)
  vi.advanceTimersByTime(1000)
  expect([workers.length, onTick.mock.calls.length]).toEqual([0, 2])
})
