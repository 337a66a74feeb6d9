import { expect, it } from 'vitest'
import { AliRtcError } from './errors.js'

it('has one number under three names, and the text as its string', () => {
  const cause = new Error('below')
  const error = new AliRtcError(10302, 'lost', { cause, userId: 'u1', type: 'subscribe', state: 'failed' })
  expect(error).toMatchObject({ code: 10302, errorCode: 10302, errCode: 10302, name: 'AliRtcError', message: 'lost', cause, userId: 'u1', type: 'subscribe', state: 'failed' })
  expect(String(error)).toBe('lost')
  expect(`error: ${error}`).toBe('error: lost')
  expect(error).toBeInstanceOf(Error)
})

it('has no extra fields that nobody gave', () => {
  expect(Object.keys(new AliRtcError(10000, 'x')).filter((name) => name !== 'name').sort()).toEqual(['code', 'errCode', 'errorCode'])
  expect('cause' in new AliRtcError(10000, 'x')).toBe(false)
})
