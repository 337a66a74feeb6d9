import { expect, it } from 'vitest'
import { badParameter, checkBoolean, checkText } from './bad-parameter.js'

it.each<[unknown, string]>([
  ['a "b"', '"a \\"b\\""'], ['x'.repeat(100), `"${'x'.repeat(80)}"`], [5, '5'], [undefined, 'undefined'], [null, 'null'], [7n, '7'],
  [[1], 'an array'], [{ a: 1 }, 'an object'], [Math.max, 'a function'], [Symbol('s'), 'a symbol'],
])('says of %o: not %s', (value, shown) => {
  expect(badParameter('options.x', 'a bird', value)).toMatchObject({ code: 16974081, parameter: 'options.x', message: `options.x must be a bird, not ${shown}` })
})

it.each([true, false])('%s is true or false', (value) => { expect(() => checkBoolean('x', value)).not.toThrow() })
it.each([0, 'true', null, undefined])('%j is neither true nor false', (value) => { expect(() => checkBoolean('x', value)).toThrow(expect.objectContaining({ parameter: 'x' })) })

it('a space is a text', () => { expect(() => checkText('x', ' ')).not.toThrow() })
it.each(['', 5, null])('%j is no text', (value) => { expect(() => checkText('x', value)).toThrow(expect.objectContaining({ parameter: 'x' })) })
