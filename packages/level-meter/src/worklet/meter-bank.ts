import { recordLength, writeRecord } from '../reading-table.js'
import { endOfStep, stepAt } from '../step.js'
import { sparesPerSource, type FromProcessor, type SourceRequest } from '../worklet-messages.js'
import { energyFlag, rowMargin, type Kernel } from './kernel.js'
import { copyFrames, SourceMeter } from './source-meter.js'

/** A page that takes no reading for this long loses PCM from then on: 10 s of mono at 48 kHz is 1.9 MB a source. */
const pcmPatienceSeconds = 10
/** The same for readings without PCM, about 200 bytes each, 1 kB with loudness. */
const levelPatienceSeconds = 600
/** The K-weighting filter's state is below 1e-150 of what it was, so 0, after this long a silence. */
const ringingSeconds = 2
/** Tables that wait for the next cut; one is enough as long as the window answers within an interval. */
const spareTables = 4

export interface MeterBankOptions {
  readonly kernel: Kernel
  /** Hz. */
  readonly sampleRate: number
  readonly intervalFrames: number
  readonly inputs: number
  /** Keep everything however long nobody takes it: offline rendering outruns its page. */
  readonly keepAll: boolean
  /** Called at each cut that has readings. */
  readonly onCut: (cut: Cut) => void
}

/** The readings of all sources. */
export type Cut = Extract<FromProcessor, { type: 'cut' }>

/**
 * The sources of one node: time arrives as `frame`, samples as Web Audio hands them to `process`, readings leave at each
 * whole interval of the clock. Allocates nothing between cuts, and little at them: loops go by index, because once a second is
 * too rarely for V8 to optimise the iterators away.
 */
export class MeterBank {
  readonly #kernel: Kernel
  readonly #sampleRate: number
  readonly #intervalFrames: number
  readonly #keepAll: boolean
  readonly #onCut: (cut: Cut) => void
  readonly #sources: (SourceMeter | undefined)[]
  readonly #spares: Float32Array[] = []
  readonly #tables: Float64Array[] = []
  /** The rows of a block, and whether nothing changes with the next one as long as the inputs have the channels they had. */
  #rows = 0
  #isSteady = false
  /** The first step of 10 ms that is not finished, counted from frame 0, and the frame where it ends. */
  #step = 0
  #stepEnd = 0
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
  }

  /** Starts a source on an input with the next quantum; what was on that input is gone, without a last reading. */
  start(input: number, source: SourceRequest): void {
    this.stop(input)
    this.#sources[input] = new SourceMeter(source, Math.ceil(100 * this.#intervalFrames / this.#sampleRate) + 1)
  }

  stop(input: number): void {
    this.#sources[input]?.closeKernelChannels(this.#kernel)
    this.#sources[input] = undefined
    this.#isSteady = false
  }

  /** Stops all sources. */
  close(): void {
    for (let input = 0; input < this.#sources.length; input++) this.stop(input)
  }

  /** Adds PCM buffers to the pool; those that nobody will need are left to the garbage collector. */
  addSpares(spares: readonly Float32Array[]): void {
    let pcmSources = 0
    for (let input = 0; input < this.#sources.length; input++) if (this.#sources[input]?.wantsPcm) pcmSources++
    const limit = pcmSources * sparesPerSource(this.#intervalFrames / this.#sampleRate)
    for (let i = 0; i < spares.length; i++) {
      const spare = spares[i] as Float32Array // i < length
      if (spare.length === this.#intervalFrames && this.#spares.length < limit) this.#spares.push(spare)
    }
  }

  /** The window has taken every cut up to `frame`, and gives a table back. */
  markTaken(frame: number, table: Float64Array): void {
    this.#takenFrame = frame
    this.#waitingSince = frame
    if (this.#tables.length < spareTables) this.#tables.push(table)
  }

  /**
   * Measures one quantum that begins at `frame`. Frames that were never rendered (`frame` is ahead of the clock) count as
   * silence, so that the clock and the PCM stay aligned. A `frame` behind the clock is none: Chromium 156 repeats the last
   * one in quanta during which the page changes the graph, and the audio goes on.
   * @param inputs as `process` gets them: input, channel, sample; an unconnected input has no channels
   */
  process(inputs: readonly (readonly Float32Array[])[], frame: number, quantumFrames: number): void {
    if (this.#clock < 0) this.#setClock(frame)
    if (frame > this.#clock) this.#skipTo(frame)
    this.#advance(inputs, quantumFrames)
  }

  #skipTo(frame: number): void {
    const skipped = frame - this.#clock
    if (skipped <= pcmPatienceSeconds * this.#sampleRate) {
      this.#advance([], skipped)
      return
    }
    const measured = this.#clock
    this.#isSteady = false
    this.#setClock(frame)
    for (const source of this.#sources) if (source?.hasBegun) source.restart(this.#kernel, measured, skipped, this.#nextWholeStep())
  }

  #setClock(frame: number): void {
    this.#clock = frame
    this.#step = stepAt(frame, this.#sampleRate)
    this.#stepEnd = endOfStep(this.#step, this.#sampleRate)
  }

  /** The step that begins at the clock or is the next to begin. */
  #nextWholeStep(): number {
    return endOfStep(this.#step - 1, this.#sampleRate) === this.#clock ? this.#step : this.#step + 1
  }

  /** Splits at the cuts, and where the stage is too small for all rows. */
  #advance(inputs: readonly (readonly Float32Array[])[], frames: number): void {
    let from = 0
    while (from < frames) {
      const untilCut = this.#intervalFrames - (this.#clock % this.#intervalFrames)
      if (!this.#isSteady) this.#prepare(inputs)
      const room = (this.#kernel.stage.length / Math.max(1, this.#rows) & ~3) - rowMargin
      const count = Math.min(frames - from, untilCut, room)
      if (!this.#measure(inputs, from, count)) {
        this.#isSteady = false
        continue
      }
      this.#clock += count
      while (this.#stepEnd <= this.#clock) this.#stepEnd = endOfStep(++this.#step, this.#sampleRate)
      from += count
      if (count === untilCut) this.#cut()
    }
  }

  /** Begins intervals, opens and closes channels. */
  #prepare(inputs: readonly (readonly Float32Array[])[]): void {
    this.#rows = 0
    this.#isSteady = true
    for (let input = 0; input < this.#sources.length; input++) {
      const source = this.#sources[input]
      if (source === undefined) continue
      const channelCount = inputs[input]?.length ?? 0
      if (!source.isSteady(channelCount)) {
        if (!source.isRunning) this.#begin(source)
        source.openKernelChannels(this.#kernel, channelCount, this.#clock, ringingSeconds * this.#sampleRate)
        if (!source.isSteady(channelCount)) this.#isSteady = false
      }
      this.#rows += source.openChannels
    }
  }

  #begin(source: SourceMeter): void {
    // Later intervals begin where the one before ended.
    if (!source.hasBegun) source.firstStep = this.#nextWholeStep()
    source.begin(this.#clock, this.#intervalFrames, this.#spares)
  }

  /** False if steady sources turn out to have other channels; then it is to be called again, prepared. */
  #measure(inputs: readonly (readonly Float32Array[])[], from: number, count: number): boolean {
    const kernel = this.#kernel
    const { stage, rowChannels } = kernel
    const stride = rowMargin + ((count + 3) & ~3)
    let rows = 0
    let flags = 0
    for (let input = 0; input < this.#sources.length; input++) {
      const source = this.#sources[input]
      if (source === undefined) continue
      const channels = inputs[input]
      if (this.#isSteady && (channels?.length ?? 0) !== source.openChannels) return false
      for (let channel = 0; channel < source.openChannels; channel++) {
        const start = rows * stride + rowMargin
        const samples = channels?.[channel]
        if (samples === undefined) stage.fill(0, start, start + count)
        else copyFrames(samples, from, count, stage, start)
        rowChannels[rows++] = source.flags + (source.kernelChannels[channel] as number)
      }
      flags |= source.flags
      if (source.wantsPcm) source.writePcm(channels?.[0], from, count, this.#clock)
    }
    kernel.measure(rows, stride, count)
    if (flags & energyFlag) this.#weigh(rows, stride, count)
    return true
  }

  /** K-weights the staged rows, and hands their energies over at each end of 10 ms. */
  #weigh(rows: number, stride: number, count: number): void {
    let step = this.#step
    let end = this.#stepEnd - this.#clock
    let from = 0
    while (from < count) {
      const to = Math.min(end, count)
      this.#kernel.weigh(rows, stride, from, to)
      if (to === end) {
        for (let input = 0; input < this.#sources.length; input++) this.#sources[input]?.takeEnergies(this.#kernel, step)
        end = endOfStep(++step, this.#sampleRate) - this.#clock
      }
      from = to
    }
  }

  #cut(): void {
    this.#isSteady = false
    const frame = this.#clock
    const isWaiting = this.#takenFrame < this.#postedFrame
    const waited = isWaiting && !this.#keepAll ? frame - this.#waitingSince : 0
    let count = 0
    let length = 0
    for (let input = 0; input < this.#sources.length; input++) {
      const source = this.#sources[input]
      if (source === undefined) continue
      if (waited > levelPatienceSeconds * this.#sampleRate) {
        source.restart(this.#kernel, frame, 0, this.#nextWholeStep())
        continue
      }
      source.gather(this.#kernel, frame, this.#step)
      if (source.wantsPcm && waited > pcmPatienceSeconds * this.#sampleRate) {
        source.dropPcm()
        continue
      }
      length += recordLength(source)
      count++
    }
    if (count === 0) return
    if (!isWaiting) this.#waitingSince = frame
    this.#postedFrame = frame
    this.#onCut(this.#writeCut(frame, count, length))
  }

  #writeCut(frame: number, count: number, length: number): Cut {
    const table = this.#takeTable(length)
    const pcm: Float32Array[] = []
    let at = 0
    for (let input = 0; input < this.#sources.length; input++) {
      const source = this.#sources[input]
      if (!source?.isRunning) continue
      at = writeRecord(table, at, source)
      if (source.pcm !== undefined) pcm.push(source.pcm)
      source.finish(this.#step)
    }
    return { type: 'cut', frame, count, table, pcm }
  }

  /** A power of two, so that a few channels more do not need a larger one. */
  #takeTable(length: number): Float64Array {
    for (let table = this.#tables.pop(); table !== undefined; table = this.#tables.pop()) if (table.length >= length) return table
    return new Float64Array(this.#keepAll ? length : 2 ** Math.ceil(Math.log2(length)))
  }
}
