import { expect, it } from 'vitest'
import { TEXTS, wordsFor } from './texts.js'

const { en, zh } = TEXTS

it('both languages have words for the same codes', () => {
  expect(Object.keys(zh.errors)).toEqual(Object.keys(en.errors))
  expect(Object.keys(zh.bye)).toEqual(Object.keys(en.bye))
})

it('no text of one language was left in the other', () => {
  const plain = (texts: object): readonly string[] => Object.values(texts).flatMap((value: unknown) =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? plain(value) : [])
  expect(plain(en).filter((text) => /\p{Script=Han}/u.test(text))).toEqual([])
  expect(plain(zh).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual(['zh-CN'])
})

it.each([
  [{ code: 10001, message: 'NotFoundError' }, 'No microphone was found.', '没有找到麦克风。'],
  [{ code: 20006, message: 'the server failed' }, 'the server failed (20006)', 'the server failed（20006）'],
  [{ message: 'no appid' }, 'no appid', 'no appid'],
])('%j has words', (problem, english, chinese) => {
  expect(wordsFor(en, problem)).toBe(english)
  expect(wordsFor(zh, problem)).toBe(chinese)
})

it.each([
  [-12.4, 'normal', 'minus 12 decibels, normal', '负 12 分贝，正常'],
  [0, 'full-scale', '0 decibels, full scale', '0 分贝，满刻度'],
  [-Infinity, 'silent', 'silent', '静音'],
] as const)('%d dB is read aloud', (decibels, loudness, english, chinese) => {
  expect(en.spokenLevel(decibels, loudness)).toBe(english)
  expect(zh.spokenLevel(decibels, loudness)).toBe(chinese)
})
