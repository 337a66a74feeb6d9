// Reports written by hand, and the recorded ones. A report is what readReport takes: [id, entry] pairs.
import { readdirSync, readFileSync } from 'node:fs'
import { readReport, withSynchronizationSources, type ConnectionReading, type SynchronizationSource } from '../src/connection-reading.ts'
import { sampleBetween, type ConnectionSample } from '../src/connection-sample.ts'

export type Report = [string, Record<string, unknown>][]

/** Entries at one time; `id` names each. */
export const report = (timestamp: number, ...entries: Record<string, unknown>[]): Report => entries.map((entry) => [String(entry['id']), { timestamp, ...entry }])

export const inbound = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ type: 'inbound-rtp', id: 'I1', ssrc: 11, kind: 'video', mid: '0', trackIdentifier: 'remote-track', ...more })
export const outbound = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ type: 'outbound-rtp', id: 'O1', ssrc: 22, kind: 'video', mid: '1', mediaSourceId: 'S1', ...more })

/** The sample between reports one second apart, unless they say otherwise. */
export const between = (previous: Report, current: Report, intervalMs = 1000): ConnectionSample => sampleBetween(readReport(previous), readReport(current), { intervalMs })

/** One entry whose counters go from `before` to `after` in a second. */
export const step = (make: typeof inbound, before: Record<string, unknown>, after: Record<string, unknown>): ConnectionSample =>
  between(report(1000, make(before)), report(2000, make(after)))

export interface Recorded { readonly after?: string; readonly connectionState?: string; readonly synchronizationSources: readonly SynchronizationSource[]; readonly report: Report }
export interface Fixture { readonly scenario: string; readonly browser: string; readonly recordedAt: string; readonly intervalMs: number; readonly series: Readonly<Record<string, readonly Recorded[]>> }

const folder = new URL('../fixtures/', import.meta.url)
export const fixtureNames: readonly string[] = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5))
export const fixture = (name: string): Fixture => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Fixture // true: record-fixtures.mjs writes this shape

export const readRecorded = ({ report: recorded, synchronizationSources }: Recorded): ConnectionReading => withSynchronizationSources(readReport(recorded), synchronizationSources)

/** One sample per pair of neighbours: samples[n] ends at reading n + 1. */
export function replay(name: string, source: string): ConnectionSample[] {
  const { series, intervalMs } = fixture(name)
  const readings = (series[source] ?? []).map(readRecorded)
  return readings.slice(1).map((reading, n) => sampleBetween(readings[n]!, reading, { intervalMs })) // n runs one behind: it exists
}

/** Every number anywhere in a value. */
export function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}
