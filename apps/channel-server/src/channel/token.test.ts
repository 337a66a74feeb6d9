import { ERROR_APP_UNKNOWN, ERROR_TOKEN_EXPIRED, ERROR_TOKEN_INVALID } from '@earshot/protocol'
import { describe, expect, it } from 'vitest'
import { checkToken, equalInConstantTime, makeToken } from './token.js'

// The worked example of AliRTC's token; the hashes were checked with sha256sum as well.
const app = { id: 'demo1a2b', key: '0123456789abcdef0123456789abcdef' }
const claims = { appId: app.id, channel: 'room-42', userId: 'alice_01', nonce: 'AK-2b9be4b25c2d38c409c376ffd2372be1', timestamp: '4102444800' }
const token = '6aef910c7bc4fa1f4d352f895768ff2e4d87c0d492dbe2862ccaf4de67b09658'
const expiredToken = '83f9e20be951c4700ff46eddcff95fbe6520fd434b85b0e1e024f8628c80f41b'

it.each([
  [claims, token],
  [{ ...claims, timestamp: '1560588594' }, expiredToken],
  [{ ...claims, timestamp: '4102444800pub' }, '65cda8a5be660478eb2bdfac033f8e79ebede495d1db707f653dcfd5134eae26'],
  [{ ...claims, timestamp: '4102444800sub' }, '075a5b80bf620f4f9e9b2bcf6dcee24b8c566c7e9ba9cbcbd64a02b5d5379af9'],
])('a token is the hash of its parts, without separators (%#)', (parts, expected) => {
  expect(makeToken(parts, app.key)).toBe(expected)
})

describe('checking a token', () => {
  const early = 1_560_588_594
  it.each([
    ['the example is good', { ...claims, token }, early, null],
    ['it is good through its last second', { ...claims, token }, 4_102_444_800, null],
    ['and no longer', { ...claims, token }, 4_102_444_801, ERROR_TOKEN_EXPIRED],
    ['an expired one that matches is expired', { ...claims, timestamp: '1560588594', token: expiredToken }, early + 1, ERROR_TOKEN_EXPIRED],
    ['an expired one that does not match is invalid', { ...claims, timestamp: '1560588594', token }, early + 1, ERROR_TOKEN_INVALID],
    ['a flipped digit', { ...claims, token: token.replace(/^6/, '7') }, early, ERROR_TOKEN_INVALID],
    ['capital letters', { ...claims, token: token.toUpperCase() }, early, ERROR_TOKEN_INVALID],
    ['a shorter token', { ...claims, token: token.slice(0, 63) }, early, ERROR_TOKEN_INVALID],
    ['another user', { ...claims, userId: 'alice_02', token }, early, ERROR_TOKEN_INVALID],
    ['another channel', { ...claims, channel: 'room-43', token }, early, ERROR_TOKEN_INVALID],
    ['another time', { ...claims, timestamp: '4102444801', token }, early, ERROR_TOKEN_INVALID],
    ['an unknown app comes before a wrong token', { ...claims, appId: 'other', token: 'x' }, early, ERROR_APP_UNKNOWN],
  ])('%s', (_what, request, nowSeconds, code) => {
    expect(checkToken(request, app, nowSeconds)?.code ?? null).toBe(code)
  })

  it.each(['2b9be4b25c2d38c409c376ffd2372be1', 'AK-', 'ak-12', 'AK-under_score'])('a nonce such as %s is refused although its hash matches', (nonce) => {
    const request = { ...claims, nonce }
    expect(checkToken({ ...request, token: makeToken(request, app.key) }, app, early)).toMatchObject({ code: ERROR_TOKEN_INVALID, field: 'nonce' })
  })
})

it('secrets are equal or not, whatever their lengths', () => {
  expect([equalInConstantTime('abc', 'abc'), equalInConstantTime('abc', 'abd'), equalInConstantTime('abc', 'abcd'), equalInConstantTime('', 'a')])
    .toEqual([true, false, false, false])
})

it.each([
  ['appId', { ...claims, token, appId: 'other' }, 0], ['token', { ...claims, token: 'x' }, 0], ['timestamp', { ...claims, token }, 4_102_444_803],
])('a refusal names the field %s', (field, request, nowSeconds) => { expect(checkToken(request, app, nowSeconds)).toMatchObject({ field }) })
