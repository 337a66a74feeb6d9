import { describe, expect, test, vi } from 'vitest'
import { LoudnessAnalyser, type LoudnessReading } from '../src/loudness-analyser.ts'
import { announced, generate, loudnessCases, type LoudnessCase, type LoudnessExpectation } from './loudness-signals.ts'

// All of this is computing, so it takes as long as the machine has other work too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Cases of true peak are made for 48 kHz: their tones are fractions of the rate. */
const loudnessOnly = loudnessCases.filter(({ signal }) => signal.kind === 'segments')

test('the file has as many cases and checks as it says', () => {
  expect({ cases: loudnessCases.length, checks: loudnessCases.reduce((sum, { expect }) => sum + expect.length, 0) }).toEqual(announced)
})

describe.each([[48_000, loudnessCases], [44_100, loudnessOnly], [32_000, loudnessOnly], [96_000, loudnessOnly]] as const)('at %i Hz', (sampleRate, cases) => {
  test.each(cases.map((loudnessCase) => [loudnessCase.id, loudnessCase] as const))('%s', async (_, loudnessCase) => {
    const readings = await readEvery10Ms(loudnessCase, sampleRate)
    expect(loudnessCase.expect.flatMap((expectation) => findFaults(expectation, readings))).toEqual([])
  })
})

/** Entry i is the reading at 10 * (i + 1) ms. */
async function readEvery10Ms(loudnessCase: LoudnessCase, sampleRate: number): Promise<LoudnessReading[]> {
  const channels = loudnessCase.channels.filter((label) => label !== 'M')
  using analyser = await LoudnessAnalyser.create({ sampleRate, channels: channels.length ? channels : 1 })
  const signal = generate(loudnessCase, sampleRate)
  const step = sampleRate / 100
  return Array.from({ length: (signal[0]?.length ?? 0) / step }, (_, i) => {
    analyser.push(signal.map((samples) => samples.subarray(i * step, (i + 1) * step)))
    return analyser.read()
  })
}

function findFaults({ metric, when, atTime, value, tolMinus, tolPlus }: LoudnessExpectation, readings: readonly LoudnessReading[]): string[] {
  const only = atTime === undefined ? readings.length : Math.round(100 * atTime)
  const [from, to] = metric === 'momentary' || metric === 'shortTerm' ? [firstOf(metric, when), readings.length] : [only, only]
  const checked = readings.slice(from - 1, to).flatMap((reading) => valuesOf(metric, reading))
  if (checked.length === 0) return [`${metric}: no reading to check`]
  return checked.filter((found) => !(found >= value - tolMinus && found <= value + tolPlus)).map((found) => `${metric} is ${found}, not ${value} -${tolMinus} +${tolPlus}`)
}

/** The first reading, counted from 1, that `when` speaks of: the windows are 400 ms and 3 s. */
function firstOf(metric: 'momentary' | 'shortTerm', when: string | undefined): number {
  if (when === 'every value once the window is full') return metric === 'momentary' ? 40 : 300
  const from = /^t >= (\d+) s, every value$/.exec(when ?? '')?.[1]
  if (from === undefined) throw new Error(`unknown condition ${when}`)
  return 100 * Number(from)
}

function valuesOf(metric: LoudnessExpectation['metric'], reading: LoudnessReading): number[] {
  switch (metric) {
    case 'loudnessRange': return [reading.range]
    case 'maxTruePeak': return reading.truePeak
    default: return [reading[metric]]
  }
}
