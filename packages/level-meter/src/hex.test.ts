import { expect, test } from 'vitest'
import { decodeHex } from './hex.ts'

test('decodes what Buffer encodes, every byte', () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index)
  expect(decodeHex(Buffer.from(all).toString('hex'))).toEqual(all)
})
