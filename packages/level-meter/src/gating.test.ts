import { expect, test } from 'vitest'
import { gate } from '../test/reference-loudness.ts'
import { seededRandom } from '../test/signals.ts'
import { Gating } from './gating.ts'

const sampleRate = 48_000

/** Energy of 10 ms at a loudness in LUFS. */
function energyAt(lufs: number): number {
  return 10 ** ((lufs + 0.691) / 10) * sampleRate / 100
}

function measure(energies: Iterable<number>): Gating {
  const gating = new Gating(sampleRate)
  for (const energy of energies) gating.add(energy)
  return gating
}

/** To 0.5e-9 LU: both add the same energies in float64, in another order. Only whole 100 ms have a short-term loudness. */
function expectAgreement(energies: Float64Array): void {
  const { momentary, maxMomentary, shortTerm, maxShortTerm, integrated, range } = measure(energies)
  const expected = gate(energies, sampleRate)
  expect({ momentary, maxMomentary, shortTerm, maxShortTerm, integrated, range }).toEqual({
    momentary: expect.closeTo(expected.momentary.at(-1) ?? -Infinity, 9),
    maxMomentary: expect.closeTo(expected.maxMomentary, 9),
    shortTerm: expect.closeTo(expected.shortTerm.at(-1) ?? -Infinity, 9),
    maxShortTerm: expect.closeTo(expected.maxShortTerm, 9),
    integrated: expect.closeTo(expected.integrated, 9),
    range: expect.closeTo(expected.range, 9),
  })
}

/** Steps of 0.1 to 6 s, each around a loudness of `pick`. */
function stepped(random: () => number, hops: number, pick: () => number): Float64Array {
  const energies = new Float64Array(hops)
  for (let i = 0; i < hops;) {
    const level = pick()
    const end = Math.min(hops, i + 10 + Math.floor(590 * random()))
    for (; i < end; i++) energies[i] = energyAt(level + 0.2 * random())
  }
  return energies
}

test.each([
  ['programme', (random: () => number) => -80 + 80 * random()],
  ['programme with silences', (random: () => number) => random() < 0.3 ? -Infinity : -60 + 50 * random()],
  ['many blocks where the relative gate of integrated loudness lies', (random: () => number) => random() < 0.5 ? -20 : -34 + 4 * random()],
  ['many blocks where the relative gate of the range lies', (random: () => number) => random() < 0.5 ? -20 : -44 + 4 * random()],
  ['levels round the absolute gate', (random: () => number) => -70.5 + random()],
  ['the largest levels that samples can have', (random: () => number) => 20 + 750 * random()],
] as const)('agrees with the reference on %s', (_, level) => {
  const random = seededRandom(3342)
  for (let programme = 0; programme < 40; programme++) {
    expectAgreement(stepped(random, 10 * Math.floor(800 * random()), () => level(random)))
  }
})

test('agrees with the reference on three hours', () => {
  const random = seededRandom(1770)
  expectAgreement(stepped(random, 3 * 360_000, () => -40 + 20 * random()))
})

test('agrees with the reference on hours that only get louder, and only softer', () => {
  expectAgreement(Float64Array.from({ length: 360_000 }, (_, hop) => energyAt(-60 + hop / 12_000)))
  expectAgreement(Float64Array.from({ length: 360_000 }, (_, hop) => energyAt(-30 - hop / 12_000)))
})

test('agrees with the reference on an hour of equal energies', () => {
  expectAgreement(new Float64Array(360_000).fill(2 ** -4))
})

test('agrees with the reference on an hour at one level', () => {
  const random = seededRandom(3341)
  expectAgreement(Float64Array.from({ length: 360_000 }, () => energyAt(-23 + 0.01 * random())))
})

test('agrees with the reference at every hop', () => {
  const random = seededRandom(100)
  const energies = stepped(random, 700, () => -50 + 40 * random())
  const expected = gate(energies, sampleRate)
  const gating = new Gating(sampleRate)
  energies.forEach((energy, hop) => {
    gating.add(energy)
    expect(gating.momentary).toBeCloseTo(expected.momentary[hop] as number, 9)
    if (hop % 10 === 9) expect(gating.shortTerm).toBeCloseTo(expected.shortTerm[(hop - 9) / 10] as number, 9)
  })
})

test('a short-term window need not begin with a ten', () => {
  const gating = measure(Float64Array.from({ length: 304 }, (_, hop) => hop < 4 ? energyAt(0) : energyAt(-23)))
  expect(gating.shortTerm).toBeCloseTo(-23, 9)
})

test('silence is -Infinity, its range 0', () => {
  const { momentary, shortTerm, maxMomentary, maxShortTerm, integrated, range } = measure(new Float64Array(1000))
  expect([momentary, shortTerm, maxMomentary, maxShortTerm, integrated, range]).toEqual([-Infinity, -Infinity, -Infinity, -Infinity, -Infinity, 0])
})

test('before the first hop all is silence', () => {
  const { momentary, maxShortTerm, integrated, range } = new Gating(sampleRate)
  expect([momentary, maxShortTerm, integrated, range]).toEqual([-Infinity, -Infinity, -Infinity, 0])
})

test.each([[39, -Infinity], [40, -23], [49, -23]])('after %i hops of -23 LUFS integrated loudness is %f', (hops, integrated) => {
  expect(measure(new Array<number>(hops).fill(energyAt(-23))).integrated).toBeCloseTo(integrated, 9)
})

test('the range begins at 3 s', () => {
  const energies = Float64Array.from({ length: 310 }, (_, hop) => energyAt(hop < 300 ? -23 : -13))
  expect(measure(energies.subarray(0, 300)).range).toBe(0)
  expect(measure(energies).range).toBeGreaterThan(0.1)
})

test('a window not yet full is padded with silence', () => {
  const gating = measure(new Array<number>(4).fill(energyAt(-23)))
  expect(gating.momentary).toBeCloseTo(-33, 9)
  expect(gating.shortTerm).toBeCloseTo(-23 + 10 * Math.log10(4 / 300), 9)
})

// 1e-9 LU are 2e-10 of the energy, far more than the roundings of 40 additions.
test.each([[-70 + 1e-9, -70], [-70 - 1e-9, -Infinity]])('blocks of %f LUFS give integrated loudness %f', (level, integrated) => {
  expect(measure(new Array<number>(100).fill(energyAt(level))).integrated).toBeCloseTo(integrated, 8)
})

test('readings follow every block', () => {
  const gating = measure(new Array<number>(400).fill(energyAt(-23)))
  expect([gating.integrated, gating.range]).toEqual([expect.closeTo(-23, 9), expect.closeTo(0, 9)])
  for (let hop = 0; hop < 400; hop++) gating.add(energyAt(-13))
  expect([gating.integrated, gating.range]).toEqual([expect.closeTo(-15.596373, 6), expect.closeTo(10, 9)])
})

test('reading changes nothing', () => {
  const random = seededRandom(5)
  const energies = stepped(random, 3000, () => -50 + 40 * random())
  const read = new Gating(sampleRate)
  for (const energy of energies) {
    read.add(energy)
    void [read.integrated, read.range]
  }
  const unread = measure(energies)
  expect([read.integrated, read.range]).toEqual([expect.closeTo(unread.integrated, 9), unread.range])
})

test('maxima begin anew when cleared, and the windows slide on', () => {
  const gating = measure(new Array<number>(300).fill(energyAt(-10)))
  gating.clearMaxima()
  expect(gating.maxMomentary).toBe(-Infinity)
  expect(gating.maxShortTerm).toBeCloseTo(-10, 9) // no point of the 100 ms grid since: the one of now
  expect(gating.momentary).toBeCloseTo(-10, 9)
  for (let hop = 0; hop < 10; hop++) gating.add(0)
  expect(gating.maxMomentary).toBeCloseTo(-10 + 10 * Math.log10(39 / 40), 9)
  expect(gating.maxShortTerm).toBeCloseTo(-10 + 10 * Math.log10(290 / 300), 9)
  expect(gating.integrated).toBeCloseTo(-10, 0)
})

test('after a restart, anywhere, integrated loudness and range are those of what follows', () => {
  const random = seededRandom(9)
  for (let round = 0; round < 50; round++) {
    const before = stepped(random, Math.floor(1000 * random()), () => -30 + 30 * random())
    const after = stepped(random, 10 * Math.floor(100 * random()), () => -50 + 30 * random())
    const gating = measure(before)
    void [gating.integrated, gating.range]
    gating.restart()
    expect([gating.integrated, gating.range]).toEqual([-Infinity, 0])
    for (const energy of after) gating.add(energy)
    const alone = gate(after, sampleRate)
    expect([gating.integrated, gating.range]).toEqual([expect.closeTo(alone.integrated, 9), expect.closeTo(alone.range, 9)])
    const whole = gate(Float64Array.from([...before, ...after]), sampleRate)
    expect(gating.momentary).toBeCloseTo(whole.momentary.at(-1) ?? -Infinity, 9)
    expect(gating.maxMomentary).toBeCloseTo(whole.maxMomentary, 9)
    expect(gating.maxShortTerm).toBeCloseTo(whole.maxShortTerm, 9)
  }
})

test.each([8000, 11_025, 22_050, 44_100, 192_000])('at %i Hz a mean square of 1 is -0.691 LUFS', (rate) => {
  const gating = new Gating(rate)
  for (let hop = 1; hop <= 300; hop++) gating.add(Math.round(hop * rate / 100) - Math.round((hop - 1) * rate / 100))
  for (const loudness of [gating.momentary, gating.shortTerm, gating.integrated]) expect(loudness).toBeCloseTo(-0.691, 12)
})
