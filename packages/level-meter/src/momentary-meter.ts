import { chooseKernel } from './kernel-builds.js'
import { audioTrackOf, checkCallback, checkOptions, closedContext, type LevelMeterOptions, type SourceOptions } from './level-meter-options.js'
import type { LevelReading } from './level-reading.js'
import { loudness } from './loudness-windows.js'
import { isOffline, MeterNode } from './meter-node.js'
import { createMetering, type Metering } from './metering.js'
import { PcmPool } from './pcm-pool.js'
import type { SourceReading } from './reading-table.js'
import { openTrack } from './track-source.js'
import type { Backend, SourceRequest } from './worklet-messages.js'
import { loadWorklet } from './worklet-module.js'

/** Recycled PCM buffers kept for reuse; a few for each of more sources than a page will meter. */
const pooledBuffers = 256
/** Momentary loudness is that of the last 400 ms, in steps of 10 ms; not yet full, it is padded with silence. */
const stepsPerMomentary = 40

/** What of a reading needs to know more than its interval. */
export interface Analysis {
  /** Adds the energies of the steps up to a reading's end, and puts into the reading what follows. */
  complete(reading: LevelReading, energies: Float64Array): void
  /** @param frame of the context's clock: what was before it does not count */
  resetLoudness?(frame: number, sampleRate: number): void
}

/** What a meter is made of. */
interface MeterParts {
  readonly context: BaseAudioContext
  readonly kernel: { readonly compiled: WebAssembly.Module | undefined; readonly backend: Backend }
  readonly intervalFrames: number
  readonly signal: AbortSignal | undefined
}

interface MeteredSource {
  readonly onReading: (reading: LevelReading) => void
  readonly analysis: Analysis | undefined
  hasData: boolean
  readonly stop: () => void
}

/**
 * A LevelMeter whose `loudness` is `momentary` alone, for applications that count their bytes: what gates and remembers is
 * not loaded.
 */
export class MomentaryMeter<Options extends Omit<SourceOptions, 'speech'> = Omit<SourceOptions, 'speech'>> {
  readonly #context: BaseAudioContext
  readonly #kernel: MeterParts['kernel']
  readonly #intervalFrames: number
  readonly #pool: PcmPool
  /** One stays until `close()`; further ones go when they are empty and another has room. */
  readonly #nodes: MeterNode[] = []
  readonly #sources = new Map<number, MeteredSource>()
  readonly #healthListeners = new Set<(health: MomentaryMeter['health']) => void>()
  readonly #closing = new AbortController()
  #backend: Backend
  #health: MomentaryMeter['health']
  #nextId = 1

  /** As `LevelMeter.create`. */
  static create(context: BaseAudioContext, options: LevelMeterOptions = {}): Promise<MomentaryMeter> {
    return openMeter(context, options, (parts) => new MomentaryMeter(parts))
  }

  protected constructor({ context, kernel, intervalFrames, signal }: MeterParts) {
    this.#context = context
    this.#kernel = kernel
    this.#intervalFrames = intervalFrames
    this.#pool = new PcmPool(intervalFrames, pooledBuffers)
    this.#backend = kernel.backend
    this.#health = healthOf(context)
    this.#nodes.push(this.#createNode())
    context.addEventListener('statechange', () => { this.#followContext() }, { signal: this.#closing.signal })
    signal?.addEventListener('abort', () => { this.close() }, { signal: this.#closing.signal })
  }

  /** What computes the readings. 'javascript' gives the same numbers, slower. */
  get backend(): Backend {
    return this.#backend
  }

  /**
   * 'suspended': the context's clock stands, so no reading comes. 'failed': the processor threw; this meter is finished,
   * make a new one. 'closed': `close()`, or the context was closed.
   */
  get health(): 'running' | 'suspended' | 'failed' | 'closed' {
    return this.#health
  }

  /** Calls `listener` with each new `health`. Call the result to end that. */
  onHealthChange(listener: (health: MomentaryMeter['health']) => void): () => void {
    const entry = (health: MomentaryMeter['health']): void => { listener(health) } // so that one function may listen twice
    this.#healthListeners.add(entry)
    return () => { this.#healthListeners.delete(entry) }
  }

  /**
   * Starts metering; call the result to stop. `onReading` is called once per interval of the context's clock; all sources of
   * one cut one after the other in one task. What it throws is reported (`reportError`) and harms no other source.
   *
   * @param source an AudioNode of the same context (its output 0), an audio MediaStreamTrack, or the first audio track of a MediaStream
   *
   * Throws InvalidStateError after `close()` or a failure, InvalidAccessError for a node of another context,
   * NotSupportedError for a track in an OfflineAudioContext or of another sample rate where the browser does not resample,
   * TypeError for what is no audio source.
   */
  add(source: AudioNode | MediaStreamTrack | MediaStream, onReading: (reading: LevelReading) => void, options: Options = {} as Options): Metering {
    this.#assertUsable()
    checkCallback(onReading)
    if (options.signal?.aborted) return createMetering({ stop: () => undefined, state: () => 'ended' })
    const { node, track, release } = this.#open(source, options)

    const id = this.#nextId++
    const analysis = this.analysisOf(options, this.#context.sampleRate)
    let disconnect: () => void
    try {
      const { pcm = false, truePeak = false } = options
      disconnect = this.#connect(node, { id, pcm, energies: analysis !== undefined, truePeak })
    } catch (error) {
      release()
      throw error
    }

    const stopped = new AbortController()
    const stop = (): void => {
      if (stopped.signal.aborted) return
      stopped.abort()
      this.#sources.delete(id)
      disconnect()
      release()
    }
    const metered: MeteredSource = { onReading, analysis, hasData: false, stop }
    this.#sources.set(id, metered)
    options.signal?.addEventListener('abort', stop, { signal: stopped.signal })
    const state = (): Metering['state'] => {
      if (stopped.signal.aborted || track?.readyState === 'ended') return 'ended'
      if (track !== undefined && (track.muted || !track.enabled)) return 'muted'
      return metered.hasData ? 'live' : 'no-data'
    }
    return createMetering({ stop, state, resetLoudness: () => {
        // Of an offline context all readings come when it is over: there it begins with the next one.
        const { currentTime, sampleRate } = this.#context
        analysis?.resetLoudness?.(isOffline(this.#context) ? 0 : Math.ceil(currentTime * sampleRate), sampleRate)
      } })
  }

  /** Gives a PCM buffer back for reuse; optional. Its samples may change from now on, and it will be detached. */
  recycle(pcm: Float32Array): void {
    if (!(pcm instanceof Float32Array)) throw new TypeError('LevelMeter.recycle: pcm must be a Float32Array of a reading')
    this.#pool.put(pcm)
  }

  /**
   * Resolves when every reading made so far has been delivered: `await context.startRendering(); await meter.flush()`. An
   * interval that rendering did not finish has no reading: render a whole number of intervals to get all of it.
   */
  async flush(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.flush()))
  }

  /** Stops all sources and frees the worklet node. Idempotent. The context stays open: it is yours. */
  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    for (const { stop } of this.#sources.values()) stop()
    for (const node of this.#nodes.splice(0)) node.close()
    this.#setHealth('closed')
    this.#healthListeners.clear()
  }

  /** The same as `close()`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** What a source needs of its energies; undefined for nothing. */
  protected analysisOf(options: Options, sampleRate: number): Analysis | undefined {
    if (!options.loudness) return undefined
    let last: readonly number[] = []
    return {
      complete(reading, energies) {
        last = [...last, ...energies].slice(-stepsPerMomentary)
        reading.momentary = loudness(last.reduce((sum, energy) => sum + energy, 0) / (stepsPerMomentary * sampleRate / 100))
      },
    }
  }

  #assertUsable(): void {
    if (this.#health === 'closed') throw new DOMException('LevelMeter.add: the meter or its context is closed', 'InvalidStateError')
    if (this.#health === 'failed') throw new DOMException('LevelMeter.add: the audio worklet failed', 'InvalidStateError')
  }

  #open(source: AudioNode | MediaStreamTrack | MediaStream, options: Options): { node: AudioNode; track?: MediaStreamTrack; release: () => void } {
    if (source instanceof AudioNode) {
      if (source.context !== this.#context) {
        throw new DOMException('LevelMeter.add: source is a node of another AudioContext', 'InvalidAccessError')
      }
      return { node: source, release: () => undefined }
    }
    const track = audioTrackOf(source, 'LevelMeter.add', 'an AudioNode, a MediaStreamTrack or a MediaStream')
    const context = this.#context
    if (!(context instanceof AudioContext)) {
      throw new DOMException('LevelMeter.add: source is a track, which an OfflineAudioContext cannot take', 'NotSupportedError')
    }
    const opened = openTrack(context, track, { sink: options.sink ?? true })
    return { node: opened.node, track, release: () => { opened.release() } }
  }

  #connect(source: AudioNode, request: SourceRequest): () => void {
    let node = this.#nodes.find((candidate) => !candidate.isFull)
    if (node === undefined) {
      node = this.#createNode()
      this.#nodes.push(node)
    }
    const chosen = node
    const disconnect = chosen.connect(source, request)
    return () => {
      disconnect()
      this.#discardSpares()
    }
  }

  #createNode(): MeterNode {
    return new MeterNode({
      context: this.#context,
      kernel: this.#kernel.compiled,
      backend: this.#kernel.backend,
      intervalFrames: this.#intervalFrames,
      pool: this.#pool,
      onReadings: (readings) => { this.#deliver(readings) },
      onBackend: (backend) => { this.#backend = backend },
      onFailed: (message) => { this.#fail(message) },
      onFree: () => { this.#discardSpares() },
    })
  }

  #discardSpares(): void {
    const spare = this.#nodes.findIndex((node) => node.isEmpty && this.#nodes.some((other) => other !== node && !other.isFull))
    if (spare < 0) return
    for (const node of this.#nodes.splice(spare, 1)) node.close()
    this.#discardSpares()
  }

  #deliver(readings: readonly SourceReading[]): void {
    for (const { id, hasData, reading, energies } of readings) {
      // A source stopped since, or by a callback just before, wants no more.
      const source = this.#sources.get(id)
      if (source === undefined) continue
      source.hasData = hasData
      source.analysis?.complete(reading, energies)
      guarded(() => { source.onReading(reading) })
    }
  }

  #followContext(): void {
    const health = healthOf(this.#context)
    // An offline context is closed the moment it has rendered, with its readings still on their way.
    if (health === 'closed' && !isOffline(this.#context)) this.close()
    else if (this.#health !== 'failed') this.#setHealth(health)
  }

  #fail(message: string): void {
    if (this.#health === 'failed' || this.#health === 'closed') return
    console.error(`LevelMeter: ${message}`)
    this.#setHealth('failed')
  }

  #setHealth(health: MomentaryMeter['health']): void {
    if (health === this.#health) return
    this.#health = health
    for (const listener of this.#healthListeners) guarded(() => { listener(health) })
  }
}

/** See `LevelMeter.create`. */
export async function openMeter<Meter>(context: BaseAudioContext, options: LevelMeterOptions, make: (parts: MeterParts) => Meter): Promise<Meter> {
  const { signal, backend = 'auto' } = options
  const intervalFrames = checkOptions(context, options)
  signal?.throwIfAborted()
  const [compiled] = await abortable(Promise.all([chooseKernel(backend, 'LevelMeter.create'), loadWorklet(context, options.workletUrl)]), signal)
  if (context.state === 'closed') throw closedContext()
  const kernel = { compiled, backend: compiled === undefined ? 'javascript' : backend === 'auto' ? 'wasm-simd' : backend } as const
  return make({ context, kernel, intervalFrames, signal })
}

function healthOf(context: BaseAudioContext): 'running' | 'suspended' | 'closed' {
  // Safari also knows 'interrupted': a call or another app has the audio device.
  return context.state === 'running' || context.state === 'closed' ? context.state : 'suspended'
}

function guarded(call: () => void): void {
  try {
    call()
  } catch (error) {
    reportError(error)
  }
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => { reject(signal.reason as Error) }
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => { signal.removeEventListener('abort', abort) })
  })
}
