import type { PcmPool } from './pcm-pool.js'
import { readTable, type SourceReading } from './reading-table.js'
import {
  encodeOfflineRequest, inputsPerNode, offlineProcessorName, processorName, requestInput, sparesPerSource,
  type Backend, type FromProcessor, type ProcessorOptions, type SourceRequest, type ToProcessor,
} from './worklet-messages.js'

export interface MeterNodeOptions {
  readonly context: BaseAudioContext
  /** The compiled kernel, or undefined for the JavaScript one. */
  readonly kernel: WebAssembly.Module | undefined
  /** What `kernel` is called. */
  readonly backend: Backend
  readonly intervalFrames: number
  readonly pool: PcmPool
  readonly onReadings: (readings: readonly SourceReading[]) => void
  readonly onBackend: (backend: Backend) => void
  readonly onFailed: (message: string) => void
  /** An input that was in use can be used again. */
  readonly onFree: () => void
}

/**
 * One AudioWorkletNode with its inputs. Lives from the constructor to `close()`: connected or not, its processor runs until
 * then, and neither dropping the last reference nor freeing the last input ends it.
 */
export class MeterNode {
  readonly #node: AudioWorkletNode
  readonly #options: MeterNodeOptions
  readonly #isOffline: boolean
  readonly #free: number[] = Array.from({ length: inputsPerNode }, (_, index) => inputsPerNode - 1 - index)
  readonly #flushes = new Map<number, () => void>()
  #connected = 0
  #nextToken = 0
  /** Offline: when the last request was made (seconds), and where in its sound the next of that time has room (frames). */
  #requestTime = 0
  #nextFrame = 0
  #closed = false

  constructor(options: MeterNodeOptions) {
    this.#options = options
    this.#isOffline = isOffline(options.context)
    this.#node = this.#isOffline ? createNode(options, offlineProcessorName, requestInput + 1) : createNode(options, processorName, inputsPerNode)
    this.#node.port.onmessage = (event: MessageEvent<FromProcessor>) => { this.#receive(event.data) }
    this.#node.onprocessorerror = () => { options.onFailed('the audio worklet processor threw') }
  }

  get isFull(): boolean {
    return this.#free.length === 0
  }

  /** Nothing is connected. */
  get isEmpty(): boolean {
    return this.#connected === 0
  }

  /** Connects output 0 of `source` to a free input and measures it as requested. Throws what `connect` throws. Call when not full. */
  connect(source: AudioNode, request: SourceRequest): () => void {
    const input = this.#free.pop() as number // the caller asked isFull
    try {
      source.connect(this.#node, 0, input)
    } catch (error) {
      this.#free.push(input)
      throw error
    }
    this.#connected++
    this.#start(input, request)
    return () => {
      this.#connected--
      this.#stop(input)
      try {
        source.disconnect(this.#node, 0, input)
      } catch {
        // The application disconnected it already.
      }
      if (this.#isOffline) this.#free.push(input)
      else void this.#freeLater(input)
    }
  }

  /**
   * Firefox 153 takes messages at once, but changes of the graph only when the task has ended: an input that was reused
   * sooner gave the new source what the old one played. The first answer comes in a later task, the second from an audio
   * thread that had the change before the question.
   */
  async #freeLater(input: number): Promise<void> {
    await this.flush()
    await this.flush()
    this.#free.push(input)
    if (!this.#closed) this.#options.onFree()
  }

  /** Resolves when every reading made so far has been delivered, at once when closed. */
  flush(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    const token = this.#nextToken++
    return new Promise((resolve) => {
      this.#flushes.set(token, resolve)
      this.#post({ type: 'flush', token })
    })
  }

  /** Ends the processor. Idempotent; call after disconnecting the sources. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#post({ type: 'close' })
    this.#node.port.onmessage = null
    this.#node.onprocessorerror = null
    this.#node.port.close()
    for (const resolve of this.#flushes.values()) resolve()
    this.#flushes.clear()
  }

  #start(input: number, source: SourceRequest): void {
    if (this.#isOffline) {
      this.#requestOffline(input, source)
      return
    }
    const { context, intervalFrames, pool } = this.#options
    const spares = source.pcm ? pool.take(sparesPerSource(intervalFrames / context.sampleRate)) : []
    this.#post({ type: 'start', input, source, spares }, spares)
  }

  #stop(input: number): void {
    if (this.#isOffline) this.#requestOffline(input, undefined)
    else this.#post({ type: 'stop', input })
  }

  #requestOffline(input: number, source: SourceRequest | undefined): void {
    const { context } = this.#options
    // All that begin with one quantum are added up, so each has its own place. A time that runs does not tell them apart.
    if (context.state !== 'running' && context.currentTime !== this.#requestTime) {
      this.#requestTime = context.currentTime
      this.#nextFrame = 0
    }
    const buffer = new AudioBuffer({ length: this.#nextFrame + 2, sampleRate: context.sampleRate })
    buffer.copyToChannel(Float32Array.of(encodeOfflineRequest(input, source), source?.id ?? 0), 0, this.#nextFrame)
    this.#nextFrame += 2
    const player = new AudioBufferSourceNode(context, { buffer })
    player.connect(this.#node, 0, requestInput)
    player.start()
  }

  #receive(message: FromProcessor): void {
    switch (message.type) {
      case 'ready':
        this.#options.onBackend(message.backend)
        break
      case 'cut':
        this.#options.onReadings(readTable(message, { sampleRate: this.#options.context.sampleRate, intervalFrames: this.#options.intervalFrames }))
        this.#answer(message)
        break
      case 'flushed':
        this.#flushes.get(message.token)?.()
        this.#flushes.delete(message.token)
        break
      case 'failed':
        this.#options.onFailed(message.message)
        break
    }
  }

  /** After the callbacks, so that what they recycle goes straight back. */
  #answer({ frame, table, pcm }: Extract<FromProcessor, { type: 'cut' }>): void {
    if (this.#closed || this.#isOffline) return
    const spares = this.#options.pool.take(pcm.length)
    this.#post({ type: 'taken', frame, table, spares }, [table, ...spares])
  }

  #post(message: ToProcessor, buffers: readonly ArrayBufferView[] = []): void {
    this.#node.port.postMessage(message, buffers.map(({ buffer }) => buffer as ArrayBuffer)) // never shared memory
  }
}

/** Whether a context renders as fast as it can, with nobody listening. */
export function isOffline(context: BaseAudioContext): boolean {
  return typeof OfflineAudioContext !== 'undefined' && context instanceof OfflineAudioContext
}

function createNode({ context, kernel, backend, intervalFrames }: MeterNodeOptions, name: string, numberOfInputs: number): AudioWorkletNode {
  const create = (form: ProcessorOptions['kernel']): AudioWorkletNode => {
    const processorOptions: ProcessorOptions = { intervalFrames, kernel: form, backend }
    return new AudioWorkletNode(context, name, { numberOfInputs, numberOfOutputs: 0, processorOptions })
  }
  try {
    return createInForm(kernel, backend, create)
  } catch (cause) {
    throw new Error(
      `LevelMeter.create: the worklet has no ${name} (${String(cause)}): workletUrl must be the file @earshot/level-meter/worklet of this version`, { cause })
  }
}

function createInForm(kernel: WebAssembly.Module | undefined, backend: Backend, create: (form: ProcessorOptions['kernel']) => AudioWorkletNode): AudioWorkletNode {
  if (kernel === undefined) return create('none')
  try {
    return create(kernel)
  } catch (error) {
    // Safari cannot clone a Module. It has no relaxed SIMD either, which the worklet does not carry.
    if (backend === 'wasm-simd' && error instanceof DOMException && error.name === 'DataCloneError') return create('carried')
    throw error
  }
}
