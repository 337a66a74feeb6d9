import { expect, it } from 'vitest'
import { connectionIdOf, readSourceId, readTransportId, sourceId, transportId } from './engine-ids.js'

it.each(['publish', 'subscribe'] as const)('the id of a transport to %s is read back', (connection) => {
  expect(readTransportId(transportId('s-1', connection))).toEqual({ sessionId: 's-1', connection })
})

it.each(['audio', 'camera', 'screen'] as const)('the id of a source of %s is read back', (slot) => {
  expect(readSourceId(sourceId('s-1', slot))).toEqual({ sessionId: 's-1', slot })
})

it.each(['', 's-1', 's-1:', 's-1:other', 'audio', 'publish'])('%j is none of our ids', (id) => {
  expect([readTransportId(id), readSourceId(id)]).toEqual([undefined, undefined])
})

it('an id is read from its end', () => {
  expect([readSourceId(':audio')?.sessionId, readSourceId('a:b:audio')?.sessionId, readTransportId(':publish')?.sessionId]).toEqual(['', 'a:b', ''])
})

it('a connection is known by the session and the certificate of its description', () => {
  const lines = (session: string, print = 'AB:CD') => `v=0\r\no=- ${session} 2 IN IP4 127.0.0.1\r\ns=xo=- 7 2\r\na=fingerprint:sha-256 ${print}\r\n`
  expect(connectionIdOf(lines('4611'))).toBe('4611 AB:CD')
  expect(connectionIdOf(lines('4611').replace('o=- ', 'o=mozilla '))).toBe('4611 AB:CD')
  expect(connectionIdOf(lines('4611', 'EF'))).toBe('4611 EF')
  expect(connectionIdOf('xo=- 1 2\r\nxa=fingerprint:sha-256 AB\r\n')).toBe(' ')
  expect(connectionIdOf('')).toBe(' ')
})
