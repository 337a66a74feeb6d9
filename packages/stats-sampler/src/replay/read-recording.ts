import { readReport, withSynchronizationSources, type ConnectionReading } from '../connection-reading.js'
import { sampleBetween, type ConnectionSample } from '../connection-sample.js'
import { FORMAT, isObject, VERSION, type RecordedReport } from './recording-format.js'
import { parseJson, RecordingError } from './recording-error.js'
import { readInternals } from './webrtc-internals.js'

export interface RecordedReading {
  /** The connection: the name given when recording; in a dump the page's own, such as `8-1`. */
  readonly source: string
  readonly reading: ConnectionReading
  /** ms between readings as they were meant, for {@link sampleBetween}; 1000 in dumps. */
  readonly intervalMs: number
  /** True when this is the first reading of a sampling: it has no sample, whatever the source recorded before. */
  readonly begins: boolean
}

/** What chrome://webrtc-internals polls with. */
const DUMP_INTERVAL_MS = 1000

/**
 * Reads what {@link startRecording} wrote, and both files of chrome://webrtc-internals: its own dump and the rtcstats dump (uncompressed: `gunzip`
 * them first). Lazy: the readings before a damaged or cut line are given, then the error is thrown. A webrtc-internals dump is one JSON value,
 * of which nothing can be read when it is cut short.
 *
 * Throws RecordingError, with the line, for everything else (a TypeError for what is no string). The text is never copied whole; a string has at most 512 MB in V8.
 */
export function* readRecording(text: string): Generator<RecordedReading, void, undefined> {
  if (typeof text !== 'string') throw new TypeError(`text must be a string, got ${typeof text}`)
  const start = text.startsWith('\uFEFF') ? 1 : 0
  if (RECORDING.test(text.slice(start, start + 100))) yield* readReports(linesOf(text, start))
  else if (text.startsWith('RTCStatsDump', start)) yield* readRtcStats(linesOf(text, start))
  else yield* readDump(start === 0 ? text : text.slice(start))
}

/** The samples the sampler gave, or would have given: {@link readRecording}, and {@link sampleBetween} neighbours of one source. */
export function* sampleRecording(text: string): Generator<{ source: string; sample: ConnectionSample }, void, undefined> {
  const previous = new Map<string, ConnectionReading>()
  for (const { source, reading, intervalMs, begins } of readRecording(text)) {
    const before = begins ? undefined : previous.get(source)
    previous.set(source, reading)
    if (before) yield { source, sample: sampleBetween(before, reading, { intervalMs }) }
  }
}

const RECORDING = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*"${FORMAT}"`)

interface Line {
  readonly number: number
  readonly text: string
}

/** Those that are not empty, one at a time: a file of many lines is not doubled in memory. */
function* linesOf(text: string, start: number): Generator<Line, void, undefined> {
  let number = 0
  for (let from = start; from < text.length; ) {
    const feed = text.indexOf('\n', from)
    const end = feed < 0 ? text.length : feed
    const line = text.slice(from, end).trim()
    number++
    if (line !== '') yield { number, text: line }
    from = end + 1
  }
}

function* readReports(lines: Iterable<Line>): Generator<RecordedReading, void, undefined> {
  let intervalMs = NaN
  for (const { number, text } of lines) {
    const line = parseJson(text, number)
    if (Number.isNaN(intervalMs)) intervalMs = readHeader(line, number)
    else {
      const { source, begins = false, timestamp, synchronizationSources, report } = readLine(line, number)
      yield { source, reading: { ...withSynchronizationSources(readReport(report as [string, unknown][]), synchronizationSources as []), timestamp }, intervalMs, begins }
    }
  }
}

function readHeader(header: unknown, line: number): number {
  const { version, intervalMs } = isObject(header) ? header : {}
  if (version !== VERSION) throw new RecordingError(`a recording of version ${JSON.stringify(version)}; this program reads version ${VERSION}`, line)
  if (typeof intervalMs !== 'number' || !(intervalMs > 0)) throw new RecordingError('intervalMs must be a number above 0', line)
  return intervalMs
}

function readLine(line: unknown, number: number): RecordedReport {
  if (!isObject(line)) throw new RecordingError('not a report but another JSON value', number)
  const { source, begins, timestamp, synchronizationSources, report } = line
  const need = (met: boolean, what: string): void => {
    if (!met) throw new RecordingError(what, number)
  }
  need(!('format' in line), 'another recording begins here; a file has one')
  need(typeof source === 'string', 'source must be a string')
  need(begins === undefined || typeof begins === 'boolean', 'begins must be true or false')
  need(Number.isFinite(timestamp) && Number(timestamp) >= 0, 'timestamp must be a number, ms since 1970')
  need(Array.isArray(synchronizationSources) && synchronizationSources.every(isObject), 'synchronizationSources must be a list of objects')
  need(Array.isArray(report), 'report must be a list of [id, entry]') // what is in it survives anything: readReport
  return line as unknown as RecordedReport // true: all its members were looked at
}

/** https://github.com/rtcstats/rtcstats/tree/main/packages/rtcstats-server#rtcstats-dump-file-format, as Chromium writes it: every report whole. */
function* readRtcStats(lines: Iterable<Line>): Generator<RecordedReading, void, undefined> {
  const begun = new Set<string>()
  for (const { number, text } of lines) {
    if (number === 1) continue
    const event = parseJson(text, number)
    const [name, connection, report] = Array.isArray(event) ? (event as unknown[]) : []
    if (name === 1 || (name === 'getStats' && isObject(report) && !Object.values(report).every((entry) => isObject(entry) && typeof entry['type'] === 'string'))) {
      throw new RecordingError('a report that rtcstats-js has compressed; only those of chrome://webrtc-internals can be read', number)
    }
    if (name !== 'getStats' || !isObject(report)) continue
    const source = String(connection)
    yield { source, reading: readReport(Object.entries(report)), intervalMs: DUMP_INTERVAL_MS, begins: !begun.has(source) }
    begun.add(source)
  }
}

function* readDump(text: string): Generator<RecordedReading, void, undefined> {
  const first = text.trimStart()[0]
  if (first === undefined) throw new RecordingError('the file is empty', 1)
  if (first !== '{' && first !== '[') throw new RecordingError(`${KINDS}: it begins with ${JSON.stringify(text.trimStart().slice(0, 20))}`, 1)
  const dump = parseJson(text)
  const connections = isObject(dump) ? dump['PeerConnections'] : undefined
  if (!isObject(connections)) throw new RecordingError(`this is JSON, but ${KINDS}`)
  for (const [source, connection] of Object.entries(connections)) {
    const stats = isObject(connection) ? connection['stats'] : undefined
    if (!isObject(stats)) throw new RecordingError(`${source}: the connection has no stats`)
    for (const [n, reading] of readInternals(source, stats).entries()) yield { source, reading, intervalMs: DUMP_INTERVAL_MS, begins: n === 0 }
  }
}

const KINDS = 'neither a dump of chrome://webrtc-internals nor a recording of @earshot/stats-sampler'
