import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fixture, fixtureNames, inbound, report, type Recorded, type Report } from '../../test/reports.ts'
import type { ConnectionSample } from '../connection-sample.ts'
import type { SynchronizationSource } from '../connection-reading.ts'
import { StatsSampler, type StatsSource } from '../stats-sampler.ts'
import { readRecording, sampleRecording } from './read-recording.ts'
import { startRecording } from './start-recording.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Gives recorded reports again, one per call, and closes after the last. */
class Replayed implements StatsSource {
  signalingState = 'stable'
  #next = 0
  #current: readonly SynchronizationSource[] = []
  readonly #readings: readonly Pick<Recorded, 'report' | 'synchronizationSources'>[]
  constructor(readings: readonly Pick<Recorded, 'report' | 'synchronizationSources'>[]) {
    this.#readings = readings
  }
  async getStats(): Promise<RTCStatsReport> {
    const reading = this.#readings[this.#next++]
    if (!reading) this.signalingState = 'closed'
    this.#current = reading?.synchronizationSources ?? []
    return new Map(reading?.report ?? [])
  }
  getSynchronizationSources(): readonly SynchronizationSource[] {
    return this.#current
  }
}

const once = (...reports: Report[]): Replayed => new Replayed(reports.map((entries) => ({ report: entries, synchronizationSources: [] })))
const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

describe('a recording gives the samples the sampler gave, to the last bit', () => {
  test.each(fixtureNames.flatMap((name) => [[name, false], [name, true]] as const))('%s, with addresses: %s', async (name, withAddresses) => {
    const { series, intervalMs } = fixture(name)
    const sampler = new StatsSampler({ intervalMs })
    const names = new Map<StatsSource, string>(Object.entries(series).map(([source, readings]) => [new Replayed(readings), source]))
    const live: { source: string; sample: ConnectionSample }[] = []
    let text = ''
    startRecording(sampler, (line) => (text += line), { nameOf: (source) => names.get(source), withAddresses })
    for (const [source, named] of names) sampler.add(source, (sample) => live.push({ source: named, sample }))
    await seconds(20)
    expect(live.length).toBeGreaterThan(3)
    expect([...sampleRecording(text)]).toEqual(live)
  })

  test('the time of a report whose newest entry is left out is kept', async () => {
    const sampler = new StatsSampler()
    let text = ''
    startRecording(sampler, (line) => (text += line))
    sampler.add(once(report(5000, { type: 'certificate', id: 'C', timestamp: 5001 }, inbound())), () => {})
    await seconds(0)
    expect([...readRecording(text)].map(({ reading }) => reading.timestamp)).toEqual([5001])
    expect(text).not.toContain('certificate')
  })

  test('whatever a source calls a report: what cannot be read is left out, the rest is recorded', async () => {
    const sampler = new StatsSampler()
    const onError = vi.fn()
    let text = ''
    startRecording(sampler, (line) => (text += line), { onError })
    const odd = [7, null, ['a'], [3, {}], ['b', null], ['c', 'text'], ...report(5000, inbound({ bytesReceived: 10n, jitter: NaN }))] as unknown as RTCStatsReport
    sampler.add({ getStats: () => Promise.resolve(odd) }, () => {})
    await seconds(0)
    expect(onError).not.toHaveBeenCalled()
    expect([...readRecording(text)].map(({ reading }) => reading.streams)).toMatchObject([[{ id: 'I1', ssrc: 11 }]])
  })
})

describe('privacy', () => {
  // Every member of the candidate, certificate and transport dictionaries that tells where or who, and a few a browser might invent.
  // https://w3c.github.io/webrtc-stats/#icecandidate-dict*, #certificatestats-dict*, #transportstats-dict*, #codecstats-dict*
  const secret = (name: string): string => `SECRET-${name}`
  const secrets = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, secret(name)]))
  const candidate = { port: 54_321, relatedPort: 54_322, priority: 54_323, ...secrets('address', 'ip', 'ipAddress', 'url', 'relatedAddress', 'foundation', 'usernameFragment', 'relayProtocol') }
  const full = report(1000,
    inbound({ ...secrets('trackLabel', 'remoteAddress', 'cname') }),
    { type: 'local-candidate', id: 'SECRET-host', ...candidate }, { type: 'remote-candidate', id: 'SECRET-remote', ...candidate },
    { type: 'certificate', id: 'SECRET-CF12:34', ...secrets('fingerprint', 'fingerprintAlgorithm', 'base64Certificate', 'issuerCertificateId') },
    { type: 'transport', id: 'T', selectedCandidatePairId: 'P', bytesSent: 3, ...secrets('iceLocalUsernameFragment', 'localCertificateId', 'remoteCertificateId', 'tlsGroup', 'srtpCipher', 'dtlsCipher') },
    { type: 'candidate-pair', id: 'P', localPort: 54_324, nested: candidate, list: [secret('list')], bytesSent: 4, ...secrets('localCandidateId', 'remoteCandidateId', 'localAddress', 'password') },
    { type: 'data-channel', id: 'D', ...secrets('label', 'protocol') },
    { type: 'codec', id: 'K', ...secrets('sdpFmtpLine', 'mimeType') },
    { type: 'something-new', id: 'N', ...candidate },
  )

  async function recorded(options: { withAddresses?: boolean }): Promise<string> {
    const sampler = new StatsSampler()
    let text = ''
    startRecording(sampler, (line) => (text += line), options)
    sampler.add(once(full), () => {})
    await seconds(0)
    return text
  }

  test('no address, port, url, ICE user name, foundation, fingerprint or certificate is written, in no kind of entry', async () => {
    const text = await recorded({})
    expect(text).toContain('"bytesSent":4')
    expect(text).not.toMatch(/SECRET|5432\d/)
  })

  test('unless asked for', async () => {
    const text = await recorded({ withAddresses: true })
    for (const [name] of full.flatMap(([, entry]) => Object.entries(entry))) expect(text).toContain(`"${name}"`)
    expect(text).toContain('54321')
  })
})

describe('names', () => {
  test('are given by order where nobody gives them, and two sources never have one', async () => {
    const sampler = new StatsSampler()
    let text = ''
    startRecording(sampler, (line) => (text += line), { nameOf: (source) => (source === unnamed ? undefined : 'peer') })
    const unnamed = once(report(1, inbound()))
    for (const source of [once(report(1, inbound())), unnamed, once(report(1, inbound()))]) sampler.add(source, () => {})
    await seconds(0)
    expect([...readRecording(text)].map(({ source }) => source)).toEqual(['peer', 'connection 2', 'peer 2'])
  })
})

describe('wrong arguments', () => {
  test('are refused by name, before anything is written', () => {
    const write = vi.fn()
    expect(() => startRecording({} as StatsSampler, write)).toThrow(/^sampler must be a StatsSampler/)
    expect(() => startRecording(new StatsSampler(), undefined as unknown as () => void)).toThrow(/^write must be a function/)
    expect(write).not.toHaveBeenCalled()
  })

  test('a name that is no text is made one, so that the recording can be read', async () => {
    const sampler = new StatsSampler()
    let text = ''
    startRecording(sampler, (line) => (text += line), { nameOf: () => 7 as unknown as string })
    sampler.add(once(report(1, inbound())), () => {})
    await seconds(0)
    expect([...readRecording(text)].map(({ source }) => source)).toEqual(['7'])
  })

  test('a report that cannot be copied is told to onError', async () => {
    const sampler = new StatsSampler()
    const onError = vi.fn()
    startRecording(sampler, () => {}, { onError })
    const circle: Record<string, unknown> = {}
    circle['circle'] = circle
    sampler.add(once(report(1, inbound({ circle }))), () => {})
    await seconds(0)
    expect(onError.mock.calls).toEqual([[expect.any(RangeError)]])
  })
})

describe('the life of a recording', () => {
  const four = (): Replayed => once(...[1, 2, 3, 4].map((second) => report(second * 1000, inbound({ bytesReceived: second }))))

  test('the header is written at once, and nothing after stop or after the sampler closes', async () => {
    const sampler = new StatsSampler()
    const [first, second] = [vi.fn(), vi.fn()]
    const stop = startRecording(sampler, first)
    expect(first.mock.calls).toEqual([['{"format":"earshot-stats","version":1,"intervalMs":1000}\n']])
    startRecording(sampler, second)
    sampler.add(four(), () => {})
    await seconds(1)
    stop()
    stop()
    await seconds(1)
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([3, 4])
    sampler.close()
    await seconds(5)
    expect(second).toHaveBeenCalledTimes(4)
  })

  test('a report on its way when the sampler closes is not recorded', async () => {
    const sampler = new StatsSampler()
    const write = vi.fn()
    startRecording(sampler, write)
    sampler.add(four(), () => {})
    sampler.close()
    await seconds(1)
    expect(write).toHaveBeenCalledTimes(1)
  })

  test('where the line that says so is lost, the next one says it', async () => {
    const sampler = new StatsSampler()
    let text = ''
    let lines = 0
    startRecording(sampler, (line) => {
      if (++lines === 4) throw new Error('disk full')
      text += line
    }, { onError: () => {} })
    const source = once(report(1000, inbound()), report(2000, inbound()), report(9000, inbound()), report(10_000, inbound()), report(11_000, inbound()))
    const stop = sampler.add(source, () => {})
    await seconds(1)
    stop()
    sampler.add(source, () => {})
    await seconds(2)
    expect([...readRecording(text)].map(({ reading, begins }) => [reading.timestamp, begins])).toEqual([[1000, true], [2000, false], [10_000, true], [11_000, false]])
  })

  test('a source added again begins anew', async () => {
    const sampler = new StatsSampler()
    let text = ''
    startRecording(sampler, (line) => (text += line))
    const source = four()
    const stop = sampler.add(source, () => {})
    await seconds(1)
    stop()
    sampler.add(source, () => {})
    await seconds(1)
    expect([...readRecording(text)].map(({ begins }) => begins)).toEqual([true, false, true, false])
    expect([...sampleRecording(text)]).toHaveLength(2)
  })

  test.each<[string, () => unknown]>([
    ['throws', () => { throw new Error('disk full') }],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('a write that %s once is told, costs its line alone, and the next sample covers the longer time', async (_, failure) => {
    const sampler = new StatsSampler()
    const onSample = vi.fn()
    const errors: unknown[] = []
    let [text, calls] = ['', 0]
    startRecording(sampler, (line) => (++calls === 3 ? failure() : (text += line)), { onError: (error) => errors.push(error) })
    sampler.add(four(), onSample)
    await seconds(3)
    expect(errors).toEqual([expect.objectContaining({ message: 'disk full' })])
    expect(onSample).toHaveBeenCalledTimes(3)
    expect([...sampleRecording(text)].map(({ sample }) => sample.durationMs)).toEqual([2000, 1000])
  })

  test.each<[string, () => unknown]>([
    ['throws', () => { throw new Error('disk full') }],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('an onError that throws, after a write that %s, is reported and stops nothing', async (_, failure) => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {}) // where there is no reportError
    startRecording(new StatsSampler(), failure, { onError: () => { throw new Error('mine') } })
    await seconds(0)
    expect(reported.mock.calls).toEqual([[expect.objectContaining({ message: 'mine' })]])
  })

  test('a header that failed is written before the next line, so that what follows can be read', async () => {
    const sampler = new StatsSampler()
    const reported = vi.spyOn(console, 'error').mockImplementation(() => {}) // where there is no reportError
    let [text, calls] = ['', 0]
    startRecording(sampler, (line) => {
      if (++calls < 3) throw new Error('not open yet')
      text += line
    })
    sampler.add(four(), () => {})
    await seconds(3)
    expect(reported).toHaveBeenCalledTimes(2)
    expect([...readRecording(text)].map(({ reading }) => reading.timestamp)).toEqual([2000, 3000, 4000])
  })
})
