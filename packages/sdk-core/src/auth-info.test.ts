import { expect, it } from 'vitest'
import { readAuthInfo, type AuthInfo } from './auth-info.js'
import { AliRtcError } from './errors.js'

const auth: AuthInfo = {
  appid: 'earshot', channel: 'room-42', userid: 'alice_01', nonce: 'AK-1', timestamp: 4102444800, token: 'a'.repeat(64), gslb: ['http://localhost:8080'],
}

function faultOf(run: () => unknown): AliRtcError {
  try {
    run()
  } catch (error) {
    if (error instanceof AliRtcError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

it('takes complete auth info; the name defaults to the user id', () => {
  expect(readAuthInfo(auth)).toEqual({
    appId: 'earshot', channel: 'room-42', userId: 'alice_01', nonce: 'AK-1', timestamp: '4102444800', token: auth.token, gslb: auth.gslb, displayName: 'alice_01',
  })
  expect(readAuthInfo({ ...auth, timestamp: '4102444800', turn: { username: 'u', password: 'p' } }, ' Amina\u0000 \n')).toMatchObject({
    timestamp: '4102444800', turn: { username: 'u', password: 'p' }, displayName: 'Amina',
  })
})

it('names the first missing field, in the original\'s order', () => {
  const given: Record<string, unknown> = {}
  for (const name of ['appid', 'channel', 'nonce', 'userid', 'timestamp', 'token', 'gslb'] as const) {
    const error = faultOf(() => readAuthInfo(given as never))
    expect(error.code).toBe(16974081)
    expect(error.parameter).toBe(`authInfo.${name}`)
    expect(error.message).toBe(`authInfo.${name} must be given, not undefined`)
    given[name] = auth[name]
  }
  expect(() => readAuthInfo(given as never)).not.toThrow()
})

it.each<[string, Record<string, unknown> | null, unknown]>([
  ['authInfo', null, undefined],
  ['authInfo.channel', { channel: null }, undefined],
  ['authInfo.userid', { userid: 'two words' }, undefined],
  ['authInfo.userid', { userid: 'x'.repeat(65) }, undefined],
  ['authInfo.userid', { userid: '0' }, undefined],
  ['authInfo.appid', { appid: 7 }, undefined],
  ['authInfo.timestamp', { timestamp: 'tomorrow' }, undefined],
  ['authInfo.timestamp', { timestamp: ['4102444800'] }, undefined],
  ['authInfo.timestamp', { timestamp: 1.5 }, undefined],
  ['authInfo.gslb', { gslb: [] }, undefined],
  ['authInfo.gslb[1]', { gslb: ['http://a', 5] }, undefined],
  ['authInfo.turn.username', { turn: 'relay' }, undefined],
  ['authInfo.turn.password', { turn: { username: 'u' } }, undefined],
  ['displayName', {}, 5],
  ['displayName', {}, 'x'.repeat(65)],
])('names %s when it is wrong: %j', (parameter, changes, displayName) => {
  const error = faultOf(() => readAuthInfo((changes === null ? 'nonsense' : { ...auth, ...changes }) as never, displayName as never))
  expect(error).toMatchObject({ code: 16974081, parameter })
  expect(error.message).toContain(parameter)
})

it.each([undefined, '', '  ', '\u0000'])('a display name of %j is the user id', (displayName) => {
  expect(readAuthInfo(auth, displayName).displayName).toBe(auth.userid)
})

it('no credentials of a relay are no fault, nor a name of 64 characters, nor one address that stands alone', () => {
  expect(readAuthInfo({ ...auth, turn: null } as never)).not.toHaveProperty('turn')
  expect(readAuthInfo(auth, 'x'.repeat(64)).displayName).toHaveLength(64)
  expect(readAuthInfo({ ...auth, gslb: 'http://a' } as never).gslb).toEqual(['http://a'])
})

it('says what came in place of what is missing', () => {
  expect(faultOf(() => readAuthInfo({ ...auth, token: '' })).message).toBe('authInfo.token must be given, not ""')
})
