// What bench/browser.mjs runs inside the page; esbuild bundles it.
import { LevelMeter } from '../dist/relaxed.js'
import { inputsPerNode } from '../dist/worklet-messages.js'
import { noise, sampleRate, speech } from './signals.mjs'

const full = { loudness: true, truePeak: true }
const signals = { noise, speech }

const worklet = `
  registerProcessor('empty', class extends AudioWorkletProcessor {
    process() {
      return true
    }
  })
  registerProcessor('naive', class extends AudioWorkletProcessor {
    peak = 0
    squares = 0
    process([[samples]]) {
      for (let i = 0; i < samples.length; i++) {
        const magnitude = Math.abs(samples[i])
        if (magnitude > this.peak) this.peak = magnitude
        this.squares += samples[i] * samples[i]
      }
      return true
    }
  })`

/** What is done with the sources, beside playing them. What it returns is called once rendering has begun. */
const graphs = {
  baseline: () => undefined,
  analysers(context, sources) {
    for (const source of sources) source.connect(new AnalyserNode(context))
  },
  /** As many nodes with as many inputs as the meter has. */
  async emptyNodes(context, sources) {
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' })))
    const nodes = Array.from({ length: Math.ceil(sources.length / inputsPerNode) }, () => new AudioWorkletNode(context, 'empty', { numberOfInputs: inputsPerNode, numberOfOutputs: 0 }))
    sources.forEach((source, index) => { source.connect(nodes[Math.floor(index / inputsPerNode)], 0, index % inputsPerNode) })
  },
  async naiveNodes(context, sources) {
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' })))
    for (const source of sources) source.connect(new AudioWorkletNode(context, 'naive', { numberOfOutputs: 0 }))
  },
  level: (context, sources) => meterAll(context, sources, 'wasm-simd', {}),
  full: (context, sources) => meterAll(context, sources, 'wasm-simd', full),
  relaxed: (context, sources) => meterAll(context, sources, 'wasm-relaxed-simd', full),
}

/** Renders `warmUp` seconds and stops there; the result renders `seconds` more, and stops again. */
globalThis.renderOffline = async ({ graph, signal, streams, warmUp, seconds }) => {
  const end = warmUp + seconds
  const context = new OfflineAudioContext(1, (end + 1) * sampleRate, sampleRate)
  const check = await graphs[graph](context, playAll(context, signal, streams))
  const warm = context.suspend(warmUp)
  const finished = context.suspend(end)
  void context.startRendering()
  await warm
  await check?.()
  globalThis.finishRendering = async () => {
    await context.resume()
    await finished
  }
}

/** Meters in real time until the page is closed, giving PCM back as soon as it comes. */
globalThis.meterLive = async ({ signal, streams, pcm }) => {
  const context = new AudioContext({ sampleRate })
  const check = await meterAll(context, playAll(context, signal, streams), 'wasm-simd', { ...full, pcm })
  await check()
}

/** The result resolves once every source is metered, and rejects when something else than `backend` does that. */
async function meterAll(context, sources, backend, options) {
  const meter = await LevelMeter.create(context, { backend })
  for (const source of sources) meter.add(source, ({ pcm }) => { if (pcm !== undefined) meter.recycle(pcm) }, options)
  return async () => {
    await meter.flush()
    if (meter.backend !== backend) throw new Error(`metered by ${meter.backend}, not by ${backend}`)
  }
}

/** All play the same buffer, each from another place. */
function playAll(context, signal, streams) {
  const samples = signals[signal]().filter((_, index) => index % 2 === 0) // the left channel
  const buffer = new AudioBuffer({ length: samples.length, sampleRate })
  buffer.copyToChannel(samples, 0)
  return Array.from({ length: streams }, (_, index) => {
    const source = new AudioBufferSourceNode(context, { buffer, loop: true })
    source.connect(context.destination)
    source.start(0, buffer.duration * index / streams)
    return source
  })
}
