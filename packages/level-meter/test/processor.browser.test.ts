import { afterEach, expect, test, vi } from 'vitest'
import { LevelMeter } from '../src/index.ts'
import { chooseKernel } from '../src/kernel-builds.ts'
import { readTable } from '../src/reading-table.ts'
import { inputsPerNode, processorName, type FromProcessor, type ProcessorOptions, type ToProcessor } from '../src/worklet-messages.ts'
import { canSuspendOffline } from './browsers.ts'
import { createOfflineContext } from './check-meter.ts'
import { Readings } from './readings.ts'

afterEach(() => { vi.unstubAllGlobals() })

/** The real-time processor in an offline context: ten seconds of an unresponsive page pass in no time. */
if (canSuspendOffline) test('of a page that takes nothing for more than 10 s, PCM is lost and the loss reported', async () => {
  const sampleRate = 8000
  const context = createOfflineContext({ numberOfChannels: 1, length: 20 * sampleRate, sampleRate })
  await LevelMeter.create(context) // loads the worklet
  const processorOptions: ProcessorOptions = { intervalFrames: sampleRate, kernel: await chooseKernel('wasm-simd', 'test') ?? 'none', backend: 'wasm-simd' }
  const node = new AudioWorkletNode(context, processorName, { numberOfInputs: inputsPerNode, numberOfOutputs: 0, processorOptions })
  const source = new ConstantSourceNode(context, { offset: 0.5 })
  source.connect(node, 0, 3)
  source.start()
  const readings = new Readings()
  const post = (message: ToProcessor): void => { node.port.postMessage(message, []) }
  let flushed = (): void => undefined
  node.port.onmessage = ({ data }: MessageEvent<FromProcessor>) => {
    if (data.type === 'cut') for (const { reading } of readTable(data, { sampleRate, intervalFrames: sampleRate })) readings.take(reading)
    if (data.type === 'flushed') flushed()
  }
  const flush = (): Promise<void> => new Promise((resolve) => {
    flushed = resolve
    post({ type: 'flush', token: 0 })
  })
  post({ type: 'start', input: 3, source: { id: 1, pcm: true, energies: false, truePeak: false }, spares: [] })
  await flush()
  void context.suspend(16).then(async () => {
    await flush()
    post({ type: 'taken', frame: 16 * sampleRate, table: new Float64Array(), spares: [] })
    await flush()
    await context.resume()
  })
  await context.startRendering()
  await flush()

  expect(readings.all.map(({ index, dropped }) => [index, dropped])).toEqual([
    ...Array.from({ length: 11 }, (_, index) => [index, undefined]),
    [16, 5 * sampleRate], [17, undefined], [18, undefined], [19, undefined],
  ])
  expect(readings.all.slice(0, 2).map(({ startFrame }) => startFrame)).toEqual([128, sampleRate]) // live, the second quantum's frame is the first to be believed
  expect(readings.all.every(({ pcm, frames }) => pcm?.length === frames && pcm.every((sample) => sample === 0.5))).toBe(true)
})

async function meterOffline(options: { workletUrl?: string | URL } = {}): Promise<{ meter: LevelMeter; readings: Readings }> {
  const context = createOfflineContext({ numberOfChannels: 1, length: 48_000, sampleRate: 48_000 })
  const meter = await LevelMeter.create(context, options)
  const source = new ConstantSourceNode(context, { offset: 0.5 })
  source.start()
  const readings = new Readings()
  meter.add(source, readings.take)
  await context.startRendering()
  await meter.flush()
  return { meter, readings }
}

test('where a Module cannot be cloned the worklet compiles the bytes it carries', async () => {
  const forms: unknown[] = []
  const Original = AudioWorkletNode
  vi.stubGlobal('AudioWorkletNode', class extends Original {
    constructor(context: BaseAudioContext, name: string, options: AudioWorkletNodeOptions) {
      const { kernel } = options.processorOptions as ProcessorOptions
      forms.push(kernel)
      if (kernel instanceof WebAssembly.Module) throw new DOMException('as in Safari', 'DataCloneError')
      super(context, name, options)
    }
  })
  const { meter, readings } = await meterOffline()
  expect(forms).toEqual([expect.any(WebAssembly.Module), 'carried'])
  expect(meter.backend).toBe('wasm-simd') // what the processor says it runs
  expect(readings.all).toMatchObject([{ level: 50, rms: [0.5], frames: 48_000 }])
})

test('the shipped worklet file works as workletUrl', async () => {
  const { meter, readings } = await meterOffline({ workletUrl: new URL('../dist/worklet.js', import.meta.url) })
  expect(meter.backend).toBe('wasm-simd')
  expect(readings.all).toMatchObject([{ level: 50, rms: [0.5], frames: 48_000 }])
})

test('the worklet may be in a context already, put there by another copy of the package', async () => {
  const context = createOfflineContext({ numberOfChannels: 1, length: 48_000, sampleRate: 48_000 })
  const shipped = new URL('../dist/worklet.js', import.meta.url).href
  await context.audioWorklet.addModule(shipped)
  await context.audioWorklet.addModule(`${shipped}?copy`)
  expect((await LevelMeter.create(context)).backend).toBe('wasm-simd')
})

test('the worklet is loaded once for all meters of a context, and again after a failure', async () => {
  const context = createOfflineContext({ numberOfChannels: 1, length: 128, sampleRate: 48_000 })
  const addModule = vi.spyOn(context.audioWorklet, 'addModule')
  await Promise.all([LevelMeter.create(context), LevelMeter.create(context)])
  await LevelMeter.create(context)
  expect(addModule).toHaveBeenCalledTimes(1)

  const other = createOfflineContext({ numberOfChannels: 1, length: 128, sampleRate: 48_000 })
  vi.spyOn(other.audioWorklet, 'addModule').mockRejectedValueOnce(new DOMException('as a blocked script is', 'AbortError'))
  await expect(LevelMeter.create(other)).rejects.toThrow(/workletUrl/)
  expect((await LevelMeter.create(other)).backend).toBe('wasm-simd')
})

test('a file that is not this worklet is found out', async () => {
  const wrong = URL.createObjectURL(new Blob(['registerProcessor("other", class extends AudioWorkletProcessor { process() {} })'], { type: 'text/javascript' }))
  await expect(meterOffline({ workletUrl: wrong })).rejects.toThrow(/workletUrl/)
})
