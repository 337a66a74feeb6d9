import { readReport, type ConnectionReading } from '../connection-reading.js'
import { RecordingError } from './recording-error.js'
import { isObject } from './recording-format.js'

/** The values one member of one entry had, one for each report in which the entry had that member; at most the last 1000. */
interface Series {
  readonly statsType: string
  /** Whole ms: the entry's `timestamp` at the first and the last value. */
  readonly start: number
  readonly end: number
  readonly values: readonly unknown[]
}

/** The page turns texts that look like a number into one; of these members readReport wants the text. (Of `01` it says 1: what is lost stays lost.) */
const TEXTS = new Set(['mid', 'rid', 'trackIdentifier', 'mediaSourceId', 'remoteId', 'localId', 'transportId', 'selectedCandidatePairId'])

/**
 * The readings of one connection in a dump of chrome://webrtc-internals, which stores every member of every entry as a series of its own:
 * https://source.chromium.org/chromium/chromium/src/+/main:content/browser/webrtc/resources/data_series.ts
 *
 * They are put together by time. Entries measured here carry the time of their report. The time of a `remote-*` entry is that of an RTCP packet
 * and may stand still, so each of its values goes to the first report that is not older and has none yet. A member that came later or went
 * earlier than its entry is placed by its first and last time; one that was away in between cannot be placed and is left out.
 */
export function readInternals(connection: string, stats: Readonly<Record<string, unknown>>): ConnectionReading[] {
  const series = new Map(Object.entries(stats).filter(([name]) => !name.endsWith(']')).map(([name, value]) => [name, readSeries(`${connection}: ${name}`, value)])) // in brackets is what the page computed
  const ids = [...series.keys()].filter((name) => name.endsWith(TIMESTAMP)).map((name) => name.slice(0, -TIMESTAMP.length))
  if (ids.length === 0 && series.size > 0) throw new RecordingError(`${connection}: the dump has no time of each value, as those of Chromium before 117`)
  const members = new Map(ids.map((id): [string, [string, Series][]] => [id, []]))
  for (const [name, values] of series) {
    const hyphen = name.lastIndexOf('-')
    members.get(name.slice(0, hyphen))?.push([name.slice(hyphen + 1), values])
  }
  const clocks = [...members].map(([id, entry]) => ({ id, entry, clock: entry.find(([member]) => member === 'timestamp')![1] })) // it is what gave the id
  const ticks = [...new Set(clocks.flatMap(({ clock }) => (isRemote(clock) ? [] : timesOf(clock))))].sort((one, other) => one - other)
  const reports = ticks.map((): [string, Record<string, unknown>][] => [])
  const positions = new Map(ticks.map((tick, n) => [tick, n]))
  for (const { id, entry, clock } of clocks) {
    const rows = timesOf(clock).map((timestamp): Record<string, unknown> => ({ timestamp, type: clock.statsType }))
    for (const [member, values] of entry) if (member !== 'timestamp') place(member, values, rows)
    let next = 0
    for (const row of rows) {
      const time = Number(row['timestamp'])
      next = isRemote(clock) ? firstFrom(next, ticks, time) : positions.get(time) ?? next
      reports[next++]?.push([id, row])
    }
  }
  return reports.map((report) => readReport(report))
}

const TIMESTAMP = '-timestamp'
const isRemote = ({ statsType }: Series): boolean => statsType.startsWith('remote-')
const timesOf = ({ values }: Series): number[] => values.map(Number)

function firstFrom(start: number, ticks: readonly number[], time: number): number {
  let n = start
  while (n < ticks.length && (ticks[n] ?? NaN) < time) n++
  return n
}

function readSeries(name: string, series: unknown): Series {
  const { statsType, startTime, endTime, values: written } = isObject(series) ? series : {}
  const values: unknown = typeof written === 'string' ? parseValues(name, written) : written
  const [start, end] = [startTime, endTime].map((time) => (typeof time === 'string' ? Date.parse(time) : NaN))
  if (!Array.isArray(values) || typeof statsType !== 'string' || !start || !end) throw new RecordingError(`${name}: not a series with startTime, endTime, statsType and values`)
  return { statsType, start, end, values }
}

function parseValues(name: string, values: string): unknown {
  try {
    return JSON.parse(values)
  } catch {
    throw new RecordingError(`${name}: values is not JSON`)
  }
}

/** Of several places that fit (a remote entry's time stands still) the last: a member that has come mostly stays. */
function place(member: string, { start, end, values }: Series, rows: readonly Record<string, unknown>[]): void {
  const at = (n: number): number => Math.trunc(Number(rows[n]?.['timestamp']))
  let first = rows.length - values.length
  while (first >= 0 && !(at(first) === start && at(first + values.length - 1) === end)) first--
  if (first < 0) return
  for (const [n, value] of values.entries()) {
    const row = rows[first + n]
    if (row) row[member] = TEXTS.has(member) && typeof value === 'number' ? String(value) : value
  }
}
