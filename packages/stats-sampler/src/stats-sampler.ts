import { startClock, type ClockKind } from './clock.js'
import { readReport, type ConnectionReading, type SynchronizationSource } from './connection-reading.js'
import { sampleBetween, type ConnectionSample } from './connection-sample.js'

/**
 * An RTCPeerConnection, a sender, a receiver, or a recording. Receivers, when given, add levels that do not depend on playback.
 * Only `getStats` is needed; the rest is used where it exists.
 */
export interface StatsSource {
  /** A report as the browser makes it; may reject. */
  getStats(): Promise<RTCStatsReport>
  /** The receivers that know their levels, whatever is played. */
  getReceivers?(): readonly RTCRtpReceiver[]
  /** What a receiver as the source has itself. */
  getSynchronizationSources?(): readonly SynchronizationSource[]
  /** `'closed'` here or in `signalingState` ends the sampling. */
  readonly connectionState?: string
  readonly signalingState?: string
}

/** When a sampler reads. */
export interface StatsSamplerOptions {
  /** ms between readings, of all sources of this sampler. Default 1000. */
  intervalMs?: number
  /** Default `'worker'`, which falls back to `'timer'` where a worker is not allowed. */
  clock?: 'worker' | 'timer'
}

/** How the sampling of one source ends. */
export interface SamplingOptions {
  /** Aborting stops the sampling; `onEnd` is not called. */
  signal?: AbortSignal
  /** The sampling ended by itself: the source closed, or getStats failed three times in a row (with the last error). */
  onEnd?: (reason: 'closed' | 'failed', error?: unknown) => void
}

/** One report as it came, and what was read from it; see {@link StatsSampler.reportListeners}. */
export interface TakenReport {
  readonly source: StatsSource
  readonly report: RTCStatsReport
  readonly synchronizationSources: readonly SynchronizationSource[]
  readonly reading: ConnectionReading
  /** Absent for the first of a sampling, which gives no sample. */
  readonly previous: ConnectionReading | undefined
}

interface Listener {
  readonly onSample: (sample: ConnectionSample) => void
  readonly onEnd: SamplingOptions['onEnd']
  readonly release: () => void
}

interface Sampling {
  readonly source: StatsSource
  readonly listeners: Set<Listener>
  previous?: ConnectionReading
  pending: boolean
  failures: number
}

const MAX_FAILURES = 3

/** Samples any number of sources on one clock, which runs only while there are sources. */
export class StatsSampler {
  /** ms between readings. */
  readonly intervalMs: number
  /** Called with every report of every source, before the sample; for `startRecording` of `@earshot/stats-sampler/replay`. */
  readonly reportListeners: Set<(taken: TakenReport) => void> = new Set()
  readonly #kind: ClockKind
  readonly #samplings = new Map<StatsSource, Sampling>()
  #stopClock: (() => void) | undefined
  #closed = false

  /** Throws a RangeError or TypeError that names the option. */
  constructor(options: StatsSamplerOptions = {}) {
    const { intervalMs = 1000, clock = 'worker' } = options
    // Above 2^31 - 1 a browser's timer fires at once.
    if (!(intervalMs > 0 && intervalMs < 2 ** 31)) throw new RangeError(`intervalMs must be above 0 and below 2 ** 31, got ${intervalMs}`)
    if (clock !== 'worker' && clock !== 'timer') throw new TypeError("clock must be 'worker' or 'timer'")
    this.intervalMs = intervalMs
    this.#kind = clock
  }

  /**
   * Starts sampling; call the result to stop. The first reading is taken at once, so the first sample comes with the next tick. A source added
   * twice is still read once a tick. Ends by itself when the source closes or getStats fails three times in a row. Throws InvalidStateError
   * after close(). What a callback throws is reported (`reportError`) and stops nothing.
   */
  add(source: StatsSource, onSample: (sample: ConnectionSample) => void, options: SamplingOptions = {}): () => void {
    if (this.#closed) throw new DOMException('add() after close()', 'InvalidStateError')
    if (typeof source?.getStats !== 'function') throw new TypeError('source must have getStats()')
    if (typeof onSample !== 'function') throw new TypeError('onSample must be a function')
    const { signal, onEnd } = options
    if (signal?.aborted) return () => {}

    const sampling = this.#samplings.get(source) ?? { source, listeners: new Set(), pending: false, failures: 0 }
    const stop = (): void => this.#remove(sampling, listener)
    const listener: Listener = { onSample, onEnd, release: () => signal?.removeEventListener('abort', stop) }
    signal?.addEventListener('abort', stop)
    sampling.listeners.add(listener)
    if (!this.#samplings.has(source)) {
      this.#samplings.set(source, sampling)
      this.#stopClock ??= startClock(this.#kind, this.intervalMs, () => this.#tick())
      void this.#read(sampling)
    }
    return stop
  }

  /** Stops everything; no callback is called any more. Idempotent. */
  close(): void {
    this.#closed = true
    for (const sampling of this.#samplings.values()) for (const listener of sampling.listeners) this.#remove(sampling, listener)
  }

  /** `close`, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  #tick(): void {
    for (const sampling of this.#samplings.values()) void this.#read(sampling)
  }

  /** A tick that finds the last report still on its way is skipped, not queued: the next sample covers the longer time. A closed source may never answer. */
  async #read(sampling: Sampling): Promise<void> {
    if (sampling.pending && !isClosed(sampling.source)) return
    sampling.pending = true
    const outcome = await takeReading(sampling.source)
    sampling.pending = false
    if (sampling.listeners.size === 0) return
    if (isClosed(sampling.source)) return this.#end(sampling, 'closed')
    if ('error' in outcome) return ++sampling.failures < MAX_FAILURES ? undefined : this.#end(sampling, 'failed', outcome.error)
    sampling.failures = 0
    const { previous, source } = sampling
    sampling.previous = outcome.reading
    for (const onReport of this.reportListeners) callSafely(() => onReport({ ...outcome, source, previous }))
    if (!previous) return
    const sample = sampleBetween(previous, outcome.reading, { intervalMs: this.intervalMs })
    tell(sampling, ({ onSample }) => onSample(sample))
  }

  #end(sampling: Sampling, reason: 'closed' | 'failed', error?: unknown): void {
    sampling.failures = 0 // it goes on when a listener adds the source again while others are still to be told
    tell(sampling, (listener) => {
      this.#remove(sampling, listener)
      listener.onEnd?.(reason, error)
    })
  }

  #remove(sampling: Sampling, listener: Listener): void {
    if (!sampling.listeners.delete(listener)) return
    listener.release()
    if (sampling.listeners.size > 0) return
    this.#samplings.delete(sampling.source)
    if (this.#samplings.size > 0) return
    this.#stopClock?.()
    this.#stopClock = undefined
  }
}

/** Asks at once, before anything is awaited. A closed source is not asked: what it would answer is not of now. */
async function takeReading(source: StatsSource): Promise<Omit<TakenReport, 'source' | 'previous'> | { error: unknown }> {
  try {
    if (isClosed(source)) return { error: undefined }
    const report = await source.getStats()
    const synchronizationSources = readSynchronizationSources(source)
    return { report, synchronizationSources, reading: readReport(report, synchronizationSources) }
  } catch (error) {
    return { error }
  }
}

const isClosed = ({ connectionState, signalingState }: StatsSource): boolean => connectionState === 'closed' || signalingState === 'closed'

function readSynchronizationSources(source: StatsSource): SynchronizationSource[] {
  try {
    const receivers: readonly Pick<StatsSource, 'getSynchronizationSources'>[] = source.getReceivers?.() ?? [source]
    return receivers.flatMap((receiver) => receiver.getSynchronizationSources?.() ?? [])
  } catch {
    return [] // the levels are an addition: without them the report still counts
  }
}

/** Those that were there at the beginning (else one that adds itself again would be told for ever) and have not been stopped since. */
function tell({ listeners }: Sampling, call: (listener: Listener) => void): void {
  for (const listener of [...listeners]) if (listeners.has(listener)) callSafely(() => call(listener))
}

/** A listener's fault stays the listener's. */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    if (typeof reportError === 'function') reportError(error)
    else console.error(error)
  }
}
