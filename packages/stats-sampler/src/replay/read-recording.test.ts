import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { outbound, report } from '../../test/reports.ts'
import { readRecording, sampleRecording, type RecordedReading } from './read-recording.ts'
import { RecordingError } from './recording-error.ts'

const load = (name: string): string => readFileSync(new URL(`../../fixtures/dumps/${name}`, import.meta.url), 'utf8')
const internals = load('webrtc-internals.json')
const rtcstats = load('rtcstats.txt')

const header = '{"format":"earshot-stats","version":1,"intervalMs":1000}'
const line = (seconds: number, more: object = {}): string =>
  JSON.stringify({ source: 'a', timestamp: seconds * 1000, synchronizationSources: [], report: report(seconds * 1000, outbound({ bytesSent: seconds * 100, headerBytesSent: 0 })), ...more })

/** What is read before the error, and the error. */
function readUntilError(text: string): { read: RecordedReading[]; error: unknown } {
  const read: RecordedReading[] = []
  try {
    for (const item of readRecording(text)) read.push(item)
  } catch (error) {
    return { read, error }
  }
  return { read, error: undefined }
}

describe('dumps of chrome://webrtc-internals', () => {
  test('both of its formats, saved of one call in Chromium, give the same readings to the last bit', () => {
    const whole = [...readRecording(rtcstats)]
    const putTogether = [...readRecording(internals)]
    expect(putTogether).toHaveLength(22)
    for (const source of ['8-1', '8-2']) expect(putTogether.filter((item) => item.source === source)).toEqual(whole.filter((item) => item.source === source))
  })

  test('the call can be seen in it: video comes and goes, audio stays at 50 packets a second, nothing is reset', () => {
    const samples = [...sampleRecording(internals)].filter(({ source }) => source === '8-1').map(({ sample }) => sample)
    expect(samples.map(({ tracks }) => tracks.length)).toEqual([1, 1, 1, 2, 2, 2, 2, 1, 1, 1])
    for (const { tracks } of samples) expect(tracks.find(({ kind }) => kind === 'audio')?.packetsPerSecond).toBeCloseTo(50, -1) // 20 ms each; ticks are up to 5 ms off
    expect(samples.some(({ reset, gap }) => reset || gap)).toBe(false)
    expect(samples.at(-1)).toMatchObject({ rttSource: 'candidate-pair', tracks: [{ mid: '0', trackIdentifier: expect.stringMatching(/^[-\da-f]{36}$/) as string }] })
  })

  /** A dump of one connection: an entry with a value per second from second 1 on, and members that begin later. */
  const dump = (id: string, statsType: string, members: Record<string, [from: number, values: unknown[]]>, times: number[]): object => {
    const series = ([from, values]: [number, unknown[]], last: number) => ({ startTime: iso(times[from]), endTime: iso(times[last]), statsType, values: JSON.stringify(values) })
    const all: Record<string, [number, unknown[]]> = { ...members, timestamp: [0, times] }
    return Object.fromEntries(Object.entries(all).map(([member, [from, values]]) => [`${id}-${member}`, series([from, values], member === 'away' ? times.length - 1 : from + values.length - 1)]))
  }
  const iso = (time = NaN): string => new Date(time).toISOString()
  const read = (...entries: object[]): RecordedReading[] => [...readRecording(JSON.stringify({ PeerConnections: { '1-1': { stats: Object.assign({}, ...entries) as object } } }))]
  const seconds = [1000.5, 2000.5, 3000.5, 4000.5]
  const kind: [number, unknown[]] = [0, ['video', 'video', 'video', 'video']]

  test('a member that comes later or goes earlier than its entry stands at its own time', () => {
    const readings = read(dump('I-1', 'inbound-rtp', { kind, bytesReceived: [2, [7, 8]], packetsReceived: [0, [1, 2]] }, seconds))
    expect(readings.map(({ reading: { streams: [stream] } }) => [stream?.payloadBytes, stream?.packets])).toEqual([[undefined, 1], [undefined, 2], [7, undefined], [8, undefined]])
  })

  test('a member that was away in between is left out, not guessed', () => {
    const stats = dump('I-1', 'inbound-rtp', { kind, bytesReceived: [0, [5, 6, 7, 8]] }, seconds)
    const away = { 'I-1-packetsReceived': { startTime: iso(seconds[0]), endTime: iso(seconds[3]), statsType: 'inbound-rtp', values: '[1,2,4]' } }
    for (const { reading } of read(stats, away)) expect(reading.streams[0]).not.toHaveProperty('packets')
  })

  test('an RTCP report stays in every reading until the next one, as it did in the browser', () => {
    const local = dump('O', 'outbound-rtp', { kind, ssrc: [0, [5, 5, 5, 5]] }, seconds)
    const remote = dump('R', 'remote-inbound-rtp', { kind: [0, ['video', 'video', 'video']], ssrc: [0, [5, 5, 5]], roundTripTime: [0, [0.1, 0.1, 0.2]] }, [1500, 1500, 3700])
    expect(read(local, remote).map(({ reading }) => reading.rttMs)).toEqual([undefined, 100, 100, 200])
  })

  test('texts that the page has taken for numbers are texts again', () => {
    const readings = read(dump('I', 'inbound-rtp', { kind, mid: [0, [0, 0, 0, 0]], rid: [0, [1, 1, 1, 1]] }, seconds))
    expect(readings[0]?.reading.streams[0]).toMatchObject({ mid: '0', rid: '1' })
  })

  test('an hour of 1000 values each is read in well under a second', () => {
    const times = Array.from({ length: 1000 }, (_, n) => n * 1000 + 1000.5)
    const entries = Array.from({ length: 50 }, (_, n) => dump(`I${n}`, 'inbound-rtp', { kind: [0, times.map(() => 'audio')], bytesReceived: [0, times], away: [0, times.slice(1)] }, times))
    expect(read(...entries)).toHaveLength(1000)
  })
})

describe('what is wrong with a file', () => {
  test('a recording that is cut in its last line: all before it is given, then the error names the line', () => {
    const text = [header, line(1), line(2), line(3).slice(0, -20)].join('\n')
    const { read, error } = readUntilError(text)
    expect(read.map(({ reading }) => reading.timestamp)).toEqual([1000, 2000])
    expect(error).toBeInstanceOf(RecordingError)
    expect(error).toMatchObject({ line: 4, message: 'line 4: cut short' })
  })

  test.each([1, 10, 60, 100, 200])('cut after %i characters, within a line, a recording says so', (length) => {
    const text = [header, line(1), line(2)].join('\n')
    const { error } = readUntilError(text.slice(0, length))
    expect(error).toMatchObject({ name: 'RecordingError', message: expect.stringMatching(/cut short|begins with/) as string })
  })

  test('a dump that is cut short says so with the line of its end, wherever it is cut', () => {
    for (const length of [2, 300, 5000, internals.length >> 1, internals.length - 3]) {
      const text = internals.slice(0, length)
      expect(() => [...readRecording(text)]).toThrow(`line ${text.trimEnd().split('\n').length}: cut short`)
    }
  })

  test.each<[string, string, string]>([
    ['empty', '', 'line 1: the file is empty'],
    ['white', ' \n\n', 'line 1: the file is empty'],
    ['text', 'a,b\n1,2', 'line 1: neither a dump of chrome://webrtc-internals nor a recording of @earshot/stats-sampler: it begins with "a,b\\n1,2"'],
    ['other JSON', '{"a": 1}', 'this is JSON, but neither a dump of chrome://webrtc-internals nor a recording of @earshot/stats-sampler'],
    ['a list', '[1]', 'this is JSON, but neither'],
    ['damaged JSON', '{\n "a": 1,\n "b": nonsense,\n "c": 3 }', 'line 3: not JSON at column 8 (Unexpected token'],
    ['damaged JSON, of which the engine tells the place', '{\n "a": 1,\n "b" 2}', 'line 3: not JSON at column 6'],
    ['a later version', '{"format":"earshot-stats","version":2}', 'line 1: a recording of version 2; this program reads version 1'],
    ['no interval', '{"format":"earshot-stats","version":1}', 'line 1: intervalMs must be'],
    ['a line that is no object', `${header}\n7`, 'line 2: not a report'],
    ['a damaged line', `${header}\n\n{"source" 7}\n${line(1)}`, 'line 3: not JSON at column 11'],
    ['no name', `${header}\n${line(1, { source: 3 })}`, 'line 2: source must be a string'],
    ['no time', `${header}\n${line(1, { timestamp: null })}`, 'line 2: timestamp must be'],
    ['levels of another shape', `${header}\n${line(1, { synchronizationSources: [1] })}`, 'line 2: synchronizationSources must be'],
    ['no report', `${header}\n${line(1, { report: {} })}`, 'line 2: report must be'],
    ['a second recording behind the first', `${header}\n${line(1)}\n${header}`, 'line 3: another recording begins here; a file has one'],
    ['a flag of another kind', `${header}\n${line(1, { begins: 1 })}`, 'line 2: begins must be'],
    ['a connection without statistics', '{"PeerConnections":{"1-1":{}}}', '1-1: the connection has no stats'],
    ['a series of another shape', '{"PeerConnections":{"1-1":{"stats":{"I-kind":{"values":"[1]"}}}}}', '1-1: I-kind: not a series'],
    ['a series that is cut', '{"PeerConnections":{"1-1":{"stats":{"I-kind":{"values":"[1"}}}}}', '1-1: I-kind: values is not JSON'],
    ['a dump without times', '{"PeerConnections":{"1-1":{"stats":{"I-kind":{"statsType":"x","startTime":"2020-01-01","endTime":"2020-01-02","values":"[1]"}}}}}', '1-1: the dump has no time of each value, as those of Chromium before 117'],
    ['rtcstats-js, compressed', 'RTCStatsDump\n{"fileFormat":3}\n["getStats","1",{"a":{"t":1}},3]', 'line 3: a report that rtcstats-js has compressed'],
    ['a cut rtcstats dump', 'RTCStatsDump\n{"fileFormat":3}\n["getStats","1",{"a', 'line 3: cut short'],
  ])('%s', (_, text, message) => {
    expect(readUntilError(text).error).toMatchObject({ name: 'RecordingError', message: expect.stringContaining(message) as string })
  })
})

test('anything but a text is refused by name', () => {
  expect(() => [...readRecording(new TextEncoder().encode(header) as unknown as string)]).toThrow(new TypeError('text must be a string, got object'))
  expect(() => [...sampleRecording(undefined as unknown as string)]).toThrow(new TypeError('text must be a string, got undefined'))
})

describe('our own recording', () => {
  test('empty lines, Windows line ends and a byte order mark do not matter, and neither does a line feed at the end', () => {
    const text = `\uFEFF${header}\r\n\r\n${line(1)}\r\n${line(2)}\n`
    expect([...sampleRecording(text)]).toMatchObject([{ source: 'a', sample: { durationMs: 1000, streams: [{ bytesPerSecond: 100 }] } }])
  })

  test('sources stand between each other, and a sampling that begins anew has no sample with what was before', () => {
    const text = [header, line(1), line(1.1, { source: 'b' }), line(2), line(2.1, { source: 'b' }), line(9, { begins: true }), line(10)].join('\n')
    expect([...sampleRecording(text)].map(({ source, sample }) => [source, sample.timestamp, sample.durationMs])).toEqual([['a', 2000, 1000], ['b', 2100, 1000], ['a', 10_000, 1000]])
  })

  test('reading is lazy: the first of many lines is there before the others are looked at', () => {
    const [first] = readRecording([header, line(1), 'not looked at'].join('\n'))
    expect(first?.source).toBe('a')
  })

  test('the time of reading grows with the length, not with its square', () => {
    const text = [header, ...Array.from({ length: 40_000 }, (_, n) => line(n + 1))].join('\n')
    expect([...sampleRecording(text)]).toHaveLength(39_999)
  })
})
