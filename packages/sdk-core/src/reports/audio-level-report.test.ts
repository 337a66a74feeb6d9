import { expect, it } from 'vitest'
import { audioLevelStep, initialAudioLevels, type AudioLevelInput, type AudioLevelState, type Reading } from './audio-level-report.js'

const RATE = 48_000

/** A cut as the meter delivers it; `from` is the frame the source began at within its first second. */
function reading(index: number, from = 0, peak = 0.5): Reading {
  const frames = RATE - from
  return {
    index, frames, startFrame: index * RATE + from, sampleRate: RATE, level: Math.round(peak * 100), peak: [peak, peak / 2], rms: [peak / 4, peak / 3],
    pcm: Float32Array.from({ length: frames }, (_, n) => index + n / RATE),
  }
}

/** Drives the machine and keeps what it emits, a callback each, as "user@index" or "user:silent". */
class Driver {
  state: AudioLevelState
  readonly emitted: string[][] = []
  readonly rows: ReturnType<typeof audioLevelStep>['emit'][number][] = []
  #source = 0

  constructor(users = ['0', 'bob', 'cy'], interval = 1) {
    this.state = initialAudioLevels(interval)
    this.users(...users)
    this.step({ type: 'clock', running: true })
  }

  step(input: AudioLevelInput): this {
    const { state, emit } = audioLevelStep(this.state, input)
    this.state = state
    for (const rows of emit) {
      this.rows.push(rows)
      this.emitted.push(rows.map((row) => (row.startFrame === undefined ? `${row.userId}:silent` : `${row.userId}@${row.startFrame / RATE}`)))
    }
    return this
  }

  users(...ids: string[]): this {
    return this.step({ type: 'users', users: ids.map((userId) => ({ userId, displayName: userId.toUpperCase() })) })
  }

  meter(...ids: string[]): this {
    for (const userId of ids) this.step({ type: 'source', userId, source: ++this.#source })
    return this
  }

  stop(userId: string): this {
    return this.step({ type: 'source', userId })
  }

  read(userId: string, each: Reading, source = this.state.sources.get(userId)?.id ?? -1): this {
    return this.step({ type: 'reading', userId, source, reading: each })
  }

  settle(): this { return this.step({ type: 'settle' }) }
  tick(): this { return this.step({ type: 'tick' }) }

  /** One task with the readings of one cut. */
  cut(index: number, ...ids: string[]): this {
    for (const userId of ids) this.read(userId, reading(index))
    return this.settle()
  }
}

it('emits each cut once, ourselves first, with the samples of exactly that second', () => {
  const driver = new Driver().meter('0', 'bob', 'cy').cut(7, 'cy', 'bob', '0').cut(8, 'cy', 'bob', '0')
  expect(driver.emitted).toEqual([['0@7', 'bob@7', 'cy@7'], ['0@8', 'bob@8', 'cy@8']])
  const [row] = driver.rows[0] ?? []
  expect(row).toMatchObject({ userId: '0', displayName: '0', level: 50, sampleRate: RATE, startFrame: 7 * RATE, peak: 0.5 })
  expect(row?.rms).toBeCloseTo(0.5 / 3, 12)
  expect(row?.buffer.every((block) => block.length <= 4096)).toBe(true)
  expect(row?.buffer.flatMap((block) => [...block])).toEqual([...reading(7).pcm ?? []])
})

it('a source\'s first, partial second is no row, but the callback comes', () => {
  const driver = new Driver(['0']).meter('0').read('0', reading(3, 20_000)).settle().cut(4, '0')
  expect(driver.emitted).toEqual([[], ['0@4']])
})

it('a source that begins exactly at a cut has its row at once', () => {
  expect(new Driver(['0']).meter('0').cut(3, '0').emitted).toEqual([['0@3']])
})

it('waits for everybody who has been delivering, and for nobody who has not', () => {
  const driver = new Driver().meter('0', 'bob', 'cy').cut(5, '0', 'bob') // cy has not delivered yet
  expect(driver.emitted).toEqual([['0@5', 'bob@5']])
  driver.cut(6, '0') // bob's come in another task: another worklet node
  expect(driver.emitted).toHaveLength(1)
  driver.cut(6, 'bob')
  expect(driver.emitted[1]).toEqual(['0@6', 'bob@6'])
})

it('a newer cut ends the wait; what was late goes out by itself, nothing is lost', () => {
  const driver = new Driver(['0', 'bob']).meter('0', 'bob').cut(5, '0', 'bob').cut(6, '0').cut(7, '0').cut(6, 'bob').cut(7, 'bob')
  expect(driver.emitted).toEqual([['0@5', 'bob@5'], ['0@6'], ['bob@6'], ['0@7', 'bob@7']])
})

it('after a blocked main thread the missed seconds come one by one, and no timer slips in', () => {
  const driver = new Driver(['0', 'bob']).meter('0', 'bob').cut(10, '0', 'bob').tick()
  driver.tick() // the timer fires once for the whole block, perhaps before the messages
  for (const index of [11, 12, 13]) driver.cut(index, '0', 'bob')
  driver.cut(14, '0', 'bob')
  expect(driver.emitted).toEqual([10, 11, 12, 13, 14].map((index) => [`0@${index}`, `bob@${index}`]))
  const frames = driver.rows.map((rows) => rows[0]?.startFrame ?? 0)
  expect(frames.slice(1).map((frame, n) => frame - (frames[n] ?? 0))).toEqual([RATE, RATE, RATE, RATE])
})

it('several cuts in one task are still one callback each', () => {
  const driver = new Driver(['0', 'bob']).meter('0', 'bob')
  for (const index of [1, 2, 3]) driver.read('0', reading(index)).read('bob', reading(index))
  expect(driver.settle().emitted).toEqual([['0@1', 'bob@1'], ['0@2', 'bob@2'], ['0@3', 'bob@3']])
})

it('a source that ends is not waited for any more', () => {
  const driver = new Driver(['0', 'bob']).meter('0', 'bob').cut(1, '0', 'bob').cut(2, '0').stop('bob').settle()
  expect(driver.emitted).toEqual([['0@1', 'bob@1'], ['0@2']])
})

it('a replaced source counts anew, and readings of the old one count no more', () => {
  const driver = new Driver(['0']).meter('0').cut(1, '0').meter('0')
  driver.read('0', reading(2), 1).settle()
  driver.read('0', reading(2, 9000)).settle().cut(3, '0')
  expect(driver.emitted).toEqual([['0@1'], [], ['0@3']])
})

it('who is not entitled has no row, though metered', () => {
  expect(new Driver(['0']).meter('0', 'bob').cut(1, '0', 'bob').emitted).toEqual([['0@1']])
})

it.each<[string, (driver: Driver) => unknown, string[][]]>([
  ['nobody entitled, no clock', (driver) => driver.users().step({ type: 'clock', running: false }).tick().tick(), [[], []]],
  ['no clock', (driver) => driver.step({ type: 'clock', running: false }).tick().tick(), [['0:silent', 'bob:silent', 'cy:silent'], ['0:silent', 'bob:silent', 'cy:silent']]],
  ['a clock that stops', (driver) => driver.meter('0').cut(1, '0').step({ type: 'clock', running: false }).tick(), [['0@1'], ['0:silent', 'bob:silent', 'cy:silent']]],
  ['a clock, but nothing metered', (driver) => driver.tick().tick(), [[], []]],
  ['a clock and a source that has not delivered yet', (driver) => driver.meter('0').tick().tick(), []],
  ['a clock and readings', (driver) => driver.meter('0').tick().cut(1, '0').tick().cut(2, '0').tick(), [['0@1'], ['0@2']]],
  ['a clock that says it runs and stands', (driver) => driver.meter('0').cut(1, '0').tick().tick().tick().tick(), [['0@1'], ['0:silent', 'bob:silent', 'cy:silent']]],
])('the timer, with %s', (_, drive, expected) => {
  const driver = new Driver()
  drive(driver)
  expect(driver.emitted).toEqual(expected)
})

it('silent rows say so: level 0, no samples, no frame', () => {
  const driver = new Driver(['bob']).step({ type: 'clock', running: false }).tick()
  expect(driver.rows).toEqual([[{ userId: 'bob', displayName: 'BOB', level: 0, buffer: [], sampleRate: 0, peak: 0, rms: 0 }]])
})

it('an interval of a tenth of a second takes readings of a tenth for whole', () => {
  const driver = new Driver(['0'], 0.1).meter('0').read('0', { ...reading(1), frames: 4800, startFrame: 4800 }).settle()
  expect(driver.rows[0]).toHaveLength(1)
})

it('a meter without PCM gives rows without samples', () => {
  const { pcm: _, ...bare } = reading(1)
  expect(new Driver(['0']).meter('0').read('0', bare).settle().rows[0]?.[0]?.buffer).toEqual([])
})

it('gives loudness, and the true peak of the highest channel, when the meter measured them', () => {
  const driver = new Driver(['0']).meter('0')
  driver.step({ type: 'reading', userId: '0', source: 1, reading: { ...reading(0), momentary: -23, truePeak: [-7, -6] } }).step({ type: 'settle' })
  expect(driver.rows[0]?.[0]).toMatchObject({ loudness: -23, truePeak: -6 })
  driver.step({ type: 'reading', userId: '0', source: 1, reading: reading(1) }).step({ type: 'settle' })
  expect(driver.rows[1]?.[0]).not.toHaveProperty('loudness')
  expect(driver.rows[1]?.[0]).not.toHaveProperty('truePeak')
})

it('before an audio clock has run the timer speaks, to nobody until there are users', () => {
  const first = audioLevelStep(initialAudioLevels(1), { type: 'tick' })
  expect(first.emit).toEqual([[]])
  const { state } = audioLevelStep(first.state, { type: 'users', users: [{ userId: '0', displayName: '' }] })
  expect(audioLevelStep(state, { type: 'tick' }).emit[0]).toHaveLength(1)
})

it('the first second waits for those who deliver, as any other does', () => {
  const driver = new Driver(['0', 'bob']).meter('0', 'bob').read('bob', reading(0)).read('0', reading(1)).settle()
  expect(driver.emitted).toEqual([['bob@0']])
  expect(driver.cut(1, 'bob').emitted).toEqual([['bob@0'], ['0@1', 'bob@1']])
})

it('what comes late for a second that went out goes out by itself', () => {
  const driver = new Driver(['0', 'bob']).meter('0', 'bob').cut(1, '0').cut(1, 'bob')
  expect(driver.emitted).toEqual([['0@1'], ['bob@1']])
})

it('seconds go out in their order, whatever the order of the readings', () => {
  const driver = new Driver(['0']).meter('0').read('0', reading(10)).read('0', reading(9)).read('0', reading(11)).settle()
  expect(driver.emitted).toEqual([['0@9'], ['0@10'], ['0@11']])
})

it('who is not metered is not heard', () => {
  expect(new Driver(['bob']).read('bob', reading(1)).settle().emitted).toEqual([])
})

it('once the last metering has ended the timer speaks, and the next metering has its time to begin', () => {
  const driver = new Driver(['0']).meter('0').tick().tick().tick().stop('0').tick()
  expect(driver.emitted, 'nothing is metered').toEqual([[]])
  driver.meter('0').tick().tick().tick()
  expect(driver.emitted).toEqual([[]])
  expect(driver.tick().emitted).toEqual([[], ['0:silent']])
})

it('a second metering gets no new time for a clock that stands', () => {
  const driver = new Driver(['0', 'bob']).meter('0').tick().tick().tick().meter('bob').tick()
  expect(driver.emitted).toEqual([['0:silent', 'bob:silent']])
})
