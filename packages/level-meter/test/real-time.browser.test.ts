import { afterEach, describe, expect, test, vi } from 'vitest'
import { LevelMeter, type LevelReading } from '../src/index.ts'
import { quanta } from './browsers.ts'
import { playBuffer, type WithRenderSizeHint } from './check-meter.ts'
import { findGaps, Readings } from './readings.ts'
import { firstDifference, joinBlocks, makeSignal, seededRandom } from './signals.ts'

const contexts: AudioContext[] = []

function createContext(options: WithRenderSizeHint<AudioContextOptions> = {}): AudioContext {
  const context = new AudioContext(options)
  contexts.push(context)
  return context
}

afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(contexts.splice(0).filter(({ state }) => state !== 'closed').map((context) => context.close()))
})

/** Plays random signals from a frame that lies on the context's half second: exact in binary, so no sample is interpolated. */
function playFromNextHalfSecond(context: AudioContext, sources: number, length: number): { startFrame: number; signals: Float32Array<ArrayBuffer>[]; nodes: AudioBufferSourceNode[] } {
  const random = seededRandom(sources)
  const signals = Array.from({ length: sources }, () => makeSignal('broken', length, random))
  const nodes = signals.map((signal) => playBuffer(context, [signal]))
  // Only now: making the signals may take a busy machine longer than the time that is left for starting and metering them.
  const when = Math.ceil((context.currentTime + 0.4) * 2) / 2
  for (const node of nodes) node.start(when)
  return { startFrame: when * context.sampleRate, signals, nodes }
}

/** The delivered PCM of the frames that were played. */
function cutOut(readings: readonly LevelReading[], startFrame: number, length: number): Float32Array {
  const joined = joinBlocks(readings.map(({ pcm }) => pcm ?? new Float32Array()))
  const from = startFrame - (readings[0]?.startFrame ?? 0)
  return joined.slice(from, from + length)
}

describe.each([44_100, 48_000])('live at %i Hz', (sampleRate) => {
  test.each(([[1, 128], [8, 256], [40, 128]] as const).flatMap(([sources, size]) => quanta(size).map((quantum) => [sources, quantum] as const)))('the PCM of %i sources in quanta of %i is exact and without a gap', async (sources, quantum) => {
    const context = createContext({ sampleRate, renderSizeHint: quantum })
    const meter = await LevelMeter.create(context, { interval: 0.25, backend: 'wasm-simd' })
    const length = Math.round(0.6 * sampleRate)
    const played = playFromNextHalfSecond(context, sources, length)
    const metered = played.nodes.map((node) => {
      const readings = new Readings()
      meter.add(node, readings.take, { pcm: true })
      return readings
    })
    await Promise.all(metered.map((readings) => readings.next(({ startFrame, frames }) => startFrame + frames >= played.startFrame + length)))
    metered.forEach(({ all }, index) => {
      expect(findGaps(all, Math.round(0.25 * sampleRate))).toEqual([])
      expect(firstDifference(cutOut(all, played.startFrame, length), played.signals[index] as Float32Array)).toBe(-1)
    })
  })
})

// Chromium tells the worklet an old frame in its first quantum: what followed was taken for frames that were never rendered.
test('the first second of a new context has no silence in it', async () => {
  for (let attempt = 0; attempt < 8; attempt++) {
    const context = createContext()
    const source = new ConstantSourceNode(context, { offset: 0.5 })
    source.start()
    const meter = await LevelMeter.create(context, { interval: 0.25 })
    const readings = new Readings()
    meter.add(source, readings.take, { pcm: true })
    const { pcm } = await readings.next()
    const from = pcm?.indexOf(0.5) ?? -1
    expect(from).not.toBe(-1)
    expect(pcm?.indexOf(0, from)).toBe(-1)
    await context.close()
  }
})

// Chromium does not tell the worklet the frame of a quantum during which the page holds the lock of the graph.
test('a page that changes the graph all the time loses nothing', async () => {
  const context = createContext({ sampleRate: 48_000 })
  const meter = await LevelMeter.create(context, { interval: 0.25 })
  const length = 2 * 48_000
  const played = playFromNextHalfSecond(context, 4, length)
  const metered = played.nodes.map((node) => {
    const readings = new Readings()
    meter.add(node, readings.take, { pcm: true })
    return readings
  })
  const [from, to] = [new GainNode(context), new GainNode(context)]
  while (context.currentTime * 48_000 < played.startFrame + length) {
    const until = performance.now() + 20
    while (performance.now() < until) {
      from.connect(to)
      from.disconnect(to)
    }
    await new Promise((resolve) => { setTimeout(resolve) })
  }
  await Promise.all(metered.map((readings) => readings.next(({ startFrame, frames }) => startFrame + frames >= played.startFrame + length)))
  metered.forEach(({ all }, index) => {
    expect(findGaps(all, 12_000)).toEqual([])
    expect(all.filter((reading) => 'dropped' in reading)).toEqual([])
    expect(firstDifference(cutOut(all, played.startFrame, length), played.signals[index] as Float32Array)).toBe(-1)
  })
})

test('a main thread that is blocked for 3 s loses nothing', async () => {
  const context = createContext({ sampleRate: 48_000 })
  const meter = await LevelMeter.create(context, { interval: 0.5 })
  const length = 3 * 48_000
  const played = playFromNextHalfSecond(context, 4, length)
  const metered = played.nodes.map((node) => {
    const readings = new Readings()
    meter.add(node, readings.take, { pcm: true })
    return readings
  })
  await metered[0]?.next()
  const before = context.currentTime
  const until = performance.now() + 3000
  while (performance.now() < until) { /* what a busy page does */ }
  await Promise.all(metered.map((readings) => readings.next(({ startFrame, frames }) => startFrame + frames >= played.startFrame + length)))

  expect(context.currentTime - before).toBeGreaterThan(2) // the audio clock ran on meanwhile
  metered.forEach(({ all }, index) => {
    expect(findGaps(all, 24_000)).toEqual([])
    expect(all.filter((reading) => 'dropped' in reading)).toEqual([])
    expect(firstDifference(cutOut(all, played.startFrame, length), played.signals[index] as Float32Array)).toBe(-1)
  })
})

test('two meters of one context, one with two nodes, cut at the same frames', async () => {
  const context = createContext()
  const source = new ConstantSourceNode(context)
  source.start()
  const meters = [await LevelMeter.create(context, { interval: 0.1 }), await LevelMeter.create(context, { interval: 0.1 })] as const
  const first = new Readings()
  const others = Array.from({ length: 33 }, () => new Readings())
  meters[0].add(source, first.take)
  await first.atLeast(2)
  for (const readings of others) meters[1].add(source, readings.take)
  await Promise.all(others.map((readings) => readings.atLeast(3)))
  await first.next()
  const interval = Math.round(0.1 * context.sampleRate)
  for (const readings of others) {
    for (const { index, startFrame } of readings.all.slice(1)) {
      expect(startFrame).toBe(index * interval)
      expect(first.all.map((reading) => reading.startFrame)).toContain(startFrame)
    }
  }
})

test('all readings of one cut are delivered one after the other without a pause', async () => {
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.2 })
  const source = new ConstantSourceNode(context)
  source.start()
  const turnOfReading: number[] = []
  let turn = 0
  const readings = new Readings()
  for (let count = 0; count < 5; count++) {
    meter.add(source, (reading) => {
      turnOfReading.push(turn)
      if (count === 0) queueMicrotask(() => { turn++ }) // runs when the stack is empty
      if (count === 4) readings.take(reading)
    })
  }
  await readings.atLeast(3)
  expect(turnOfReading.slice(0, 15)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2])
})

test('a callback that throws is reported and harms no other source', async () => {
  const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => undefined)
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const source = new ConstantSourceNode(context, { offset: 0.5 })
  source.start()
  const fault = new Error('a fault of the application')
  const before = new Readings()
  const after = new Readings()
  meter.add(source, before.take)
  meter.add(source, () => { throw fault })
  meter.add(source, after.take)
  await Promise.all([before.atLeast(3), after.atLeast(3)])
  expect(reported.mock.calls.length).toBeGreaterThanOrEqual(2)
  expect(reported).toHaveBeenCalledWith(fault)
  expect(after.all.at(-1)?.level).toBe(50)
})

test('a callback may stop a source whose reading comes later in the same cut', async () => {
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const source = new ConstantSourceNode(context)
  source.start()
  const first = new Readings()
  const second = vi.fn()
  meter.add(source, (reading) => {
    stopSecond()
    first.take(reading)
  })
  const stopSecond = meter.add(source, second)
  await first.atLeast(3)
  expect(second).not.toHaveBeenCalled()
})

test('a suspended context gives no reading, and loses none when it resumes', async () => {
  const context = createContext()
  await context.suspend()
  const meter = await LevelMeter.create(context, { interval: 0.1 })
  expect(meter.health).toBe('suspended')
  const health: string[] = []
  meter.onHealthChange((state) => { health.push(state) })
  const source = new ConstantSourceNode(context, { offset: 0.25 })
  source.start()
  const readings = new Readings()
  meter.add(source, readings.take, { pcm: true })
  await meter.flush()
  expect(readings.all).toEqual([])

  await context.resume()
  await readings.atLeast(2)
  await context.suspend()
  await meter.flush()
  const count = readings.all.length
  await context.resume()
  await readings.atLeast(count + 2)
  expect(health).toEqual(['running', 'suspended', 'running'])
  expect(findGaps(readings.all, Math.round(0.1 * context.sampleRate))).toEqual([])
  expect(readings.all.at(-1)?.level).toBe(25)
})

test('an input that nothing is connected to any more reads 0, and its readings go on', async () => {
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const source = new ConstantSourceNode(context, { offset: 0.5 })
  source.start()
  const readings = new Readings()
  const metering = meter.add(source, readings.take, { pcm: true })
  expect(metering.state).toBe('no-data')
  await readings.next(({ level }) => level === 50)
  expect(metering.state).toBe('live')
  source.disconnect()
  const silent = await readings.next(({ level }) => level === 0)
  expect(silent).toMatchObject({ peak: [0], rms: [0], dcOffset: [0], channels: 1 })
  expect(silent.pcm?.every((sample) => sample === 0)).toBe(true)
  expect(metering.state).toBe('no-data')
  await readings.next()
  metering()
  expect(metering.state).toBe('ended')
})

test('PCM stays with its receiver unless it is recycled, and recycled buffers leave the page', async () => {
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const source = new OscillatorNode(context)
  source.start()
  const kept: { pcm: Float32Array; copy: Float32Array }[] = []
  const recycled: Float32Array[] = []
  const keeping = new Readings()
  const recycling = new Readings()
  meter.add(source, (reading) => {
    if (reading.pcm !== undefined) kept.push({ pcm: reading.pcm, copy: reading.pcm.slice() })
    keeping.take(reading)
  }, { pcm: true })
  meter.add(source, (reading) => {
    if (reading.pcm?.length === Math.round(0.05 * context.sampleRate)) {
      recycled.push(reading.pcm)
      meter.recycle(reading.pcm)
    }
    recycling.take(reading)
  }, { pcm: true })
  await Promise.all([keeping.atLeast(20), recycling.atLeast(20)])
  for (const { pcm, copy } of kept) expect(firstDifference(pcm, copy)).toBe(-1)
  expect(recycled.slice(0, -1).map(({ length }) => length)).toEqual(recycled.slice(1).map(() => 0))
})

test('1,000 sources added and stopped leave one node that works', async () => {
  const open = new Set<AudioWorkletNode>()
  let created = 0
  const Original = AudioWorkletNode
  vi.stubGlobal('AudioWorkletNode', class extends Original {
    constructor(...args: ConstructorParameters<typeof Original>) {
      super(...args)
      created++
      open.add(this)
      const close = this.port.close.bind(this.port)
      this.port.close = () => {
        open.delete(this)
        close()
      }
    }
  })
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const source = new ConstantSourceNode(context, { offset: 0.5 })
  source.start()
  for (let count = 0; count < 1000; count++) meter.add(source, () => undefined, { pcm: count % 10 === 0 })()
  // In one task no input is used twice: 1,000 need 32 nodes.
  expect(created).toBe(32)

  const many = Array.from({ length: 40 }, () => meter.add(source, () => undefined))
  for (const stop of many) stop()

  const readings = new Readings()
  meter.add(source, readings.take)
  expect((await readings.atLeast(3)).at(-1)?.level).toBe(50)
  await meter.flush()
  await meter.flush()
  expect(open.size).toBe(1)
  vi.unstubAllGlobals()
})

test('close() stops everything, is idempotent, and add() throws afterwards', async () => {
  const context = createContext()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const other = await LevelMeter.create(context, { interval: 0.05 })
  const source = new ConstantSourceNode(context)
  source.start()
  const closed = vi.fn()
  const metering = meter.add(source, closed)
  const health: string[] = []
  meter.onHealthChange((state) => { health.push(state) })
  meter.close()
  meter[Symbol.dispose]()
  expect(health).toEqual(['closed'])
  expect(meter.health).toBe('closed')
  expect(metering.state).toBe('ended')
  metering()
  await meter.flush()
  expect(() => meter.add(source, () => undefined)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))

  const readings = new Readings()
  other.add(source, readings.take)
  await readings.atLeast(3)
  expect(closed).not.toHaveBeenCalled()
})

test('a context that closes closes its meter', async () => {
  const context = createContext()
  const meter = await LevelMeter.create(context)
  const health = new Promise((resolve) => { meter.onHealthChange(resolve) })
  await context.close()
  expect(await health).toBe('closed')
  await expect(LevelMeter.create(context)).rejects.toMatchObject({ name: 'InvalidStateError' })
})

test('a signal stops a source or closes the meter', async () => {
  const context = createContext()
  const closing = new AbortController()
  const stopping = new AbortController()
  const meter = await LevelMeter.create(context, { signal: closing.signal })
  const source = new ConstantSourceNode(context)
  const metering = meter.add(source, () => undefined, { signal: stopping.signal })
  stopping.abort()
  expect(metering.state).toBe('ended')
  expect(meter.add(source, () => undefined, { signal: AbortSignal.abort() }).state).toBe('ended')
  closing.abort()
  expect(meter.health).toBe('closed')

  const reason = new Error('changed my mind')
  await expect(LevelMeter.create(context, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const later = new AbortController()
  const creating = LevelMeter.create(context, { signal: later.signal })
  later.abort(reason)
  await expect(creating).rejects.toBe(reason)
})

test('a source never hears the one whose input it got, however busy the page', async () => {
  const context = new AudioContext()
  await context.resume()
  const meter = await LevelMeter.create(context, { interval: 0.05 })
  const loud = new ConstantSourceNode(context, { offset: 1 })
  const quiet = new ConstantSourceNode(context, { offset: 0.25 })
  loud.start()
  quiet.start()
  for (let round = 0; round < 10; round++) {
    const before = new Readings()
    const stop = meter.add(loud, before.take)
    await before.next(({ peak }) => peak[0] === 1)
    stop()
    const after = new Readings()
    const stopQuiet = meter.add(quiet, after.take, { pcm: true })
    const busyUntil = performance.now() + 60
    while (performance.now() < busyUntil);
    await after.atLeast(3)
    expect(Math.max(...after.all.flatMap(({ peak }) => peak))).toBe(0.25)
    stopQuiet()
  }
  meter.close()
  await context.close()
})

test('resetLoudness counts from the moment it is called, in the middle of an interval too', async () => {
  const context = new AudioContext()
  await context.resume()
  const meter = await LevelMeter.create(context, { interval: 2 })
  const tone = new OscillatorNode(context, { frequency: 997 })
  const gain = new GainNode(context, { gain: 1 })
  tone.connect(gain)
  tone.start()
  const readings = new Readings()
  const metering = meter.add(gain, readings.take, { loudness: true })
  await readings.next()
  const { startFrame, frames } = readings.all.at(-1) as LevelReading // just got
  const quietFrom = (startFrame + frames) / context.sampleRate + 0.5
  gain.gain.setValueAtTime(0.01, quietFrom)
  while (context.currentTime < quietFrom + 0.2) await new Promise((resolve) => { requestAnimationFrame(resolve) })
  metering.resetLoudness()
  await readings.next()
  const reading = await readings.next()
  expect(reading.integrated).toBeCloseTo(-43, 0) // -3.01 LUFS at full scale, 40 dB less
  meter.close()
  await context.close()
})
