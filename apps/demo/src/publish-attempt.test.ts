import { expect, it } from 'vitest'
import { attemptAfter, type Devices } from './publish-attempt.js'

const devices = (text: string): Devices => ({ audio: text.includes('a'), camera: text.includes('c') })

it.each<[string, number | undefined, string | undefined]>([
  ['ac', 10001, 'c'], ['ac', 10003, 'c'], ['ac', 10005, 'c'],
  ['ac', 10002, 'a'], ['ac', 10004, 'a'], ['ac', 10006, 'a'], ['ac', 10007, 'a'],
  ['ac', 10000, 'a'], ['a', 10000, ''],
  ['a', 10003, ''], ['c', 10004, ''], ['ac', 10400, ''],
  ['c', 10001, undefined], ['a', 10002, undefined],
  ['ac', 10112, undefined], ['ac', undefined, undefined], ['', 10400, undefined],
])('after %s was refused with %s, %s is tried', (tried, code, next) => {
  expect(attemptAfter(devices(tried), code)).toEqual(next === undefined ? undefined : devices(next))
})

it('each attempt is smaller than the last, so that the attempts end', () => {
  const size = (tried: Devices): number => Number(tried.audio) + Number(tried.camera)
  for (const tried of [devices('ac'), devices('a'), devices('c'), devices('')]) {
    for (const code of [10000, 10001, 10002, 10003, 10400, 10500]) {
      const next = attemptAfter(tried, code)
      if (next) expect(size(next)).toBeLessThan(size(tried))
    }
  }
})
