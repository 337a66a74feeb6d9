import { expect, it } from 'vitest'
import { isPerSecond, MAX_LINES, MAX_PER_SECOND_LINES, timeOfDay, withLine, type LogLine } from './log-lines.js'

const logOf = (callbacks: readonly string[]): readonly LogLine[] =>
  callbacks.reduce<readonly LogLine[]>((lines, callback, number) => withLine(lines, { number, callback, time: '', summary: '' }), [])

it('the newest line comes first and the oldest goes', () => {
  const lines = logOf(Array<string>(MAX_LINES + 5).fill('onNotify'))
  expect(lines).toHaveLength(MAX_LINES)
  expect(lines[0]?.number).toBe(MAX_LINES + 4)
  expect(lines.at(-1)?.number).toBe(5)
})

it('what comes every second pushes out only its own', () => {
  const lines = logOf(['onJoin', ...Array.from({ length: 1000 }, (_, index) => (index % 2 ? 'onMedia' : 'onAudioLevel'))])
  expect(lines.filter(isPerSecond)).toHaveLength(MAX_PER_SECOND_LINES)
  expect(lines[0]?.number).toBe(1000)
  expect(lines.at(-1)?.callback).toBe('onJoin')
})

it('the time of a line has milliseconds', () => {
  expect(timeOfDay(new Date(2026, 0, 2, 9, 5, 7, 42))).toBe('09:05:07.042')
})
