import type { ReadAt, Wav } from './wav.js'
import { LoudnessAnalyser, type LoudnessReading } from '../loudness-analyser.js'
import { toDecibels } from '../level-scale.js'
import { createPeakTrace } from './peak-trace.js'
import { speakersOf } from './speakers.js'
import { decodeFrames, WavError } from './wav.js'

/** The course of a file, a value each 100 ms. */
export interface Trace {
  /** LUFS. */
  readonly momentary: number[]
  /** LUFS. */
  readonly shortTerm: number[]
  /** dBTP, the largest of all channels within these 100 ms. */
  readonly truePeak: number[]
}

/** What was found in a file. */
export interface Measurement extends LoudnessReading {
  readonly wav: Wav
  /** One per channel. */
  readonly channelNames: string[]
  /** Frames measured; fewer than `wav.frames` when the file was cut meanwhile. */
  readonly frames: number
  /** When it was asked for. */
  readonly trace?: Trace
}

/** Measures a WAV file in steps of 100 ms. Throws WavError for what LoudnessAnalyser does not measure. */
export async function measure(wav: Wav, read: ReadAt, { withTrace }: { withTrace: boolean }): Promise<Measurement> {
  const { sampleRate, channels, frameBytes } = wav
  if (channels > 32) throw new WavError(`it has ${channels} channels; up to 32 can be measured`)
  if (sampleRate < 8000 || sampleRate > 192_000) throw new WavError(`its sample rate is ${sampleRate} Hz; 8000 to 192000 Hz can be measured`)
  const speakers = speakersOf(channels, wav.channelMask)
  const analyser = await LoudnessAnalyser.create({ sampleRate, channels: speakers.map(({ label }) => label) })
  const peakOf = withTrace ? await createPeakTrace(sampleRate, channels) : undefined
  const trace: Trace = { momentary: [], shortTerm: [], truePeak: [] }
  const planes = speakers.map(() => new Float32Array(Math.ceil(sampleRate / 10)))
  let frames = 0
  for (let step = 1; frames < wav.frames; step++) {
    const wanted = Math.min(wav.frames, Math.floor(step * sampleRate / 10)) - frames
    const bytes = read(wav.start + frames * frameBytes, wanted * frameBytes)
    const got = Math.floor(bytes.length / frameBytes)
    const samples = planes.map((plane) => plane.subarray(0, got))
    decodeFrames(wav, bytes, samples)
    analyser.push(samples)
    frames += got
    if (peakOf !== undefined && got > 0) addPoint(trace, analyser.read(), peakOf(samples))
    if (got < wanted) break
  }
  const reading = analyser.read()
  analyser.close()
  return { ...reading, wav, channelNames: speakers.map(({ name }) => name), frames, ...(withTrace ? { trace } : {}) }
}

function addPoint(trace: Trace, { momentary, shortTerm }: LoudnessReading, peak: number): void {
  trace.momentary.push(momentary)
  trace.shortTerm.push(shortTerm)
  trace.truePeak.push(toDecibels(peak))
}
