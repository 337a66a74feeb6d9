import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { inbound, report } from '../test/reports.ts'
import type { ConnectionSample } from './connection-sample.ts'
import { StatsSampler, type StatsSource } from './stats-sampler.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A connection whose stream receives 100 bytes a second of fake time. */
class FakeSource implements StatsSource {
  connectionState = 'connected'
  signalingState = 'stable'
  calls = 0
  /** What the next calls do instead. */
  answers: (() => Promise<RTCStatsReport>)[] = []

  getStats(): Promise<RTCStatsReport> {
    this.calls++
    return this.answers.shift()?.() ?? Promise.resolve(this.report())
  }

  report(): RTCStatsReport {
    return new Map(report(Date.now(), inbound({ kind: 'audio', ssrc: 11, bytesReceived: Date.now() / 10 })))
  }
}

const fail = (message: string) => () => Promise.reject(new Error(message))
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

describe('readings', () => {
  test('the first is taken at once, the first sample comes with the next tick, one per tick after that', async () => {
    const source = new FakeSource()
    const samples: ConnectionSample[] = []
    new StatsSampler().add(source, (sample) => samples.push(sample))
    expect(source.calls).toBe(1)
    await seconds(0.9)
    expect(samples).toHaveLength(0)
    await seconds(2.1)
    expect(source.calls).toBe(4)
    expect(samples.map(({ durationMs, streams }) => [durationMs, streams[0]?.bytesPerSecond])).toEqual([[1000, 100], [1000, 100], [1000, 100]])
  })

  test('cost: one getStats() per source and tick, on one clock, whoever listens', async () => {
    const sources = [new FakeSource(), new FakeSource()]
    const sampler = new StatsSampler()
    const seen: number[] = []
    for (const [n, source] of [...sources, ...sources].entries()) sampler.add(source, () => seen.push(n))
    expect(vi.getTimerCount()).toBe(1)
    await seconds(3)
    expect(sources.map(({ calls }) => calls)).toEqual([4, 4])
    expect(seen).toEqual([0, 2, 1, 3, 0, 2, 1, 3, 0, 2, 1, 3])
  })

  test('overlap: a tick is skipped while one is pending, and the next sample covers the longer time', async () => {
    const source = new FakeSource()
    const samples: ConnectionSample[] = []
    new StatsSampler().add(source, (sample) => samples.push(sample))
    await seconds(1)
    let answer: ((report: RTCStatsReport) => void) | undefined
    source.answers.push(() => new Promise((resolve) => (answer = resolve)))
    await seconds(3)
    expect([source.calls, samples.length]).toEqual([3, 1])
    answer?.(source.report())
    await seconds(1)
    expect(samples.slice(1).map(({ durationMs, gap }) => [durationMs, gap])).toEqual([[3000, true], [1000, false]])
  })

  test('one source that hangs does not hold up the others', async () => {
    const sampler = new StatsSampler()
    const hanging = new FakeSource()
    hanging.answers.push(() => new Promise(() => {}))
    const onSample = vi.fn()
    sampler.add(hanging, vi.fn())
    sampler.add(new FakeSource(), onSample)
    await seconds(2)
    expect(onSample).toHaveBeenCalledTimes(2)
  })

  test('the interval is the one asked for', async () => {
    const source = new FakeSource()
    new StatsSampler({ intervalMs: 200 }).add(source, () => {})
    await seconds(1)
    expect(source.calls).toBe(6)
  })

  test('receivers add the levels of the packets; a receiver that throws costs only them', async () => {
    const levels: (number | undefined)[] = []
    const source = Object.assign(new FakeSource(), {
      // A receiver has more members; none of them is touched.
      getReceivers: () => [{ getSynchronizationSources: () => [{ source: 11, audioLevel: 0.4, timestamp: Date.now(), rtpTimestamp: 0 }] } as unknown as RTCRtpReceiver],
    })
    new StatsSampler().add(source, ({ streams }) => levels.push(streams[0]?.audioLevel))
    await seconds(1)
    source.getReceivers = () => { throw new Error('closed') }
    await seconds(1)
    expect(levels).toEqual([0.4, undefined])
  })

  test('a receiver may be the source itself', async () => {
    const source = Object.assign(new FakeSource(), { getSynchronizationSources: () => [{ source: 11, audioLevel: 0.3 }] })
    const onSample = vi.fn<(sample: ConnectionSample) => void>()
    new StatsSampler().add(source, onSample)
    await seconds(1)
    expect(onSample.mock.lastCall?.[0].streams[0]?.audioLevel).toBe(0.3)
  })
})

describe('the end', () => {
  test.each(['connectionState', 'signalingState'] as const)('closed pc: %s "closed" ends it once, without another getStats()', async (state) => {
    const source = new FakeSource()
    const [onSample, onEnd] = [vi.fn(), vi.fn()]
    new StatsSampler().add(source, onSample, { onEnd })
    await seconds(1)
    source[state] = 'closed'
    await seconds(5)
    expect([source.calls, onSample.mock.calls.length]).toEqual([2, 1])
    expect(onEnd.mock.calls).toEqual([['closed', undefined]])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a source that closes while its report is on its way ends without a sample', async () => {
    const source = new FakeSource()
    const [onSample, onEnd] = [vi.fn(), vi.fn()]
    new StatsSampler().add(source, onSample, { onEnd })
    await seconds(0.5)
    source.answers.push(async () => { source.signalingState = 'closed'; return source.report() })
    await seconds(1)
    expect(onSample).not.toHaveBeenCalled()
    expect(onEnd).toHaveBeenCalledWith('closed', undefined)
  })

  test('a source that is closed already ends after add() has returned', async () => {
    const source = Object.assign(new FakeSource(), { signalingState: 'closed' })
    const order: string[] = []
    new StatsSampler().add(source, () => {}, { onEnd: (reason) => order.push(reason) })
    order.push('returned')
    await seconds(0)
    expect([order, source.calls]).toEqual([['returned', 'closed'], 0])
  })

  test('three failures in a row end it, with the last error', async () => {
    const source = new FakeSource()
    const onEnd = vi.fn()
    source.answers.push(fail('one'), fail('two'), fail('three'))
    new StatsSampler().add(source, () => {}, { onEnd })
    await seconds(1)
    expect(onEnd).not.toHaveBeenCalled()
    await seconds(5)
    expect(onEnd.mock.calls).toEqual([['failed', expect.objectContaining({ message: 'three' })]])
    expect(source.calls).toBe(3)
  })

  test('two failures and a success begin the count anew, and the rates cover the time between', async () => {
    const source = new FakeSource()
    const samples: ConnectionSample[] = []
    const onEnd = vi.fn()
    new StatsSampler().add(source, (sample) => samples.push(sample), { onEnd })
    await seconds(0)
    source.answers.push(fail('one'), fail('two'), () => Promise.resolve(source.report()), fail('one'), fail('two'))
    await seconds(6)
    expect(onEnd).not.toHaveBeenCalled()
    expect(samples.map(({ durationMs }) => durationMs)).toEqual([3000, 3000])
  })

  test.each<[string, () => Promise<RTCStatsReport>]>([
    ['throws at once', () => { throw new TypeError('not now') }],
    ['resolves to no report', () => Promise.resolve(undefined as unknown as RTCStatsReport)],
  ])('a getStats() that %s is a failure', async (_, answer) => {
    const source = new FakeSource()
    const onEnd = vi.fn()
    source.answers.push(answer, answer, answer)
    new StatsSampler().add(source, () => {}, { onEnd })
    await seconds(3)
    expect(onEnd).toHaveBeenCalledWith('failed', expect.any(TypeError))
  })

  test('after onEnd the same source may be added again', async () => {
    const source = Object.assign(new FakeSource(), { signalingState: 'closed' })
    const sampler = new StatsSampler()
    const onSample = vi.fn()
    sampler.add(source, onSample, { onEnd: () => { source.signalingState = 'stable'; sampler.add(source, onSample) } })
    await seconds(2)
    expect(onSample).toHaveBeenCalledTimes(2)
  })

  test('a source that closes while getStats() never answers ends with the next tick', async () => {
    const source = new FakeSource()
    const onEnd = vi.fn()
    source.answers.push(() => new Promise(() => {}))
    new StatsSampler().add(source, () => {}, { onEnd })
    await seconds(1)
    source.connectionState = 'closed'
    await seconds(1)
    expect(onEnd.mock.calls).toEqual([['closed', undefined]])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('two listeners that add themselves again at the end are told once per end, and three failures end it again', async () => {
    const source = new FakeSource()
    const sampler = new StatsSampler()
    let ends = 0
    const add = (): void => { if (ends < 100) sampler.add(source, () => {}, { onEnd: () => { ends++; add() } }) }
    add()
    add()
    source.answers.push(...Array.from({ length: 6 }, () => fail('not now')))
    await seconds(3)
    expect(ends).toBe(2)
    await seconds(2)
    expect(ends).toBe(2)
    await seconds(1)
    expect(ends).toBe(4)
  })

  test('a listener that the one before it stops is told no end', async () => {
    const source = Object.assign(new FakeSource(), { signalingState: 'closed' })
    const sampler = new StatsSampler()
    const onEnd = vi.fn()
    sampler.add(source, () => {}, { onEnd: () => sampler.close() })
    sampler.add(source, () => {}, { onEnd })
    await seconds(1)
    expect(onEnd).not.toHaveBeenCalled()
  })
})

describe('stopping', () => {
  type Stop = (started: { stop: () => void; controller: AbortController; sampler: StatsSampler }) => void
  const ways: [string, Stop][] = [
    ['the returned function', ({ stop }) => stop()],
    ['the signal', ({ controller }) => controller.abort()],
    ['close()', ({ sampler }) => sampler.close()],
    ['Symbol.dispose', ({ sampler }) => sampler[Symbol.dispose]()],
  ]

  test.each(ways)('%s: no callback is called any more, not even for a report on its way, and the clock stops', async (_, stopIt) => {
    const source = new FakeSource()
    const sampler = new StatsSampler()
    const controller = new AbortController()
    const [onSample, onEnd] = [vi.fn(), vi.fn()]
    const stop = sampler.add(source, onSample, { signal: controller.signal, onEnd })
    await seconds(1)
    let answer: ((report: RTCStatsReport) => void) | undefined
    source.answers.push(() => new Promise((resolve) => (answer = resolve)))
    await seconds(1)
    stopIt({ stop, controller, sampler })
    stopIt({ stop, controller, sampler })
    expect(vi.getTimerCount()).toBe(0)
    answer?.(source.report())
    await seconds(3)
    expect([source.calls, onSample.mock.calls.length, onEnd.mock.calls.length]).toEqual([3, 1, 0])
  })

  test('one of two listeners of a source stops alone', async () => {
    const source = new FakeSource()
    const sampler = new StatsSampler()
    const [first, second] = [vi.fn(), vi.fn()]
    const stop = sampler.add(source, first)
    sampler.add(source, second)
    await seconds(1)
    stop()
    await seconds(1)
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2])
  })

  test('a signal that is aborted already: nothing is read', () => {
    const source = new FakeSource()
    new StatsSampler().add(source, () => {}, { signal: AbortSignal.abort() })
    expect([source.calls, vi.getTimerCount()]).toEqual([0, 0])
  })

  test('stopping lets go of the signal', () => {
    const controller = new AbortController()
    const removed = vi.spyOn(controller.signal, 'removeEventListener')
    new StatsSampler().add(new FakeSource(), () => {}, { signal: controller.signal })()
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function))
  })

  test('the clock starts again with the next source', async () => {
    const sampler = new StatsSampler()
    sampler.add(new FakeSource(), () => {})()
    const onSample = vi.fn()
    sampler.add(new FakeSource(), onSample)
    await seconds(1)
    expect(onSample).toHaveBeenCalledTimes(1)
  })

  test('a callback may stop its own sampling', async () => {
    const onSample = vi.fn(() => stop())
    const stop: () => void = new StatsSampler().add(new FakeSource(), onSample)
    await seconds(3)
    expect(onSample).toHaveBeenCalledTimes(1)
  })
})

describe('adding', () => {
  test('a listener added by a callback hears from the next sample on', async () => {
    const source = new FakeSource()
    const sampler = new StatsSampler()
    const onSample = vi.fn(() => { if (onSample.mock.calls.length < 100) sampler.add(source, onSample) })
    sampler.add(source, onSample)
    await seconds(1)
    expect(onSample).toHaveBeenCalledTimes(1)
    await seconds(1)
    expect(onSample).toHaveBeenCalledTimes(3)
  })
})

describe('faults', () => {
  test('a throwing callback is reported and stops nobody, itself included', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const source = new FakeSource()
    const sampler = new StatsSampler()
    const good = vi.fn()
    const bad = vi.fn(() => { throw new Error('mine') })
    sampler.add(source, bad)
    sampler.add(source, good)
    await seconds(2)
    expect([bad.mock.calls.length, good.mock.calls.length]).toEqual([2, 2])
    expect(errors.mock.calls).toEqual([[expect.objectContaining({ message: 'mine' })], [expect.objectContaining({ message: 'mine' })]])
    errors.mockRestore()
  })

  test('reportError is used where it exists', async () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const source = Object.assign(new FakeSource(), { signalingState: 'closed' })
    new StatsSampler().add(source, () => {}, { onEnd: () => { throw new Error('in onEnd') } })
    await seconds(0)
    vi.unstubAllGlobals()
    expect(reportError).toHaveBeenCalledWith(expect.objectContaining({ message: 'in onEnd' }))
  })

  test.each([0, -1, NaN, Infinity, 2 ** 31, 'often', null])('intervalMs %s is refused by name', (intervalMs) => {
    expect(() => new StatsSampler({ intervalMs: intervalMs as number })).toThrow(/^intervalMs must be/)
  })

  test('wrong arguments are refused by name', () => {
    const sampler = new StatsSampler()
    expect(() => new StatsSampler({ clock: 'sun' as 'timer' })).toThrow(/clock/)
    expect(() => sampler.add({} as StatsSource, () => {})).toThrow(/source/)
    expect(() => sampler.add(new FakeSource(), undefined as unknown as () => void)).toThrow(/onSample/)
  })

  test('add() after close() throws InvalidStateError', () => {
    const sampler = new StatsSampler()
    sampler.close()
    expect(() => sampler.add(new FakeSource(), () => {})).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
  })
})
