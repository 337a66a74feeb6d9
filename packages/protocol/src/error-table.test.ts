import { expect, it } from 'vitest'
import * as codes from './error-codes.js'
import { ERROR_TABLE } from './error-table.js'

it('describes every constant once, under its own name and number', () => {
  expect(ERROR_TABLE.map(({ name, code }) => [name, code])).toEqual(Object.entries(codes))
  expect(new Set(ERROR_TABLE.map(({ code }) => code)).size).toBe(ERROR_TABLE.length)
})

it.each(ERROR_TABLE.map((row) => [row.code, row] as const))('%d has a cause and a remedy in both languages', (_code, { cause, remedy }) => {
  for (const text of [cause.en, remedy.en]) expect(text).toMatch(/^[A-Z`].*[.?]$/)
  for (const text of [cause.zh, remedy.zh]) expect(text).toMatch(/\p{Script=Han}.*。$/u)
})
