import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readConfig, settingRows, settingsTable, type Config } from './config.js'

function read(env: Readonly<Record<string, string>>): Config {
  const result = readConfig(env)
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return result.config
}

it('an empty environment gives the documented defaults', () => {
  expect(read({})).toMatchObject({
    host: '127.0.0.1', port: 8080, publicUrl: null, appId: 'earshot', appKey: null, controlToken: null, rtcMinPort: 50000, rtcMaxPort: 50199,
    announcedAddress: null, iceServers: [], allowedOrigins: 'same-host', devLogin: false, graceSeconds: 30, logLevel: 'info', tlsCert: null, tlsKey: null,
  })
})

it('every limit is finite and positive', () => {
  const { limits } = read({})
  expect(Object.values(limits).every((limit) => Number.isInteger(limit) && limit > 0)).toBe(true)
})

it.each([
  ['EARSHOT_PORT', '0', { port: 0 }],
  ['EARSHOT_PORT', ' 9000 ', { port: 9000 }],
  ['EARSHOT_HOST', '', { host: '127.0.0.1' }],
  ['EARSHOT_PUBLIC_URL', 'https://Calls.example:443/', { publicUrl: 'https://calls.example' }],
  ['EARSHOT_DEV_LOGIN', '1', { devLogin: true }],
  ['EARSHOT_DEV_LOGIN', 'false', { devLogin: false }],
  ['EARSHOT_ALLOWED_ORIGINS', '*', { allowedOrigins: 'any' }],
  ['EARSHOT_ALLOWED_ORIGINS', 'https://a.example, http://b.example:81', { allowedOrigins: ['https://a.example', 'http://b.example:81'] }],
  ['EARSHOT_ICE_SERVERS', '[{"urls":"stun:s.example"}]', { iceServers: [{ urls: 'stun:s.example' }] }],
  ['EARSHOT_ICE_SERVERS', '[{"urls":["turns:t.example:443?transport=tcp"],"username":"u","credential":"c"}]', { iceServers: [{ urls: ['turns:t.example:443?transport=tcp'], username: 'u', credential: 'c' }] }],
  ['EARSHOT_ANNOUNCED_ADDRESS', '2001:db8::1', { announcedAddress: '2001:db8::1' }],
  ['EARSHOT_MAX_MEMBERS', '3', { limits: { membersPerChannel: 3 } }],
])('%s=%s is understood', (variable, text, expected) => {
  expect(read({ [variable]: text })).toMatchObject(expected)
})

describe('a bad value is refused by the name of its variable', () => {
  it.each([
    ['EARSHOT_PORT', '65536'], ['EARSHOT_PORT', '80a'], ['EARSHOT_PORT', '-1'], ['EARSHOT_PORT', '1e3'], ['EARSHOT_PORT', '8080.5'],
    ['EARSHOT_PUBLIC_URL', 'calls.example'], ['EARSHOT_PUBLIC_URL', 'https://calls.example/path'], ['EARSHOT_PUBLIC_URL', 'ftp://calls.example'],
    ['EARSHOT_APP_ID', 'my app'], ['EARSHOT_CONTROL_TOKEN', 'two words'], ['EARSHOT_RTC_MIN_PORT', '0'], ['EARSHOT_RTC_MAX_PORT', '70000'],
    ['EARSHOT_ANNOUNCED_ADDRESS', 'calls.example'], ['EARSHOT_ICE_SERVERS', 'stun:s.example'], ['EARSHOT_ICE_SERVERS', '[{"url":"stun:s.example"}]'],
    ['EARSHOT_ICE_SERVERS', '[{"urls":"s.example"}]'], ['EARSHOT_ICE_SERVERS', '[{"urls":[]}]'], ['EARSHOT_ICE_SERVERS', '[{"urls":"turn:t.example"}]'],
    ['EARSHOT_ICE_SERVERS', '{}'], ['EARSHOT_ALLOWED_ORIGINS', 'a.example'], ['EARSHOT_ALLOWED_ORIGINS', 'https://a.example,'],
    ['EARSHOT_DEV_LOGIN', 'yes'], ['EARSHOT_GRACE_SECONDS', '0'], ['EARSHOT_LOG_LEVEL', 'loud'], ['EARSHOT_MAX_SOCKETS', '0'],
    ['EARSHOT_MAX_MESSAGE_BYTES', '1'], ['EARSHOT_TRUST_PROXY', 'maybe'],
  ])('%s=%s', (variable, text) => {
    const result = readConfig({ [variable]: text })
    expect(result).toEqual({ ok: false, problems: [expect.stringMatching(new RegExp(`^${variable} must be \\S+`))] })
  })

  it('all of them at once', () => {
    expect(readConfig({ EARSHOT_PORT: 'x', EARSHOT_LOG_LEVEL: 'x' })).toMatchObject({ ok: false, problems: [/PORT/, /LOG_LEVEL/].map((name) => expect.stringMatching(name)) })
  })

  it.each([
    [{ EARSHOT_RTC_MIN_PORT: '50200' }, /EARSHOT_RTC_MIN_PORT.*EARSHOT_RTC_MAX_PORT/],
    [{ EARSHOT_TLS_CERT: 'a.pem' }, /EARSHOT_TLS_KEY must be set/],
    [{ EARSHOT_TLS_KEY: 'a.pem' }, /EARSHOT_TLS_CERT must be set/],
  ])('contradictions: %o', (env, expected) => {
    expect(readConfig(env)).toMatchObject({ ok: false, problems: [expect.stringMatching(expected)] })
  })
})

it('variables that mean nothing are reported, others are none of our business', () => {
  expect(readConfig({ EARSHOT_PROT: '1', PORT: 'x' })).toMatchObject({ ok: true, unknown: ['EARSHOT_PROT'] })
})

it('every variable of the table has a name of its own', () => {
  const names = settingRows().map((row) => row.variable)
  expect(new Set(names).size).toBe(names.length)
})

it('the README shows the table that the code has', () => {
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(settingsTable())
})
