import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test.each(['ConnectionSample', 'StreamSample'])('the README has one row for each member of %s, with unit, source and what absent means', (name) => {
  const [, members = ''] = new RegExp(`export interface ${name} {(.*?)\\n}`, 's').exec(read('src/connection-sample.ts')) ?? []
  const [, table = ''] = new RegExp(`\\n\`${name}\`.*?\\n\\n(\\|.*?)\\n\\n`, 's').exec(read('README.md')) ?? []
  const rows = table.split('\n').slice(2).map((row) => row.split(' | '))
  expect(rows.map(([field = '']) => field)).toEqual(Array.from(members.matchAll(/^ {2}readonly (\w+)/gm), ([, member]) => `| \`${member}\``))
  for (const row of rows) expect(row).toHaveLength(4)
})
