import type { LevelReading } from '../level-reading.js'
import { levelOfPeak } from '../level-scale.js'
import { sparesPerSource, type SourceReading } from '../worklet-messages.js'
import { rowMargin, type Kernel } from './kernel.js'
import { SourceMeter } from './source-meter.js'

/** A page that takes no reading for this long loses PCM from then on: 10 s of mono at 48 kHz is 1.9 MB a source. */
const pcmPatienceSeconds = 10
/** The same for readings without PCM, about 300 bytes each. */
const levelPatienceSeconds = 600

export interface MeterBankOptions {
  readonly kernel: Kernel
  /** Hz. */
  readonly sampleRate: number
  readonly intervalFrames: number
  readonly inputs: number
  /** Keep everything however long nobody takes it: offline rendering outruns its page. */
  readonly keepAll: boolean
  /** Called at each cut that has readings. `frame` is the first one after the cut. */
  readonly onCut: (frame: number, readings: SourceReading[]) => void
}

/**
 * The sources of one node: time arrives as `frame`, samples as Web Audio hands them to `process`, readings leave at each
 * whole interval of the clock. Allocates nothing between cuts.
 */
export class MeterBank {
  readonly #kernel: Kernel
  readonly #sampleRate: number
  readonly #intervalFrames: number
  readonly #keepAll: boolean
  readonly #onCut: (frame: number, readings: SourceReading[]) => void
  readonly #sources: (SourceMeter | undefined)[]
  readonly #rowInputs: Uint16Array
  readonly #rowChannels: Uint8Array
  readonly #spares: Float32Array[] = []
  /** Next frame to measure; -1 before the first. */
  #clock = -1
  /** The last cut that was posted, 0 for none: no cut is at frame 0. */
  #postedFrame = 0
  /** The last cut the window has taken. */
  #takenFrame = 0
  /** While a cut is on its way: since when the window has taken none. */
  #waitingSince = 0

  constructor(options: MeterBankOptions) {
    this.#kernel = options.kernel
    this.#sampleRate = options.sampleRate
    this.#intervalFrames = options.intervalFrames
    this.#keepAll = options.keepAll
    this.#onCut = options.onCut
    this.#sources = new Array<SourceMeter | undefined>(options.inputs).fill(undefined)
    this.#rowInputs = new Uint16Array(options.kernel.maxRows)
    this.#rowChannels = new Uint8Array(options.kernel.maxRows)
  }

  /** Starts a source on an input with the next quantum; what was on that input is gone, without a last reading. */
  start(input: number, source: { readonly id: number; readonly pcm: boolean }): void {
    this.#sources[input] = new SourceMeter(source.id, source.pcm)
  }

  stop(input: number): void {
    this.#sources[input] = undefined
  }

  /** Adds PCM buffers to the pool; those that nobody will need are left to the garbage collector. */
  addSpares(spares: readonly Float32Array[]): void {
    const pcmSources = this.#sources.reduce((count, source) => count + (source?.wantsPcm ? 1 : 0), 0)
    const limit = pcmSources * sparesPerSource(this.#intervalFrames / this.#sampleRate)
    for (const spare of spares) {
      if (spare.length === this.#intervalFrames && this.#spares.length < limit) this.#spares.push(spare)
    }
  }

  /** The window has taken every cut up to `frame`. */
  markTaken(frame: number): void {
    this.#takenFrame = frame
    this.#waitingSince = frame
  }

  /**
   * Measures one quantum that begins at `frame`. Frames that were never rendered (`frame` is ahead of the clock) count as
   * silence, so that the clock and the PCM stay aligned.
   * @param inputs as `process` gets them: input, channel, sample; an unconnected input has no channels
   */
  process(inputs: readonly (readonly Float32Array[])[], frame: number, quantumFrames: number): void {
    if (this.#clock < 0) this.#clock = frame
    if (frame !== this.#clock) this.#skipTo(frame)
    this.#advance(inputs, quantumFrames)
  }

  #skipTo(frame: number): void {
    const skipped = frame - this.#clock
    if (skipped > 0 && skipped <= pcmPatienceSeconds * this.#sampleRate) {
      this.#advance([], skipped)
      return
    }
    for (const source of this.#sources) source?.restart(Math.max(0, skipped))
    this.#clock = frame
  }

  /** Splits at the cuts, and where the stage is too small for one row. */
  #advance(inputs: readonly (readonly Float32Array[])[], frames: number): void {
    let from = 0
    while (from < frames) {
      const untilCut = this.#intervalFrames - (this.#clock % this.#intervalFrames)
      const count = Math.min(frames - from, untilCut, this.#kernel.stage.length - rowMargin)
      this.#measure(inputs, from, count, count === frames)
      this.#clock += count
      from += count
      if (count === untilCut) this.#cut()
    }
  }

  #measure(inputs: readonly (readonly Float32Array[])[], from: number, count: number, whole: boolean): void {
    const stride = rowMargin + ((count + 3) & ~3)
    const { stage, maxRows } = this.#kernel
    let rows = 0
    for (let input = 0; input < this.#sources.length; input++) {
      const source = this.#sources[input]
      if (source === undefined) continue
      const channels = inputs[input]
      const channelCount = channels === undefined ? 0 : channels.length
      if (!source.isRunning) source.begin(this.#clock, this.#intervalFrames, this.#spares)
      for (let channel = 0; channel < channelCount; channel++) {
        const samples = (channels as readonly Float32Array[])[channel] as Float32Array // both within their lengths
        if (rows === maxRows || (rows + 1) * stride > stage.length) {
          this.#measureRows(rows, stride, count)
          rows = 0
        }
        // A view is made only in a quantum that a cut divides: process() must not allocate in all the others.
        const block = whole ? samples : samples.subarray(from, from + count)
        stage.set(block, rows * stride + rowMargin)
        if (channel === 0) source.writePcm(block)
        this.#rowInputs[rows] = input
        this.#rowChannels[rows] = channel
        rows++
      }
      source.advance(count, channelCount)
    }
    if (rows > 0) this.#measureRows(rows, stride, count)
  }

  #measureRows(rows: number, stride: number, count: number): void {
    this.#kernel.measure(rows, stride, count)
    for (let row = 0; row < rows; row++) {
      const source = this.#sources[this.#rowInputs[row] as number] // rows only name inputs that have a source
      if (source !== undefined) source.accumulate(this.#kernel, row, this.#rowChannels[row] as number)
    }
  }

  #cut(): void {
    const frame = this.#clock
    const isWaiting = this.#takenFrame < this.#postedFrame
    const waited = isWaiting && !this.#keepAll ? frame - this.#waitingSince : 0
    const readings: SourceReading[] = []
    for (const source of this.#sources) {
      if (source === undefined) continue
      if (waited > (source.wantsPcm ? pcmPatienceSeconds : levelPatienceSeconds) * this.#sampleRate) {
        source.restart(0)
        continue
      }
      readings.push({ id: source.id, hasData: source.hasData, reading: this.#read(source) })
      source.finish()
    }
    if (readings.length === 0) return
    if (!isWaiting) this.#waitingSince = frame
    this.#postedFrame = frame
    this.#onCut(frame, readings)
  }

  #read(source: SourceMeter): LevelReading {
    const channels = Math.max(1, source.channels)
    const frames = source.frames
    const peak: number[] = []
    const rms: number[] = []
    const dcOffset: number[] = []
    let loudest = 0
    for (let channel = 0; channel < channels; channel++) {
      const channelPeak = source.peaks[channel] ?? 0
      loudest = Math.max(loudest, channelPeak)
      peak.push(channelPeak)
      rms.push(Math.sqrt((source.squares[channel] ?? 0) / frames))
      dcOffset.push((source.sums[channel] ?? 0) / frames)
    }
    return {
      index: Math.floor(source.startFrame / this.#intervalFrames),
      startFrame: source.startFrame,
      frames,
      sampleRate: this.#sampleRate,
      level: levelOfPeak(loudest),
      peak,
      rms,
      dcOffset,
      channels,
      clipped: source.clipped,
      invalid: source.invalid,
      ...(source.pcm === undefined ? {} : { pcm: source.pcm }),
      ...(source.dropped === 0 ? {} : { dropped: source.dropped }),
    }
  }
}
