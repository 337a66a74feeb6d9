import { expect, it } from 'vitest'
import { deviceFault, readProblem } from './problem.js'

it.each<[string, unknown, ReturnType<typeof readProblem>]>([
  ['a bare text', 'no appid', { message: 'no appid' }],
  ['an SDK error', Object.assign(new Error('refused'), { errorCode: 10201, code: 10201, userId: 'bob' }), { code: 10201, message: 'refused', userId: 'bob' }],
  ['a raw server message', { event: 'signalError', code: 33620485, description: 'token invalid' }, { code: 33620485, message: 'token invalid' }],
  ['an ordinary error', new TypeError('x is not a function'), { message: 'x is not a function' }],
  ['nothing', undefined, { message: 'undefined' }],
  ['an object without a text', { type: 'publish' }, { message: '[object Object]' }],
])('%s is read', (_name, value, problem) => {
  expect(readProblem(value)).toEqual(problem)
})

it.each([[10001, 'microphone'], [10008, 'microphone'], [10004, 'camera'], [10007, 'camera'], [10000, 'unknown'], [10011, undefined], [undefined, undefined]])(
  'code %s is about: %s', (code, fault) => {
    expect(deviceFault(code)).toBe(fault)
  })
