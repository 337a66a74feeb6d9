import { weightsOfCount } from '../src/channel-weights.ts'
import { LoudnessAnalyser, type LoudnessReading } from '../src/loudness-analyser.ts'
import { casesByRate, readEvery10Ms, valuesToCheck } from './conformance.ts'
import { compose, programmes } from './programmes.ts'
import { measureLoudness } from './reference-loudness.ts'

/** What the README's table of accuracy says, measured. */
export interface Accuracy {
  /** Per metric: checks of the conformance cases, how many held, and the largest distance from the value expected, LU or dB. */
  readonly conformance: Record<string, { checks: number; held: number; largest: number; tolerances: string[] }>
  /** Per quantity and backend: the largest distance from the plain float64 reference on the random programmes, LU or dB. */
  readonly reference: Record<string, Record<string, number>>
  readonly programmes: number
}

const quantities = ['momentary', 'shortTerm', 'integrated', 'range', 'truePeak'] as const

export async function measureAccuracy(): Promise<Accuracy> {
  return { conformance: await conform(), reference: await compare(), programmes: programmes.length }
}

async function conform(): Promise<Accuracy['conformance']> {
  const found: Accuracy['conformance'] = {}
  for (const [sampleRate, cases] of casesByRate) {
    for (const loudnessCase of cases) {
      const readings = await readEvery10Ms(loudnessCase, sampleRate)
      for (const expectation of loudnessCase.expect) {
        const { metric, value, tolMinus, tolPlus } = expectation
        const entry = found[metric] ??= { checks: 0, held: 0, largest: 0, tolerances: [] }
        const distances = valuesToCheck(expectation, readings).map((checked) => (checked === value ? 0 : checked - value))
        entry.checks++
        if (distances.every((distance) => distance >= -tolMinus && distance <= tolPlus)) entry.held++
        entry.largest = Math.max(entry.largest, ...distances.map(Math.abs))
        const tolerance = tolMinus === tolPlus ? `±${tolPlus}` : `−${tolMinus} +${tolPlus}`
        if (!entry.tolerances.includes(tolerance)) entry.tolerances.push(tolerance)
      }
    }
  }
  return found
}

async function compare(): Promise<Accuracy['reference']> {
  const found: Accuracy['reference'] = {}
  for (const programme of programmes) {
    const { sampleRate, channels } = programme
    const signal = compose(programme)
    const { momentary, shortTerm, ...rest } = measureLoudness(signal, sampleRate, [...weightsOfCount(channels)])
    const expected: LoudnessReading = { momentary: momentary.at(-1) as number, shortTerm: shortTerm.at(-1) as number, ...rest }
    for (const backend of ['wasm-simd', 'javascript'] as const) {
      using analyser = await LoudnessAnalyser.create({ sampleRate, channels, backend })
      analyser.push(signal)
      const reading = analyser.read()
      for (const quantity of quantities) {
        const [left, right] = [[reading[quantity]].flat(), [expected[quantity]].flat()]
        const distances = left.map((x, i) => (x === right[i] || (x < -150 && (right[i] as number) < -150) ? 0 : Math.abs(x - (right[i] as number))))
        const entry = found[quantity] ??= {}
        entry[backend] = Math.max(entry[backend] ?? 0, ...distances)
      }
    }
  }
  return found
}
