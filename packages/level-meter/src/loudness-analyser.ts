import { weightsOfCount, weightsOfLabels, type ChannelLabel } from './channel-weights.js'
import { Gating } from './gating.js'
import { checkBackend, chooseKernel } from './kernel-builds.js'
import { toDecibels } from './level-scale.js'
import { endOfStep } from './step.js'
import { createJavaScriptKernel } from './worklet/javascript-kernel.js'
import { createWasmKernel, energyFlag, peakOf, rowMargin, truePeakFlag, type Kernel } from './worklet/kernel.js'
import type { Backend } from './worklet-messages.js'

/** What `LoudnessAnalyser.create` needs to know about the samples. */
export interface LoudnessFormat {
  /** Hz, 8000 to 192000. */
  sampleRate: number
  /**
   * A count, 1 to 32: 1 = mono, 2 = L R, 4 = L R Ls Rs, 5 = L R C Ls Rs, 6 = L R C LFE Ls Rs, others all of weight 1. Or the
   * label of each channel: LFE does not count, Ls and Rs weigh 1.41 (BS.1770-5), all others 1.
   */
  channels: number | ChannelLabel[]
  /** As in `LevelMeterOptions`. Default 'auto'. */
  backend?: Backend | 'auto'
}

/** What has been measured since the start or `reset()`. ITU-R BS.1770-5, EBU R128, EBU Tech 3341 and 3342. */
export interface LoudnessReading {
  /** LUFS of the last 400 ms, in steps of 10 ms; a window not yet full counts the rest as silence. -Infinity for silence. */
  momentary: number
  /** LUFS of the last 3 s, likewise. */
  shortTerm: number
  /** LUFS of everything, with both gates. -Infinity while nothing has passed them. */
  integrated: number
  /** LU: loudness range, from short-term loudness every 100 ms. 0 before 3 s. */
  range: number
  /** LUFS: the largest momentary loudness, every 10 ms. */
  maxMomentary: number
  /** LUFS: the largest short-term loudness, every 100 ms. */
  maxShortTerm: number
  /** dBTP per channel: the largest magnitude at 4 times the sample rate, never below `samplePeak`. */
  truePeak: number[]
  /** dBFS per channel. */
  samplePeak: number[]
}

/** Frames staged at once: 100 ms at 48 kHz, which is what most callers push, and small enough for the nearest caches. */
const blockFrames = 4800

/**
 * Measures loudness and true peak of samples you have: in Node, in a worker, from a file. Many analysers may be used side by
 * side, of 4096 channels altogether at one sample rate. NaN and infinite samples count as 0.
 */
export class LoudnessAnalyser {
  readonly #sampleRate: number
  readonly #weights: Float64Array
  readonly #shared: SharedKernel
  /** As the kernel's `rowChannels` want them. */
  readonly #entries: Uint16Array
  readonly #block: number
  readonly #stride: number
  /** The kernel's numbers of our channels. */
  readonly #channels: number[] = []
  #gating: Gating
  /** Frames pushed, and 10 ms steps finished. */
  #frames = 0
  #steps = 0
  #closed = false

  /**
   * Rejects with a RangeError (`sampleRate`, `channels`, or 4096 channels are in use), a TypeError (`backend`), or
   * NotSupportedError for a `backend` that cannot run here.
   */
  static async create({ sampleRate, channels, backend = 'auto' }: LoudnessFormat): Promise<LoudnessAnalyser> {
    const caller = 'LoudnessAnalyser.create'
    if (!(typeof sampleRate === 'number' && sampleRate >= 8000 && sampleRate <= 192_000)) {
      throw new RangeError(`${caller}: sampleRate must be 8000 to 192000 Hz, not ${String(sampleRate)}`)
    }
    const count = Array.isArray(channels) ? channels.length : channels
    if (!(Number.isInteger(count) && count >= 1 && count <= 32)) {
      throw new RangeError(`${caller}: channels must be 1 to 32, or as many labels, not ${String(count)}`)
    }
    checkBackend(backend, caller)
    const weights = Array.isArray(channels) ? weightsOfLabels(channels, caller) : weightsOfCount(channels)
    return new LoudnessAnalyser(sampleRate, weights, shareKernel(sampleRate, await chooseKernel(backend, caller), backend))
  }

  private constructor(sampleRate: number, weights: Float64Array, shared: SharedKernel) {
    this.#sampleRate = sampleRate
    this.#weights = weights
    this.#shared = shared
    this.#block = Math.min(blockFrames, (Math.floor(shared.kernel.stage.length / weights.length) - rowMargin) & ~15)
    this.#stride = rowMargin + this.#block
    this.#entries = new Uint16Array(weights.length)
    try {
      this.#open()
    } catch (error) {
      this.close()
      throw error
    }
    this.#gating = new Gating(sampleRate)
    forgotten.register(this, { shared, channels: this.#channels }, this)
  }

  /**
   * Adds samples: one array per channel, of equal lengths, any length. Throws a TypeError for another number of channels or
   * unequal lengths, and InvalidStateError after `close()`; then nothing was added.
   */
  push(channels: readonly Float32Array[]): void {
    const frames = this.#check(channels)
    const { kernel } = this.#shared
    const { stage } = kernel
    const count = this.#weights.length
    this.#takeKernel()
    for (let from = 0; from < frames; from += this.#block) {
      const block = Math.min(this.#block, frames - from)
      for (let channel = 0; channel < count; channel++) {
        const samples = channels[channel] as Float32Array // checked
        stage.set(block === frames ? samples : samples.subarray(from, from + block), channel * this.#stride + rowMargin)
      }
      kernel.measure(count, this.#stride, block)
      this.#weigh(block)
    }
  }

  /** The measurement so far. `momentary` and `shortTerm` are those of the last whole 10 ms. */
  read(): LoudnessReading {
    this.#assertOpen('read')
    const { momentary, shortTerm, integrated, range, maxMomentary, maxShortTerm } = this.#gating
    const { kernel } = this.#shared
    return {
      momentary, shortTerm, integrated, range, maxMomentary, maxShortTerm,
      truePeak: this.#channels.map((channel) => toDecibels(kernel.truePeaks[channel] as number)),
      samplePeak: this.#channels.map((channel) => toDecibels(peakOf(kernel, channel))),
    }
  }

  /** Forgets everything, as if newly created. */
  reset(): void {
    this.#assertOpen('reset')
    closeChannels(this.#shared, this.#channels)
    this.#open()
    this.#gating = new Gating(this.#sampleRate)
    this.#frames = 0
    this.#steps = 0
  }

  /** Frees what the analyser holds. Idempotent. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    forgotten.unregister(this)
    closeChannels(this.#shared, this.#channels)
    this.#shared.leave()
  }

  /** The same as `close()`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** Puts our channels into the kernel's rows, unless they are there from the last time. */
  #takeKernel(): void {
    const { kernel } = this.#shared
    if (this.#shared.owner === this.#entries) return
    this.#shared.owner = this.#entries
    kernel.rowChannels.set(this.#entries)
  }

  /** K-weights a staged block, and hands the energy over wherever 10 ms are full. */
  #weigh(block: number): void {
    const { kernel } = this.#shared
    const count = this.#weights.length
    let from = 0
    while (from < block) {
      const untilStep = endOfStep(this.#steps, this.#sampleRate) - this.#frames
      const to = Math.min(block, from + untilStep)
      kernel.weigh(count, this.#stride, from, to)
      this.#frames += to - from
      if (to - from === untilStep) this.#finishStep(kernel.energies)
      from = to
    }
  }

  #finishStep(energies: Float64Array): void {
    let energy = 0
    for (let i = 0; i < this.#channels.length; i++) {
      const channel = this.#channels[i] as number // i < length, as in the line after the next
      energy += (this.#weights[i] as number) * (energies[channel] as number)
      energies[channel] = 0
    }
    this.#gating.add(energy)
    this.#steps++
  }

  #check(channels: readonly Float32Array[]): number {
    this.#assertOpen('push')
    const wanted = this.#weights.length
    if (!Array.isArray(channels) || channels.length !== wanted) {
      throw new TypeError(`LoudnessAnalyser.push: channels must be an array of ${wanted} Float32Array, one per channel`)
    }
    const frames = (channels[0] as Float32Array | undefined)?.length
    for (const samples of channels as readonly unknown[]) {
      // By its tag: one of another realm is no instance of ours.
      if ((samples as Partial<Float32Array> | undefined)?.[Symbol.toStringTag] !== 'Float32Array') throw new TypeError('LoudnessAnalyser.push: every channel must be a Float32Array')
      const { length } = samples as Float32Array
      if (length !== frames) throw new TypeError(`LoudnessAnalyser.push: channels differ in length (${frames} and ${length} frames)`)
    }
    return frames ?? 0
  }

  #assertOpen(method: string): void {
    if (this.#closed) throw new DOMException(`LoudnessAnalyser.${method}: the analyser is closed`, 'InvalidStateError')
  }

  #open(): void {
    this.#shared.owner = undefined
    while (this.#channels.length < this.#weights.length) {
      const channel = this.#shared.kernel.openChannel()
      this.#entries[this.#channels.length] = energyFlag + truePeakFlag + channel
      this.#channels.push(channel)
    }
  }
}

function closeChannels({ kernel }: SharedKernel, channels: number[]): void {
  for (const channel of channels.splice(0)) kernel.closeChannel(channel)
}

/** An analyser that nobody closed gives its channels back when it is collected. */
const forgotten = new FinalizationRegistry(({ shared, channels }: { readonly shared: SharedKernel; readonly channels: number[] }) => {
  closeChannels(shared, channels)
  shared.leave()
})

interface SharedKernel {
  readonly kernel: Kernel
  /** Whose channels are in the kernel's rows. */
  owner: Uint16Array | undefined
  users: number
  /** The last analyser to leave lets the kernel go, unless it is one of few. */
  leave(): void
}

const kernels = new Map<string, SharedKernel>()
/** Kernels that stay without an analyser, for the next one: a program measures file after file at one rate or two. */
const keptKernels = 3

/** One kernel for all analysers of a rate: a call site that meets several instances is about ten times slower in V8. */
function shareKernel(sampleRate: number, compiled: WebAssembly.Module | undefined, backend: Backend | 'auto'): SharedKernel {
  const used = compiled === undefined ? 'javascript' : backend === 'auto' ? 'wasm-simd' : backend
  const key = `${used} ${sampleRate}`
  const shared: SharedKernel = kernels.get(key) ?? {
    kernel: compiled === undefined ? createJavaScriptKernel(sampleRate) : createWasmKernel(compiled, sampleRate, used),
    owner: undefined,
    users: 0,
    leave() {
      if (--shared.users === 0 && kernels.size > keptKernels) kernels.delete(key)
    },
  }
  kernels.set(key, shared)
  shared.users++
  return shared
}
