import { expect, test } from 'vitest'
import { parseArguments, type Request } from './arguments.ts'

const measured = { kind: 'measure', file: 'a.wav', json: false, svg: undefined } as const

test.each<[string, Request]>([
  ['a.wav', measured],
  ['a.wav --json', { ...measured, json: true }],
  ['--json --svg b.svg a.wav', { ...measured, json: true, svg: 'b.svg' }],
  ['--svg=b.svg a.wav', { ...measured, svg: 'b.svg' }],
  ['-- -a.wav', { ...measured, file: '-a.wav' }],
  ['--help', { kind: 'help' }],
  ['-h a.wav', { kind: 'help' }],
  ['--version', { kind: 'version' }],
  ['', { kind: 'wrong', message: 'which file?' }],
  ['-', { kind: 'wrong', message: 'standard input cannot be measured, name a file' }],
  ['a.wav b.wav', { kind: 'wrong', message: 'one file at a time, not 2' }],
  ['a.wav --svg=', { kind: 'wrong', message: '--svg needs a file name' }],
])('level-meter %s', (line, request) => {
  expect(parseArguments(line.split(' ').filter((word) => word !== ''))).toEqual(request)
})

test.each(['--foo', '-x', '--json=yes', '--svg', '--svg --json'])('level-meter a.wav %s is wrong, in one line that names the option', (line) => {
  const request = parseArguments(['a.wav', ...line.split(' ')])
  expect(request).toMatchObject({ kind: 'wrong', message: expect.stringMatching(/^[^\n]{5,60}[^.\n]$/) })
  expect(request).toMatchObject({ message: expect.stringContaining(`'${/^-+\w+/.exec(line)?.[0]}`) })
})
