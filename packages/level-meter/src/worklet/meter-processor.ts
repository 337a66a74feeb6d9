// The audio thread's side. This file and what it imports are bundled into one text by scripts/generate.mjs.
import { decodeHex } from '../hex.js'
import {
  decodeOfflineSource, inputsPerNode, offlineParameter, offlineProcessorName, processorName,
  type Backend, type FromProcessor, type ProcessorOptions, type ToProcessor,
} from '../worklet-messages.js'
import { createJavaScriptKernel } from './javascript-kernel.js'
import { createWasmKernel, type Kernel } from './kernel.js'
import { MeterBank } from './meter-bank.js'

/** The first line of the worklet's text, put there by whoever assembles it. */
declare const kernelHex: string
/** A global of the scope where contexts take `renderSizeHint`. */
declare const renderQuantumSize: number | undefined

/**
 * One node's sources. Lives until the window closes the node: `process` returns true, sources or not, and false after
 * 'close', which lets the browser free the node. Throwing ends it too; the window hears of that twice (message, processorerror).
 */
class MeterProcessor extends AudioWorkletProcessor {
  readonly #bank: MeterBank
  #closed = false

  constructor({ processorOptions }: { processorOptions: ProcessorOptions }) {
    super()
    const kernel = sharedKernel(processorOptions)
    this.#bank = new MeterBank({
      kernel, sampleRate,
      intervalFrames: processorOptions.intervalFrames,
      inputs: inputsPerNode,
      keepAll: this.isOffline,
      onCut: (cut) => { this.#post({ type: 'cut', ...cut }, [cut.table.buffer as ArrayBuffer, ...cut.pcm.map(({ buffer }) => buffer as ArrayBuffer)]) }, // never shared memory
    })
    this.port.onmessage = (event: MessageEvent<ToProcessor>) => { this.#receive(event.data) }
    this.#post({ type: 'ready', backend: kernel.backend })
  }

  get isOffline(): boolean {
    return false
  }

  protected get bank(): MeterBank {
    return this.#bank
  }

  process(inputs: Float32Array[][], _outputs: Float32Array[][], _parameters: Record<string, Float32Array>): boolean {
    if (this.#closed) return false
    try {
      this.#bank.process(inputs, currentFrame, quantumFrames(inputs))
      return true
    } catch (error) {
      this.#post({ type: 'failed', message: String(error) })
      throw error
    }
  }

  #receive(message: ToProcessor): void {
    switch (message.type) {
      case 'start':
        this.#bank.start(message.input, message.source)
        this.#bank.addSpares(message.spares)
        break
      case 'stop':
        this.#bank.stop(message.input)
        break
      case 'taken':
        this.#bank.markTaken(message.frame, message.table)
        this.#bank.addSpares(message.spares)
        break
      case 'flush':
        this.#post({ type: 'flushed', token: message.token })
        break
      case 'close':
        this.#closed = true
        this.#bank.close()
        break
    }
  }

  #post(message: FromProcessor, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer)
  }
}

/** The processor of offline contexts: its sources are told by parameters (`offlineParameter` says why). */
class OfflineMeterProcessor extends MeterProcessor {
  static get parameterDescriptors(): { name: string; defaultValue: number; automationRate: 'k-rate' }[] {
    return Array.from({ length: inputsPerNode }, (_, input) => ({ name: offlineParameter(input), defaultValue: 0, automationRate: 'k-rate' }))
  }

  readonly #names = Array.from({ length: inputsPerNode }, (_, input) => offlineParameter(input))
  readonly #states = new Float32Array(inputsPerNode)

  override get isOffline(): boolean {
    return true
  }

  override process(inputs: Float32Array[][], outputs: Float32Array[][], parameters: Record<string, Float32Array>): boolean {
    for (let input = 0; input < inputsPerNode; input++) {
      const state = parameters[this.#names[input] as string]?.[0] ?? 0 // input < the length of #names
      if (state === this.#states[input]) continue
      this.#states[input] = state
      const source = decodeOfflineSource(state)
      if (source === undefined) this.bank.stop(input)
      else this.bank.start(input, source)
    }
    return super.process(inputs, outputs, parameters)
  }
}

/** An input without a source has no channel to ask; a context with `renderSizeHint` has the global, in an older browser it is 128. */
function quantumFrames(inputs: Float32Array[][]): number {
  for (let input = 0; input < inputs.length; input++) {
    const channel = inputs[input]?.[0]
    if (channel !== undefined) return channel.length
  }
  return typeof renderQuantumSize === 'undefined' ? 128 : renderQuantumSize
}

const kernelsOfScope = new Map<Backend, Kernel>()

/** One instance for all nodes of the scope: a call site that meets several instances is about ten times slower in V8. */
function sharedKernel({ kernel, backend }: ProcessorOptions): Kernel {
  if (kernel !== 'none') {
    try {
      const shared = kernelsOfScope.get(backend) ?? createWasmKernel(kernel === 'carried' ? decodeHex(kernelHex) : kernel, sampleRate, backend)
      kernelsOfScope.set(backend, shared)
      return shared
    } catch {
      // Forbidden by the page's CSP, or no SIMD. 'ready' tells the window which kernel runs.
    }
  }
  const shared = kernelsOfScope.get('javascript') ?? createJavaScriptKernel(sampleRate)
  kernelsOfScope.set('javascript', shared)
  return shared
}

/** The same version's other copy may have been here before; its processor does the same. */
function registerOnce(name: string, processor: typeof MeterProcessor): void {
  try {
    registerProcessor(name, processor)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NotSupportedError')) throw error
  }
}

registerOnce(processorName, MeterProcessor)
registerOnce(offlineProcessorName, OfflineMeterProcessor)
