import { LevelMeter, type LevelMeterOptions, type LevelReading } from '../src/index.ts'
import { flushesDenormals } from './browsers.ts'
import { roundingTolerance } from './check-kernel.ts'
import { measureReference } from './reference-meter.ts'
import { firstDifference, joinBlocks, makeSignal, seededRandom, signalKinds } from './signals.ts'

export interface MeterCase {
  readonly sampleRate: number
  readonly sources: number
  readonly quantum: number
  readonly backend: NonNullable<LevelMeterOptions['backend']>
}

/** Chromium 156 takes `renderSizeHint` in both kinds of context; the type library does not know it yet. */
export type WithRenderSizeHint<T> = T & { renderSizeHint?: number | 'default' | 'hardware' }

export function createOfflineContext(options: WithRenderSizeHint<OfflineAudioContextOptions>): OfflineAudioContext {
  return new OfflineAudioContext(options)
}

export function playBuffer(context: BaseAudioContext, channels: readonly Float32Array<ArrayBuffer>[]): AudioBufferSourceNode {
  const buffer = new AudioBuffer({ length: channels[0]?.length ?? 1, numberOfChannels: channels.length, sampleRate: context.sampleRate })
  channels.forEach((samples, channel) => { buffer.copyToChannel(samples, channel) })
  return new AudioBufferSourceNode(context, { buffer })
}

/**
 * Renders random signals of all kinds offline and compares every reading with the plain reference. Returns what is wrong,
 * so that the same check can be shown to find a broken meter.
 */
export async function findMeterFaults({ sampleRate, sources, quantum, backend }: MeterCase): Promise<string[]> {
  const seconds = 2
  const context = createOfflineContext({ numberOfChannels: 1, length: seconds * sampleRate, sampleRate, renderSizeHint: quantum })
  const meter = await LevelMeter.create(context, { backend })
  const random = seededRandom(sampleRate + sources + quantum)
  const played = Array.from({ length: sources }, (_, index) => {
    const kind = signalKinds[index % signalKinds.length] ?? 'noise'
    const channels = Array.from({ length: 1 + (index % 2) }, () => makeSignal(kind, seconds * sampleRate, random))
    const readings: LevelReading[] = []
    const source = playBuffer(context, channels)
    meter.add(source, (reading) => { readings.push(reading) }, { pcm: true })
    source.start()
    return { kind, channels, readings }
  })
  await context.startRendering()
  await meter.flush()
  meter.close()
  const used = meter.backend === backend ? [] : [`the backend is ${meter.backend}, not ${backend}`]
  return [...used, ...played.flatMap(({ kind, channels, readings }, index) => {
    const pcm = firstDifference(joinBlocks(readings.map((reading) => reading.pcm ?? new Float32Array())), channels[0] ?? new Float32Array())
    const faults = pcm < 0 ? [] : [`pcm differs at ${pcm}`]
    if (readings.length !== seconds) faults.push(`${readings.length} readings, not ${seconds}`)
    const seen = flushesDenormals(backend) ? channels.map(flushDenormals) : channels
    readings.forEach((reading, second) => faults.push(...findReadingFaults(reading, second, seen)))
    return faults.map((fault) => `source ${index} (${kind}): ${fault}`)
  })]
}

function flushDenormals(samples: Float32Array): Float32Array {
  return samples.map((sample) => (Math.abs(sample) < 2 ** -126 ? 0 : sample))
}

function findReadingFaults(reading: LevelReading, second: number, channels: readonly Float32Array[]): string[] {
  const { sampleRate } = reading
  const parts = channels.map((samples) => measureReference(samples.subarray(second * sampleRate, (second + 1) * sampleRate)))
  const total = (pick: (part: (typeof parts)[number]) => number): number => parts.reduce((sum, part) => sum + pick(part), 0)
  const exact: [string, unknown, unknown][] = [
    ['index', reading.index, second],
    ['startFrame', reading.startFrame, second * sampleRate],
    ['frames', reading.frames, sampleRate],
    ['channels', reading.channels, channels.length],
    ['level', reading.level, Math.round(100 * Math.min(1, Math.max(...parts.map(({ peak }) => peak))))],
    ['peak', String(reading.peak), String(parts.map(({ peak }) => peak))],
    ['clipped', reading.clipped, total(({ clipped }) => clipped)],
    ['invalid', reading.invalid, total(({ invalid }) => invalid)],
  ]
  const faults = exact.filter(([, found, expected]) => found !== expected).map(([name, found, expected]) => `${name} is ${String(found)}, not ${String(expected)}`)
  parts.forEach((part, channel) => {
    const rms = Math.sqrt(part.squares / sampleRate)
    if (!(Math.abs((reading.rms[channel] ?? NaN) - rms) <= roundingTolerance / 2 * rms)) faults.push(`rms is ${reading.rms[channel]}, not ${rms}`)
    const dcOffset = part.sum / sampleRate
    if (!(Math.abs((reading.dcOffset[channel] ?? NaN) - dcOffset) <= roundingTolerance * (part.magnitudes / sampleRate))) faults.push(`dcOffset is ${reading.dcOffset[channel]}, not ${dcOffset}`)
  })
  return faults
}
