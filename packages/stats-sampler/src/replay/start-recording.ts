import { callSafely, type StatsSampler, type StatsSource, type TakenReport } from '../stats-sampler.js'
import { FORMAT, VERSION, withoutAddresses, type RecordedReport, type RecordingHeader } from './recording-format.js'

export interface RecordingOptions {
  /** The source's name in the recording. Default `connection 1`, `connection 2`, by their first report. A name that another source has gets a number. */
  nameOf?: (source: StatsSource) => string | undefined
  /**
   * Default false: counters, states and the browser's ids are written, and no address, port, url, ICE user name, fingerprint or certificate.
   * True: every entry as getStats() gave it.
   */
  withAddresses?: boolean
  /** What `write` or `nameOf` threw, what the promise of `write` was rejected with, or why a report could not be copied. Default `reportError`. */
  onError?: (error: unknown) => void
}

/**
 * Records every report a sampler takes from now on, of all its sources, until the result is called or the sampler closes. `readRecording` reads it back.
 *
 * `write` gets whole lines, each with its line feed: at once a header, then one line per report. A promise it returns is not waited for. When it
 * fails, `onError` is told, that line is lost, and sampling and recording go on: the replayed sample covers the longer time, as after a skipped
 * tick. Only a header that failed holds the lines back: it is tried again with each report, for without it nothing could be read. Throws a
 * TypeError that names the argument.
 */
export function startRecording(sampler: StatsSampler, write: (line: string) => unknown, options: RecordingOptions = {}): () => void {
  const { withAddresses = false, onError = (error) => { throw error } } = options
  if (typeof sampler?.reportListeners?.add !== 'function') throw new TypeError('sampler must be a StatsSampler')
  if (typeof write !== 'function') throw new TypeError('write must be a function')
  const nameFor = nameSources(options.nameOf)
  let hasHeader = false
  /** Sources whose first line was lost: the next one says that the sampling began. */
  const unbegun = new WeakSet<StatsSource>()

  const writeLine = (line: () => RecordingHeader | RecordedReport, onFailure = (): void => {}): void => {
    const fail = (error: unknown): void => {
      onFailure()
      callSafely(() => onError(error))
    }
    try {
      void Promise.resolve(write(`${JSON.stringify(line())}\n`)).catch(fail)
    } catch (error) {
      fail(error)
    }
  }
  const writeHeader = (): void => {
    hasHeader = true
    writeLine(() => ({ format: FORMAT, version: VERSION, intervalMs: sampler.intervalMs }), () => (hasHeader = false))
  }
  const record = ({ source, report, synchronizationSources, reading, previous }: TakenReport): void => {
    if (!hasHeader) writeHeader()
    if (!hasHeader) return
    const begins = unbegun.delete(source) || !previous
    writeLine(() => ({
      source: nameFor(source),
      begins: begins || undefined,
      timestamp: reading.timestamp,
      synchronizationSources: synchronizationSources.map(({ source: ssrc, audioLevel, timestamp }) => ({ source: ssrc, audioLevel, timestamp })),
      report: withAddresses ? [...report] : withoutAddresses(report),
    }), () => { if (begins) unbegun.add(source) })
  }
  writeHeader()
  sampler.reportListeners.add(record)
  return () => void sampler.reportListeners.delete(record)
}

/** One name per source, and no name twice: two connections in one would look like one that resets every second. */
function nameSources(nameOf: RecordingOptions['nameOf']): (source: StatsSource) => string {
  const taken = new Set<string>()
  const known = new WeakMap<StatsSource, string>()
  return (source) => {
    const before = known.get(source)
    if (before !== undefined) return before
    const wanted = String(nameOf?.(source) ?? `connection ${taken.size + 1}`)
    let name = wanted
    for (let n = 2; taken.has(name); n++) name = `${wanted} ${n}`
    taken.add(name)
    known.set(source, name)
    return name
  }
}
