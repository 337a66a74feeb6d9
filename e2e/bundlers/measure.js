import { LevelMeter } from '@earshot/level-meter'
import '@earshot/level-meter/relaxed'

/**
 * Measures half a second of 0.5 with each backend and leaves the outcomes as JSON in the page's title. The worklet's file is
 * used at /?file only; else the worklet is the inlined one.
 */
export async function measure(workletUrl) {
  const options = new URLSearchParams(location.search).has('file') ? { workletUrl } : {}
  const outcomes = []
  for (const backend of ['auto', 'wasm-relaxed-simd', 'javascript']) outcomes.push(await outcome({ ...options, backend }))
  document.title = JSON.stringify(outcomes)
}

async function outcome(options) {
  try {
    const context = new OfflineAudioContext({ length: 24000, sampleRate: 48000 })
    const meter = await LevelMeter.create(context, { interval: 0.5, ...options })
    const source = new ConstantSourceNode(context, { offset: 0.5 })
    source.start()
    let read
    meter.add(source, ({ level, rms }) => { read = { level, rms: rms[0] } })
    await context.startRendering()
    await meter.flush()
    return { backend: meter.backend, ...read }
  } catch (error) {
    return { error: String(error) }
  }
}
