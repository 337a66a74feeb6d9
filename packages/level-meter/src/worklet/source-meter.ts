import { weightsOfCount } from '../channel-weights.js'
import type { GatheredReading } from '../reading-table.js'
import type { SourceRequest } from '../worklet-messages.js'
import { energyFlag, peakOf, truePeakFlag, type Kernel } from './kernel.js'

/** The most channels a Web Audio connection carries. */
export const maxSourceChannels = 32

const weightsByCount = Array.from({ length: maxSourceChannels + 1 }, (_, count) => weightsOfCount(count))

/** What one source has gathered since the last cut. Allocated when the source starts, then only written to. */
export class SourceMeter implements GatheredReading {
  readonly id: number
  readonly wantsPcm: boolean
  readonly wantsEnergies: boolean
  readonly wantsTruePeak: boolean
  readonly peaks: Float32Array = new Float32Array(maxSourceChannels)
  readonly sums: Float64Array = new Float64Array(maxSourceChannels)
  readonly squares: Float64Array = new Float64Array(maxSourceChannels)
  readonly truePeaks: Float32Array = new Float32Array(maxSourceChannels)
  energies: Float64Array
  clipped = 0
  invalid = 0
  /** The largest count seen in the interval, at least 1. */
  channels = 1
  /** First frame of the interval, or of the source. */
  startFrame = 0
  frames = 0
  /** Some quantum of this interval had a channel. */
  hasData = false
  /** Exactly the frames from `startFrame` to the next cut long. */
  pcm: Float32Array | undefined
  /** Frames lost since the last reading that was delivered. */
  dropped = 0
  steps = 0
  /** The step of 10 ms whose energy is `energies[0]`; -1 before the first frame. */
  firstStep = -1
  /** False until the first frame after a cut, a start or a restart. */
  isRunning = false
  /** The kernel's channels of this source: as many as the source has, more while some that went ring out. */
  openChannels = 0
  /** The count of the last quantum that had samples: which layout they have. */
  layout = 0
  readonly kernelChannels: Uint16Array = new Uint16Array(maxSourceChannels)
  /** What the kernel is told beside each of them. */
  readonly flags: number
  /** The frame from which on not all open channels had samples; -1 while they have. */
  #ringingSince = -1

  constructor({ id, pcm, energies, truePeak }: SourceRequest, mostSteps: number) {
    this.id = id
    this.wantsPcm = pcm
    this.wantsEnergies = energies
    this.wantsTruePeak = truePeak
    this.flags = (energies ? energyFlag : 0) + (truePeak ? truePeakFlag : 0)
    this.energies = new Float64Array(energies ? mostSteps : 0)
  }

  /** Begins an interval at `frame`. Takes a buffer of the pool; an empty pool allocates rather than loses a sample. */
  begin(frame: number, intervalFrames: number, spares: Float32Array[]): void {
    const untilCut = intervalFrames - (frame % intervalFrames)
    this.isRunning = true
    this.startFrame = frame
    if (this.wantsPcm && this.pcm?.length !== untilCut) {
      this.pcm = (untilCut === intervalFrames ? spares.pop() : undefined) ?? new Float32Array(untilCut)
    }
  }

  /** False before the first frame. */
  get hasBegun(): boolean {
    return this.firstStep >= 0
  }

  /** Nothing changes with the next block: the interval has begun, and all open channels have samples. */
  isSteady(channelCount: number): boolean {
    return this.isRunning && this.openChannels === channelCount && this.layout === channelCount
  }

  /**
   * Sees to it that the kernel has a channel for each of `channelCount`, once `begin` was called. Those that went count as
   * zeros, on which the K-weighting filter rings; after `longest` frames its state is 0, and they are closed.
   * @param frame of the next block
   */
  openKernelChannels(kernel: Kernel, channelCount: number, frame: number, longest: number): void {
    if (channelCount > 0) {
      this.layout = channelCount
      this.hasData = true
      this.channels = Math.max(this.channels, channelCount)
    }
    while (this.openChannels < channelCount) {
      const opened = kernel.openChannel() // throws when there is none, and then nothing is ours
      this.kernelChannels[this.openChannels++] = opened
    }
    if (this.openChannels === channelCount) this.#ringingSince = -1
    else if (this.#ringingSince < 0) this.#ringingSince = frame
    if (this.openChannels > channelCount && (this.flags === 0 || frame - this.#ringingSince >= longest)) this.closeKernelChannels(kernel, channelCount)
  }

  /** Without samples, writes zeros: a used buffer still holds those of another interval. @param frame of the block */
  writePcm(samples: Float32Array | undefined, from: number, count: number, frame: number): void {
    if (this.pcm === undefined) return
    const at = frame - this.startFrame
    if (samples === undefined) this.pcm.fill(0, at, at + count)
    else copyFrames(samples, from, count, this.pcm, at)
  }

  closeKernelChannels(kernel: Kernel, remaining = 0): void {
    while (this.openChannels > remaining) {
      this.#takeLevels(kernel, --this.openChannels)
      kernel.closeChannel(this.kernelChannels[this.openChannels] as number)
    }
    this.#ringingSince = -1
  }

  /** Takes over the energies of a finished step of 10 ms. One that began before the source did is not a whole one, and lost. */
  takeEnergies({ energies }: Kernel, step: number): void {
    const index = step - this.firstStep
    // While a page takes no PCM, the steps of several intervals gather.
    if (this.wantsEnergies && index >= this.energies.length) {
      const more = new Float64Array(2 * this.energies.length)
      more.set(this.energies)
      this.energies = more
    }
    for (let channel = 0; channel < this.openChannels; channel++) {
      // What only rings still has the place it had in the larger layout. No index is beyond its array.
      const weights = weightsByCount[channel < this.layout ? this.layout : this.openChannels] as Float64Array
      const kernelChannel = this.kernelChannels[channel] as number
      if (index >= 0) this.energies[index]! += (weights[channel] as number) * (energies[kernelChannel] as number)
      energies[kernelChannel] = 0
    }
  }

  /** Takes over what the kernel holds up to `frame`, before the reading is made; `step` is the first one not finished. */
  gather(kernel: Kernel, frame: number, step: number): void {
    this.frames = this.isRunning ? frame - this.startFrame : 0
    this.steps = this.wantsEnergies ? Math.max(0, step - this.firstStep) : 0
    for (let channel = 0; channel < this.openChannels; channel++) this.#takeLevels(kernel, channel)
  }

  /** Ends an interval whose reading was made; the buffer went with it. `step` as in `gather`. */
  finish(step: number): void {
    this.pcm = undefined
    this.dropped = 0
    this.#clear(Math.max(step, this.firstStep))
  }

  /** Throws away what was gathered but the energies, which are few: loudness goes on. The next reading reports the loss. */
  dropPcm(): void {
    this.dropped += this.frames
    this.#clearLevels()
  }

  /** Throws away what was gathered up to `frame`, and `lost` frames that never came; the next reading reports both. */
  restart(kernel: Kernel, frame: number, lost: number, step: number): void {
    this.gather(kernel, frame, step)
    if (this.wantsPcm) this.dropped += this.frames + lost
    this.closeKernelChannels(kernel)
    this.#clear(step)
  }

  #takeLevels(kernel: Kernel, channel: number): void {
    const from = this.kernelChannels[channel] as number // channel < openChannels, and no index here is beyond its array
    const { peaks, sums, squares, truePeaks } = this
    peaks[channel] = Math.max(peaks[channel] as number, peakOf(kernel, from))
    sums[channel]! += (kernel.sums[2 * from] as number) + (kernel.sums[2 * from + 1] as number)
    squares[channel]! += (kernel.squares[2 * from] as number) + (kernel.squares[2 * from + 1] as number)
    truePeaks[channel] = Math.max(truePeaks[channel] as number, kernel.truePeaks[from] as number)
    this.clipped += kernel.clipped[from] as number
    this.invalid += kernel.invalid[from] as number
    kernel.clearLevels(from)
  }

  #clear(step: number): void {
    this.energies.fill(0)
    this.steps = 0
    this.firstStep = step
    this.#clearLevels()
  }

  #clearLevels(): void {
    this.peaks.fill(0)
    this.sums.fill(0)
    this.squares.fill(0)
    this.truePeaks.fill(0)
    this.clipped = 0
    this.invalid = 0
    this.channels = 1
    this.frames = 0
    this.hasData = false
    this.isRunning = false
  }
}

/** Copies `count` samples. One by one where a cut divides a quantum: a view would be garbage on the audio thread. */
export function copyFrames(samples: Float32Array, from: number, count: number, target: Float32Array, at: number): void {
  if (count === samples.length) target.set(samples, at)
  else for (let i = 0; i < count; i++) target[at + i] = samples[from + i] as number // from + count <= samples.length
}
