import { expect, test } from 'vitest'
import { parseArguments, type Request } from './arguments.ts'

const shown = { kind: 'show', file: 'a.json', json: false, svg: undefined } as const

test.each<[string, Request]>([
  ['a.json', shown],
  ['a.json --json', { ...shown, json: true }],
  ['--json --svg b.svg a.json', { ...shown, json: true, svg: 'b.svg' }],
  ['--svg=b.svg a.json', { ...shown, svg: 'b.svg' }],
  ['-- -a.json', { ...shown, file: '-a.json' }],
  ['--help', { kind: 'help' }],
  ['-h a.json', { kind: 'help' }],
  ['--version', { kind: 'version' }],
  ['', { kind: 'wrong', message: 'which file?' }],
  ['-', { kind: 'wrong', message: 'standard input cannot be read, name a file' }],
  ['a.json b.json', { kind: 'wrong', message: 'one file at a time, not 2' }],
  ['a.json --svg=', { kind: 'wrong', message: '--svg needs a file name' }],
])('stats-sampler %s', (line, request) => {
  expect(parseArguments(line.split(' ').filter((word) => word !== ''))).toEqual(request)
})

test.each(['--foo', '-x', '--json=yes', '--svg', '--svg --json'])('stats-sampler a.json %s is wrong, in one line that names the option', (line) => {
  const request = parseArguments(['a.json', ...line.split(' ')])
  expect(request).toMatchObject({ kind: 'wrong', message: expect.stringMatching(/^[^\n]{5,60}[^.\n]$/) })
  expect(request).toMatchObject({ message: expect.stringContaining(`'${/^-+\w+/.exec(line)?.[0]}`) })
})
