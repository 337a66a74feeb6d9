// The readings of one cut as one array of numbers: the audio thread writes it, the window reads it and sends it back. Objects
// would be garbage on the audio thread, and arrays that were sent away would have to be allocated anew.
//
// One record per source: id, flags, startFrame, frames, channels, clipped, invalid, dropped, steps; then peak, sum, squares and
// true peak of each channel; then the energies of `steps` times 10 ms.
import type { LevelReading } from './level-reading.js'
import { levelOfPeak, toDecibels } from './level-scale.js'

const headLength = 9
const numbersPerChannel = 4
const hasDataFlag = 1
const hasPcmFlag = 2
const hasTruePeakFlag = 4

/** What one source has gathered since the last cut, as the audio thread keeps it. */
export interface GatheredReading {
  readonly id: number
  /** False when the input was unconnected, or its source ended, for the whole interval. */
  readonly hasData: boolean
  readonly startFrame: number
  readonly frames: number
  readonly channels: number
  readonly clipped: number
  readonly invalid: number
  readonly dropped: number
  readonly pcm: Float32Array | undefined
  readonly wantsTruePeak: boolean
  /** Per channel. */
  readonly peaks: Float32Array
  readonly sums: Float64Array
  readonly squares: Float64Array
  /** Per channel, linear. */
  readonly truePeaks: Float32Array
  /** Whole steps of 10 ms that ended in this interval; 0 when nobody asked. */
  readonly steps: number
  /** Per step: the channels' K-weighted squares, weighted and summed. */
  readonly energies: Float64Array
}

/** One source's part of a cut, as the window gets it. */
export interface SourceReading {
  readonly id: number
  readonly hasData: boolean
  /** Without loudness: its windows are longer than an interval. */
  readonly reading: LevelReading
  /** See `GatheredReading`. A view of the table, gone when that is sent back. */
  readonly energies: Float64Array
}

/** Numbers that a record takes. */
export function recordLength({ channels, steps }: GatheredReading): number {
  return headLength + numbersPerChannel * channels + steps
}

/** Writes a record at `at`; returns where the next one begins. */
export function writeRecord(table: Float64Array, at: number, source: GatheredReading): number {
  const { channels, steps } = source
  table[at] = source.id
  table[at + 1] = (source.hasData ? hasDataFlag : 0) + (source.pcm === undefined ? 0 : hasPcmFlag) + (source.wantsTruePeak ? hasTruePeakFlag : 0)
  table[at + 2] = source.startFrame
  table[at + 3] = source.frames
  table[at + 4] = channels
  table[at + 5] = source.clipped
  table[at + 6] = source.invalid
  table[at + 7] = source.dropped
  table[at + 8] = steps
  let next = at + headLength
  for (let channel = 0; channel < channels; channel++) {
    table[next++] = source.peaks[channel] as number // channels <= their lengths
    table[next++] = source.sums[channel] as number
    table[next++] = source.squares[channel] as number
    table[next++] = source.truePeaks[channel] as number
  }
  for (let step = 0; step < steps; step++) table[next++] = source.energies[step] as number // steps <= its length
  return next
}

/** Reads `count` records. `pcm` holds the buffers of those that have one, in their order. */
export function readTable({ table, count, pcm }: { readonly table: Float64Array; readonly count: number; readonly pcm: readonly Float32Array[] }, { sampleRate, intervalFrames }: {
  readonly sampleRate: number
  readonly intervalFrames: number
}): SourceReading[] {
  const buffers = pcm.values()
  let at = 0
  return Array.from({ length: count }, () => {
    const [id, flags, startFrame, frames, channels, clipped, invalid, dropped, steps] = table.subarray(at, at + headLength) as unknown as Head
    const channelsAt = at + headLength
    const energiesAt = channelsAt + numbersPerChannel * channels
    at = energiesAt + steps
    const column = (offset: number): number[] => Array.from({ length: channels }, (_, channel) => table[channelsAt + numbersPerChannel * channel + offset] as number)
    const peak = column(0)
    const reading: LevelReading = {
      index: Math.floor(startFrame / intervalFrames),
      startFrame, frames, sampleRate,
      level: levelOfPeak(Math.max(...peak)),
      peak,
      rms: column(2).map((squares) => Math.sqrt(squares / frames)),
      dcOffset: column(1).map((sum) => sum / frames),
      channels, clipped, invalid,
      ...(flags & hasTruePeakFlag ? { truePeak: column(3).map(toDecibels) } : {}),
      ...(flags & hasPcmFlag ? { pcm: buffers.next().value as Float32Array } : {}), // one for each that has the flag
      ...(dropped === 0 ? {} : { dropped }),
    }
    return { id, hasData: (flags & hasDataFlag) !== 0, reading, energies: table.subarray(energiesAt, at) }
  })
}

type Head = [id: number, flags: number, startFrame: number, frames: number, channels: number, clipped: number, invalid: number, dropped: number, steps: number]
