import type { LevelMeterOptions, SourceOptions } from './level-meter-options.js'
import { LevelMeter } from './level-meter.js'
import type { LevelReading } from './level-reading.js'
import { createMetering, type Metering } from './metering.js'

/** The context all calls of `meterTrack` share, with one meter per set of meter options. Open while anything is metered. */
interface SharedContext {
  readonly context: AudioContext
  readonly meters: Map<string, Promise<LevelMeter>>
  users: number
  readonly ended: AbortController
}

let shared: SharedContext | undefined

/**
 * Meters one track on a context shared by all calls: `const stop = await meterTrack(track, ({ level }) => draw(level))`.
 * The context is created with the first call and closed with the last source. A browser that suspends it until the user
 * has interacted with the page gets it resumed with the first click or key; until then no reading comes.
 *
 * Rejects as `LevelMeter.create` does, or with what `LevelMeter.add` throws. `signal` ends either.
 */
export async function meterTrack(
  track: MediaStreamTrack | MediaStream,
  onReading: (reading: LevelReading) => void,
  options: SourceOptions & LevelMeterOptions = {},
): Promise<Metering> {
  const { signal } = options
  signal?.throwIfAborted()
  const current = (shared ??= openShared())
  current.users++
  const release: () => void = once(() => {
    signal?.removeEventListener('abort', release)
    current.users--
    if (current.users === 0) closeShared(current)
  })
  try {
    const meter = await meterOf(current, options)
    signal?.throwIfAborted()
    const metering = meter.add(track, onReading, options)
    signal?.addEventListener('abort', release)
    const stop = (): void => {
      metering()
      release()
    }
    return createMetering({ stop, state: () => metering.state, resetLoudness: () => { metering.resetLoudness() } })
  } catch (error) {
    release()
    throw error
  }
}

function openShared(): SharedContext {
  const context = new AudioContext()
  const ended = new AbortController()
  const resume = (): void => {
    if (context.state !== 'running') context.resume().catch(() => undefined) // the next gesture tries again
  }
  resume()
  for (const gesture of ['pointerdown', 'pointerup', 'keydown']) {
    document.addEventListener(gesture, resume, { signal: ended.signal, capture: true, passive: true })
  }
  return { context, meters: new Map(), users: 0, ended }
}

function closeShared(closing: SharedContext): void {
  if (shared === closing) shared = undefined
  closing.ended.abort()
  closing.context.close().catch(() => undefined) // only a context that is closed already rejects
}

/** Not with the signal: the meter serves other calls too. */
function meterOf({ context, meters }: SharedContext, { interval, backend, workletUrl }: LevelMeterOptions): Promise<LevelMeter> {
  const key = JSON.stringify([interval ?? 1, backend ?? 'auto', workletUrl === undefined ? null : String(workletUrl)])
  const begun = meters.get(key)
  if (begun !== undefined) return begun
  const meter = LevelMeter.create(context, {
    ...(interval === undefined ? {} : { interval }),
    ...(backend === undefined ? {} : { backend }),
    ...(workletUrl === undefined ? {} : { workletUrl }),
  })
  meters.set(key, meter)
  const forget = (): void => { meters.delete(key) }
  // What failed is finished; the next call makes a new one.
  meter.then((made) => made.onHealthChange((health) => { if (health === 'failed') forget() }), forget)
  return meter
}

function once(call: () => void): () => void {
  let called = false
  return () => {
    if (called) return
    called = true
    call()
  }
}
