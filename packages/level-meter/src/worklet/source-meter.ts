import type { Kernel } from './kernel.js'

/** The most channels a Web Audio connection carries. */
const maxChannels = 32

/** What one source has gathered since the last cut. Allocated when the source starts, then only written to. */
export class SourceMeter {
  readonly id: number
  readonly wantsPcm: boolean
  readonly peaks: Float32Array = new Float32Array(maxChannels)
  readonly sums: Float64Array = new Float64Array(maxChannels)
  readonly squares: Float64Array = new Float64Array(maxChannels)
  clipped = 0
  invalid = 0
  channels = 0
  /** First frame of the interval, or of the source. */
  startFrame = 0
  frames = 0
  /** Some quantum of this interval had a channel. */
  hasData = false
  /** Exactly the frames from `startFrame` to the next cut long. */
  pcm: Float32Array | undefined
  /** Frames lost since the last reading that was delivered. */
  dropped = 0
  /** False until the first frame after a cut, a start or a restart. */
  isRunning = false
  #pcmFilled = 0

  constructor(id: number, wantsPcm: boolean) {
    this.id = id
    this.wantsPcm = wantsPcm
  }

  /** Begins an interval at `frame`. Takes a buffer of the pool; an empty pool allocates rather than loses a sample. */
  begin(frame: number, intervalFrames: number, spares: Float32Array[]): void {
    const untilCut = intervalFrames - (frame % intervalFrames)
    this.isRunning = true
    this.startFrame = frame
    this.#pcmFilled = 0
    if (this.wantsPcm && this.pcm?.length !== untilCut) {
      this.pcm = (untilCut === intervalFrames ? spares.pop() : undefined) ?? new Float32Array(untilCut)
    }
  }

  writePcm(block: Float32Array): void {
    this.pcm?.set(block, this.#pcmFilled)
  }

  /** Counts `count` frames, after `writePcm`: without a channel 0 they are zeros. */
  advance(count: number, channelCount: number): void {
    // A used buffer still holds the samples of another interval.
    if (channelCount === 0) this.pcm?.fill(0, this.#pcmFilled, this.#pcmFilled + count)
    else this.hasData = true
    if (channelCount > this.channels) this.channels = channelCount
    this.#pcmFilled += count
    this.frames += count
  }

  accumulate(kernel: Kernel, row: number, channel: number): void {
    // row < kernel.maxRows and channel < maxChannels, so none of these is undefined
    const peak = kernel.peaks[row] as number
    if (peak > (this.peaks[channel] as number)) this.peaks[channel] = peak
    this.sums[channel] = (this.sums[channel] as number) + (kernel.sums[row] as number)
    this.squares[channel] = (this.squares[channel] as number) + (kernel.squares[row] as number)
    this.clipped += kernel.clipped[row] as number
    this.invalid += kernel.invalid[row] as number
  }

  /** Ends an interval whose reading was made; the buffer went with it. */
  finish(): void {
    this.pcm = undefined
    this.dropped = 0
    this.#clear()
  }

  /** Throws away what was gathered, and `lost` frames that never came; the next reading reports both. */
  restart(lost: number): void {
    if (this.wantsPcm) this.dropped += this.frames + lost
    this.#clear()
  }

  #clear(): void {
    this.peaks.fill(0)
    this.sums.fill(0)
    this.squares.fill(0)
    this.clipped = 0
    this.invalid = 0
    this.channels = 0
    this.frames = 0
    this.hasData = false
    this.isRunning = false
  }
}
