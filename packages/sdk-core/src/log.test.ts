import { afterEach, expect, it, vi } from 'vitest'
import { log, logLevel, setLogLevel, type LogLevel } from './log.js'

afterEach(() => {
  setLogLevel('warn')
  vi.restoreAllMocks()
})

/** What reaches the console when each level is written once. */
function written(): string[] {
  const seen: string[] = []
  for (const name of ['debug', 'info', 'warn', 'error'] as const) vi.spyOn(console, name).mockImplementation((...args) => { seen.push(`${name} ${args.join(' ')}`) })
  for (const name of ['debug', 'info', 'warn', 'error'] as const) log(name, 'text', 7)
  return seen
}

it('writes warnings and errors and nothing else unless told otherwise', () => {
  expect(logLevel()).toBe('warn')
  expect(written()).toEqual(['warn AliRtcEngine: text 7', 'error AliRtcEngine: text 7'])
})

it.each<[LogLevel, number]>([['debug', 4], ['info', 3], ['warn', 2], ['error', 1], ['none', 0]])('writes at level %s the %d that matter as much or more', (level, count) => {
  setLogLevel(level)
  expect(logLevel()).toBe(level)
  expect(written()).toHaveLength(count)
})

it.each([['verbose'], [3], [undefined]])('refuses %j as a level and keeps the one it has', (level) => {
  expect(() => setLogLevel(level as never)).toThrow(expect.objectContaining({ code: 16974081, parameter: 'level', message: expect.stringContaining("'debug'") }))
  expect(logLevel()).toBe('warn')
})
