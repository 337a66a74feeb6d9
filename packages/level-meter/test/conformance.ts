import { LoudnessAnalyser, type LoudnessReading } from '../src/loudness-analyser.ts'
import { generate, loudnessCases, type LoudnessCase, type LoudnessExpectation } from './loudness-signals.ts'

/** Cases of true peak are made for 48 kHz: their tones are fractions of the rate. */
const loudnessOnly = loudnessCases.filter(({ signal }) => signal.kind === 'segments')

/** Which cases hold at which rate, in Hz. */
export const casesByRate = [[48_000, loudnessCases], [44_100, loudnessOnly], [32_000, loudnessOnly], [96_000, loudnessOnly]] as const

/** Entry i is the reading at 10 * (i + 1) ms. */
export async function readEvery10Ms(loudnessCase: LoudnessCase, sampleRate: number): Promise<LoudnessReading[]> {
  const channels = loudnessCase.channels.filter((label) => label !== 'M')
  using analyser = await LoudnessAnalyser.create({ sampleRate, channels: channels.length ? channels : 1 })
  const signal = generate(loudnessCase, sampleRate)
  const step = sampleRate / 100
  return Array.from({ length: (signal[0]?.length ?? 0) / step }, (_, i) => {
    analyser.push(signal.map((samples) => samples.subarray(i * step, (i + 1) * step)))
    return analyser.read()
  })
}

/** What an expectation speaks of, at every time it does. */
export function valuesToCheck({ metric, when, atTime }: LoudnessExpectation, readings: readonly LoudnessReading[]): number[] {
  const only = atTime === undefined ? readings.length : Math.round(100 * atTime)
  const [from, to] = metric === 'momentary' || metric === 'shortTerm' ? [firstOf(metric, when), readings.length] : [only, only]
  return readings.slice(from - 1, to).flatMap((reading) => valuesOf(metric, reading))
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
