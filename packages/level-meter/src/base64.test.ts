import { expect, test } from 'vitest'
import { decodeBase64 } from './base64.ts'

test('decodes what Buffer encodes, at every length and padding', () => {
  const all = Uint8Array.from({ length: 259 }, (_, index) => (index * 37) & 255)
  for (let length = 0; length <= all.length; length++) {
    const bytes = all.subarray(0, length)
    expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(bytes.slice())
  }
})
