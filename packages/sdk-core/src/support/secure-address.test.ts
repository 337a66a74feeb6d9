import { expect, it } from 'vitest'
import { isSecureAddress } from './secure-address.js'

it.each([
  ['https://example.com', true], ['http://localhost:8080', true], ['http://127.0.0.1', true], ['http://[::1]:3000', true], ['http://app.localhost', true],
  ['http://notlocalhost', false], ['http://my127.0.0.1.example', false], ['http://127.0.0.123', true], ['http://127.254.1.10', true], ['http://example.com', false], ['http://192.168.1.5', false], ['http://localhost.example.com', false], ['http://127.0.0.1.example.com', false], ['file:///tmp/x.html', false],
])('%s: %s', (url, secure) => { expect(isSecureAddress(new URL(url))).toBe(secure) })
