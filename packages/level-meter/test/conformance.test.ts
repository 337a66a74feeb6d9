import { describe, expect, test, vi } from 'vitest'
import type { LoudnessReading } from '../src/loudness-analyser.ts'
import { casesByRate, readEvery10Ms, valuesToCheck } from './conformance.ts'
import { announced, loudnessCases, type LoudnessExpectation } from './loudness-signals.ts'

// All of this is computing, so it takes as long as the machine has other work too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

test('the file has as many cases and checks as it says', () => {
  expect({ cases: loudnessCases.length, checks: loudnessCases.reduce((sum, { expect }) => sum + expect.length, 0) }).toEqual(announced)
})

describe.each(casesByRate)('at %i Hz', (sampleRate, cases) => {
  test.each(cases.map((loudnessCase) => [loudnessCase.id, loudnessCase] as const))('%s', async (_, loudnessCase) => {
    const readings = await readEvery10Ms(loudnessCase, sampleRate)
    expect(loudnessCase.expect.flatMap((expectation) => findFaults(expectation, readings))).toEqual([])
  })
})

function findFaults(expectation: LoudnessExpectation, readings: readonly LoudnessReading[]): string[] {
  const { metric, value, tolMinus, tolPlus } = expectation
  const checked = valuesToCheck(expectation, readings)
  if (checked.length === 0) return [`${metric}: no reading to check`]
  return checked.filter((found) => !(found >= value - tolMinus && found <= value + tolPlus)).map((found) => `${metric} is ${found}, not ${value} -${tolMinus} +${tolPlus}`)
}
