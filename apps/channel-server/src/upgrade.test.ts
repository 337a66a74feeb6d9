import { expect, it } from 'vitest'
import { readConfig } from './config.js'
import { originAllowed } from './origins.js'
import { clientAddress, isLoopback, plainAddress, upgradeRefusal } from './upgrade.js'

const defaults = readConfig({ EARSHOT_MAX_SOCKETS: '9', EARSHOT_MAX_SOCKETS_PER_ADDRESS: '4', EARSHOT_MAX_UNJOINED_SOCKETS: '5' })
if (!defaults.ok) throw new Error('the settings are no good')
const rules = { limits: defaults.config.limits, allowedOrigins: ['https://app.example'], draining: false }
const request = { url: '/v1/channel', method: 'GET', headers: { upgrade: 'websocket', host: 'calls.example' } }
const counts = { all: 0, fromAddress: 0, unjoined: 0 }

it.each([
  ['nothing is wrong', {}, {}, {}, null],
  ['a query is no matter', { url: '/v1/channel?x=//' }, {}, {}, null],
  ['an odd target', { url: '//' }, {}, {}, 404],
  ['a whole address as target', { url: 'http://[bad/v1/channel' }, {}, {}, 404],
  ['a path that leads there in a roundabout way', { url: '/x/../v1/channel' }, {}, {}, 404],
  ['another protocol', { headers: { ...request.headers, upgrade: 'h2c' } }, {}, {}, 400],
  ['another method', { method: 'POST' }, {}, {}, 400],
  ['a listed origin', { headers: { ...request.headers, origin: 'https://app.example' } }, {}, {}, null],
  ['a foreign origin', { headers: { ...request.headers, origin: 'https://evil.example' } }, {}, {}, 403],
  ['the end is near', {}, {}, { draining: true }, 503],
  ['the last socket in all', {}, { all: 8 }, {}, null],
  ['one too many in all', {}, { all: 9 }, {}, 503],
  ['the last socket of an address', {}, { fromAddress: 3 }, {}, null],
  ['one too many of an address', {}, { fromAddress: 4 }, {}, 429],
  ['one too many that have not joined', {}, { unjoined: 5 }, {}, 503],
])('a request for a socket when %s', (_what, changed, more, other, status) => {
  expect(upgradeRefusal({ ...request, ...changed }, { ...counts, ...more }, { ...rules, ...other })?.status ?? null).toBe(status)
})

it.each([
  ['any' as const, 'https://evil.example', 'calls.example', true],
  ['same-host' as const, 'https://calls.example', 'calls.example', true],
  ['same-host' as const, 'https://calls.example', 'calls.example:443', true],
  ['same-host' as const, 'http://calls.example:8080', 'Calls.example:8080', true],
  ['same-host' as const, 'http://calls.example:8081', 'calls.example:8080', false],
  ['same-host' as const, 'https://evil.example', 'calls.example', false],
  ['same-host' as const, 'null', 'calls.example', false],
  ['same-host' as const, 'https://calls.example', undefined, false],
  ['same-host' as const, undefined, undefined, true],
  [['https://app.example'], 'https://app.example', 'calls.example', true],
  [['https://app.example'], 'https://app.example.evil', 'calls.example', false],
  [['https://app.example'], 'http://app.example', 'calls.example', false],
])('with %o, pages of %s may talk to %s: %s', (allowed, origin, host, expected) => {
  expect(originAllowed(allowed, origin, host)).toBe(expected)
})

it.each([
  [undefined, '::ffff:10.0.0.1', false, '10.0.0.1'],
  ['203.0.113.7', '127.0.0.1', false, '127.0.0.1'],
  ['203.0.113.7', '127.0.0.1', true, '203.0.113.7'],
  ['6.6.6.6, 203.0.113.7', '127.0.0.1', true, '203.0.113.7'],
  [undefined, '127.0.0.1', true, '127.0.0.1'],
])('X-Forwarded-For %s from %s, trusted %s: the client is %s', (header, address, trust, expected) => {
  expect(clientAddress({ headers: header === undefined ? {} : { 'x-forwarded-for': header } }, address, trust)).toBe(expected)
})

it.each([['::ffff:127.0.0.1', '127.0.0.1', true], ['::1', '::1', true], ['127.8.9.1', '127.8.9.1', true], ['10.0.0.1', '10.0.0.1', false], ['fe80::1', 'fe80::1', false], [undefined, '', false]])(
  'the address %s is %s, of this machine: %s', (address, plain, loopback) => {
    expect([plainAddress(address), isLoopback(plainAddress(address))]).toEqual([plain, loopback])
  })
