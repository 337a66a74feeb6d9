import { expect, it } from 'vitest'
import { bindAddressFor } from './bind-address.js'

it.each([
  ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['127.5.5.5', '127.5.5.5', '127.5.5.5'],
  ['::ffff:127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['203.0.113.7', '203.0.113.7', '0.0.0.0'],
  ['2001:db8::7', '2001:db8::7', '::'],
])('announces %s as %s and binds %s', (given, announced, bind) => {
  expect(bindAddressFor(given)).toEqual({ announced, bind })
})

it.each(['', 'localhost', '1.2.3', 'a=x\r\n127.0.0.1'])('refuses %j', (given) => {
  expect(() => bindAddressFor(given)).toThrow('address must be an IP address')
})
