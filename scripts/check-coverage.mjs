// docs/alirtc-coverage.json maps each row of the contract (methods, state rules, events, error codes, decisions, test ideas) to the
// tests that show it; "reason" says why there is none, or why a condition is put in place and not caused. Fails when a row has neither,
// when a named test is not in its file, and when the rows are not all there.
import fs from 'node:fs'

const { files, sections } = JSON.parse(fs.readFileSync('docs/alirtc-coverage.json', 'utf8'))
const titles = new Map(Object.entries(files).map(([alias, file]) => [alias, titlesOf(file)]))

for (const [section, { rows }] of Object.entries(sections)) {
  for (const row of rows) checkRow(`${section} ${row.row}`, row)
  const twice = rows.filter((row, n) => rows.findIndex((other) => other.row === row.row) !== n)
  for (const row of twice) problem(`${section} ${row.row} is there twice`)
}
for (const [section, last] of [['8', 47], ['B', 14]]) {
  for (let n = 1; n <= last; n++) if (!sections[section].rows.some((row) => row.row === String(n))) problem(`${section} ${n} is missing`)
}
const codes = [...fs.readFileSync('packages/protocol/src/error-codes.ts', 'utf8').matchAll(/^export const ERROR_\w+ = (\d+)$/gm)].map(([, code]) => code)
const covered = Object.entries(sections).filter(([section]) => section.startsWith('5.')).flatMap(([, { rows }]) => rows.map((row) => row.row))
for (const code of codes) if (!covered.includes(code)) problem(`error code ${code} has no row`)
for (const code of covered) if (!codes.includes(code)) problem(`${code} is no error code`)

const used = new Set(Object.values(sections).flatMap(({ rows }) => rows).flatMap(({ tests = [] }) => tests.map((test) => test.split(': ')[0])))
for (const alias of Object.keys(files)) if (!used.has(alias)) problem(`no row names a test of ${alias}`)

const count = Object.values(sections).reduce((sum, { rows }) => sum + rows.length, 0)
console.log(`${count} rows`)

function checkRow(name, { text, tests = [], reason }) {
  if (!text) problem(`${name} has no text`)
  if (tests.length === 0 && !reason) problem(`${name} has neither a test nor a reason`)
  for (const test of tests) {
    const [, alias, title] = /^([\w-]+): (.*)$/s.exec(test) ?? []
    if (!titles.get(alias)?.has(title)) problem(`${name}: there is no test "${title ?? test}" in ${files[alias] ?? alias}`)
  }
}

/** The names given to `it` and `test`, also of `it.each(…)`, as they are written. */
function titlesOf(file) {
  if (!fs.existsSync(file)) return new Set()
  const calls = fs.readFileSync(file, 'utf8').matchAll(/(?:\b(?:it|test)(?:\.only)?|\)|>)\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1,/g)
  return new Set([...calls].map(([, , title]) => title.replace(/\\(['"`])/g, '$1')))
}

function problem(message) {
  console.error(message)
  process.exitCode = 1
}
