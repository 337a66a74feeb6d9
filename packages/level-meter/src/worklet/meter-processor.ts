// The audio thread's side. This file and what it imports are bundled into one text by scripts/generate.mjs.
import { decodeHex } from '../hex.js'
import {
  decodeOfflineRequest, inputsPerNode, offlineProcessorName, processorName, requestInput,
  type Backend, type FromProcessor, type ProcessorOptions, type ToProcessor,
} from '../worklet-messages.js'
import { createJavaScriptKernel } from './javascript-kernel.js'
import { createWasmKernel, type Kernel } from './kernel.js'
import { MeterBank, type Cut } from './meter-bank.js'

/** The first line of the worklet's text, put there by whoever assembles it. */
declare const kernelHex: string
/** A global of the scope where contexts take `renderSizeHint`. */
declare const renderQuantumSize: number | undefined

/**
 * One node's sources. Lives until the window closes the node: `process` returns true, sources or not, and false after
 * 'close', which lets the browser free the node. Throwing ends it too; the window hears of that twice (message, processorerror).
 */
class MeterProcessor extends AudioWorkletProcessor {
  /** Undefined once closed: browsers may keep a processor longer than that. */
  protected bank: MeterBank | undefined
  /** Until two frames agree: where the next quantum begins if that of the last one was true. Then 0, as always offline. */
  #nextFrame = this.isOffline ? 0 : -1

  constructor({ processorOptions }: { processorOptions: ProcessorOptions }) {
    super()
    const kernel = sharedKernel(processorOptions)
    this.bank = new MeterBank({
      kernel, sampleRate,
      intervalFrames: processorOptions.intervalFrames,
      inputs: inputsPerNode,
      keepAll: this.isOffline,
      onCut: (cut) => { this.#post(cut, buffersOf(cut)) },
    })
    this.port.onmessage = (event: MessageEvent<ToProcessor>) => { this.#receive(event.data) }
    this.#post({ type: 'ready', backend: kernel.backend })
  }

  get isOffline(): boolean {
    return false
  }

  process(inputs: Float32Array[][]): boolean {
    if (this.bank === undefined) return false
    try {
      const frames = quantumFrames()
      // Live, Chromium 156 begins with the frame of some quanta ago: the ones in between would count as silence.
      if (this.#nextFrame !== 0) this.#nextFrame = currentFrame === this.#nextFrame ? 0 : currentFrame + frames
      if (this.#nextFrame === 0) this.bank.process(inputs, currentFrame, frames)
      return true
    } catch (error) {
      this.#post({ type: 'failed', message: String(error) })
      this.#close()
      throw error
    }
  }

  #receive(message: ToProcessor): void {
    const bank = this.bank
    if (bank === undefined) return
    switch (message.type) {
      case 'start':
        bank.start(message.input, message.source)
        bank.addSpares(message.spares)
        break
      case 'stop':
        bank.stop(message.input)
        break
      case 'taken':
        bank.markTaken(message.frame, message.table)
        bank.addSpares(message.spares)
        break
      case 'flush':
        this.#post({ type: 'flushed', token: message.token })
        break
      case 'close':
        this.#close()
        break
    }
  }

  #close(): void {
    this.bank?.close()
    this.bank = undefined
  }

  #post(message: FromProcessor, transfer: Transferable[] = []): void {
    this.port.postMessage(message, transfer)
  }
}

function buffersOf({ table, pcm }: Cut): Transferable[] {
  const buffers = [table.buffer as ArrayBuffer] // never shared memory
  for (let i = 0; i < pcm.length; i++) buffers.push((pcm[i] as Float32Array).buffer as ArrayBuffer)
  return buffers
}

/** The processor of offline contexts: its sources are told by an input (`requestInput` says why). */
class OfflineMeterProcessor extends MeterProcessor {
  /** What came first of the two samples of a request; 0 between requests. */
  #request = 0

  override get isOffline(): boolean {
    return true
  }

  override process(inputs: Float32Array[][]): boolean {
    for (const value of inputs[requestInput]?.[0] ?? []) {
      if (value < 0) this.#request = value
      else if (this.#request < 0) {
        const { input, source } = decodeOfflineRequest(this.#request, value)
        this.#request = 0
        if (source === undefined) this.bank?.stop(input)
        else this.bank?.start(input, source)
      }
    }
    return super.process(inputs)
  }
}

/** Browsers without the global have no other length. */
function quantumFrames(): number {
  return typeof renderQuantumSize === 'undefined' ? 128 : renderQuantumSize
}

/**
 * Weak, so that a kernel goes with its last processor: Chromium 156 keeps the scopes of offline contexts for ever, and a
 * process has room for about 125 wasm memories.
 */
const kernelsOfScope = new Map<Backend, WeakRef<Kernel>>()

/** One instance for all nodes of the scope: a call site that meets several instances is about ten times slower in V8. */
function sharedKernel({ kernel, backend }: ProcessorOptions): Kernel {
  if (kernel !== 'none') {
    try {
      return share(backend, () => createWasmKernel(kernel === 'carried' ? decodeHex(kernelHex) : kernel, sampleRate, backend))
    } catch {
      // Forbidden by the page's CSP, or no SIMD. 'ready' tells the window which kernel runs.
    }
  }
  return share('javascript', () => createJavaScriptKernel(sampleRate))
}

function share(backend: Backend, create: () => Kernel): Kernel {
  const kernel = kernelsOfScope.get(backend)?.deref() ?? create()
  kernelsOfScope.set(backend, new WeakRef(kernel))
  return kernel
}

/** The same version's other copy may have been here before; its processor does the same. */
function registerOnce(name: string, processor: typeof MeterProcessor): void {
  try {
    registerProcessor(name, processor)
  } catch (error) {
    if ((error as Error).name !== 'NotSupportedError') throw error // a DOMException or a TypeError
  }
}

registerOnce(processorName, MeterProcessor)
registerOnce(offlineProcessorName, OfflineMeterProcessor)
