// Do today's browsers still report what the stored fixtures say? Four recordings are made anew, in real time, and compared by members and units.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, readRecorded, type Fixture, type Recorded, type Report } from './reports.ts'

const program = (name: string): string => fileURLToPath(new URL(`../scripts/${name}.mjs`, import.meta.url))
const run = promisify(execFile)
const folder = mkdtempSync(path.join(tmpdir(), 'earshot-fixtures-'))
const rerecord = (browser: string, ...scenarios: string[]) => run(process.execPath, [program('record-fixtures'), '--browser', browser, '--into', folder, ...scenarios])
const recordings = ['audio-video-two-way', 'simulcast-rid', 'fifty-tracks', 'audio-video-two-way.firefox']

/** With synchronization sources as one more type. */
type Entry = Readonly<Record<string, unknown>>
const entriesOf = ({ report, synchronizationSources }: Recorded): Entry[] => [...report.map(([, entry]) => entry), ...synchronizationSources.map((source) => ({ type: 'synchronization-source', ...source }))]
const groupOf = ({ type, kind }: Entry): string => (typeof kind === 'string' ? `${String(type)} ${kind}` : String(type))
const readingsOf = ({ series }: Fixture): Recorded[] => Object.values(series).flat()

/** Every member of every kind of entry, as 'outbound-rtp video.bytesSent'. */
const membersOf = (readings: readonly Recorded[]): Set<string> => new Set(readings.flatMap(entriesOf).flatMap((entry) => Object.keys(entry).map((member) => `${groupOf(entry)}.${member}`)))

function without({ report, synchronizationSources, ...rest }: Recorded, member: string): Recorded {
  const strip = <Any extends Entry>(entry: Any, group = groupOf(entry)): Any => Object.fromEntries(Object.entries(entry).filter(([name]) => `${group}.${name}` !== member)) as Any // true of what is left: nothing else changed
  return { ...rest, report: report.map(([id, entry]) => [id, strip(entry)]), synchronizationSources: synchronizationSources.map((source) => strip(source as typeof source & Entry, 'synchronization-source')) }
}

/** A browser without transport entries (Firefox before 153): the marks of the candidate pairs are read instead. */
const withoutTransport = (reading: Recorded): Recorded => ({ ...reading, report: reading.report.filter(([, { type }]) => type !== 'transport') as Report })

/** A member is read when some reading would be another without it. */
function isRead(recorded: readonly Recorded[], member: string): boolean {
  const text = (reading: Recorded): string => JSON.stringify(readRecorded(reading))
  return [...recorded, ...recorded.map(withoutTransport)].some((reading) => text(without(reading, member)) !== text(reading))
}

function differences(stored: Fixture, fresh: Fixture): { faults: string[]; unread: string[] } {
  const onlyIn = (one: Fixture, other: Fixture, name: string): { member: string; read: boolean }[] => {
    const others = membersOf(readingsOf(other))
    return [...membersOf(readingsOf(one))].filter((member) => !others.has(member)).map((member) => ({ member: `${name}: ${member}`, read: isRead(readingsOf(one), member) }))
  }
  const found = [...onlyIn(stored, fresh, 'missing'), ...onlyIn(fresh, stored, 'new')]
  const named = (wanted: boolean): string[] => found.filter(({ read }) => read === wanted).map(({ member }) => member)
  return { faults: named(true), unread: named(false) }
}

/** On a loopback call each of these is far below its limit in the right unit, and above it in the next smaller one. Frames that came late are shown at once. */
const LIMITS: Readonly<Record<string, number>> = { jitter: 1, roundTripTime: 1, currentRoundTripTime: 1, fractionLost: 1, audioLevel: 1, framesPerSecond: 250 }

function unitFaults(recorded: Fixture): string[] {
  const at = Date.parse(recorded.recordedAt)
  return readingsOf(recorded).flatMap(entriesOf).flatMap((entry) => Object.entries(entry).flatMap(([member, value]) => {
    // A minute: no recording takes longer.
    const wrong = member === 'timestamp' ? Math.abs(Number(value) - at) > 60_000
      : member === 'totalSamplesDuration' || member === 'totalAudioEnergy' ? Number(value) > 60
        : Number(value) > (LIMITS[member] ?? Infinity)
    return wrong ? [`${groupOf(entry)}.${member} is ${String(value)}`] : []
  }))
}

describe('the comparison itself', () => {
  const stored = fixture('audio-video-two-way')
  const changed = (change: (reading: Recorded) => Recorded): Fixture => ({ ...stored, series: Object.fromEntries(Object.entries(stored.series).map(([source, readings]) => [source, readings.map(change)])) })

  test.each([
    'inbound-rtp video.packetsLost', 'inbound-rtp audio.jitter', 'outbound-rtp audio.headerBytesSent', 'outbound-rtp video.mediaSourceId', 'media-source audio.audioLevel',
    'remote-inbound-rtp video.fractionLost', 'candidate-pair.currentRoundTripTime', 'candidate-pair.nominated', 'transport.bytesReceived', 'synchronization-source.audioLevel',
  ])('names %s when it is gone, and when it is new', (member) => {
    const less = changed((reading) => without(reading, member))
    expect([differences(stored, less).faults, differences(less, stored).faults]).toEqual([[`missing: ${member}`], [`new: ${member}`]])
  })

  test('lets a member come and go that nothing here reads', () => {
    const less = changed((reading) => without(reading, 'outbound-rtp video.qpSum'))
    expect(differences(stored, less)).toEqual({ faults: [], unread: ['missing: outbound-rtp video.qpSum'] })
  })

  test('finds milliseconds where there were seconds, and seconds where there were milliseconds', () => {
    const scaled = (group: string, member: string, factor: number): string[] => unitFaults(changed((reading) => ({
      ...reading, report: reading.report.map(([id, entry]) => [id, groupOf(entry) === group && member in entry ? { ...entry, [member]: Number(entry[member]) * factor } : entry]),
    })))
    expect(unitFaults(stored)).toEqual([])
    expect(scaled('inbound-rtp audio', 'jitter', 1000)[0]).toMatch(/^inbound-rtp audio\.jitter is \d/)
    expect(scaled('candidate-pair', 'currentRoundTripTime', 1000)[0]).toMatch(/^candidate-pair\.currentRoundTripTime is \d/)
    expect(scaled('transport', 'timestamp', 1 / 1000)[0]).toMatch(/^transport\.timestamp is \d/)
  })
})

describe('today\'s browsers', () => {
  // In real time, beside each other: the longest has 15 readings a second apart.
  beforeAll(async () => void await Promise.all([
    rerecord('chromium', 'simulcast-rid'),
    rerecord('chromium', 'audio-video-two-way', 'fifty-tracks'),
    rerecord('firefox', 'audio-video-two-way'),
  ]), 90_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  const fresh = (name: string): Fixture => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as Fixture // true: record-fixtures.mjs writes this shape

  test.each(recordings)('%s: the members that are read are those of the stored recording', (name) => {
    const { faults, unread } = differences(fixture(name), fresh(name))
    if (unread.length > 0) console.log(`${name}, not read here: ${unread.join(', ')}`)
    expect(faults).toEqual([])
  })

  // The members are those of fifty tracks, too, whose round trips take seconds on a busy machine.
  test.each(recordings.filter((name) => name !== 'fifty-tracks'))('%s: its values are in the same units', (name) => {
    expect(unitFaults(fresh(name))).toEqual([])
  })
})

test.concurrent.each(['chromium', 'firefox'])('%s: a second of the worker clock is a second in a hidden tab, whose own timers are slowed down', async (browser) => {
  const { stdout } = await run(process.execPath, [program('hidden-clock'), browser])
  const { visibility, worker, timer } = JSON.parse(stdout) as { visibility: string; worker: number[]; timer: number[] } // true: what the script prints
  expect([visibility, timer.every((ms) => ms > 500)]).toEqual(['hidden', true]) // asked for every 100 ms: the tab is really throttled
  expect(Math.abs(worker.reduce((sum, ms) => sum + ms, 0) / worker.length - 1000)).toBeLessThan(50)
}, 60_000)
