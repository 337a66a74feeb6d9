// node mutate.mjs PACKAGE: changes each of the package's pure files in every small way that Stryker knows, and says which
// changes no test noticed. A file is pure unless not-mutated.json names it, so that a new one is not forgotten; only files
// with tests that Node runs are. A change that breaks a test file while its tests are collected counts as unnoticed, because no
// test fails. The outcome is left in ../test-results/mutation, too.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = import.meta.dirname
const root = path.join(here, '../..')
const notMutated = JSON.parse(fs.readFileSync(path.join(here, 'not-mutated.json'), 'utf8'))
const folders = { 'packages/protocol': 'src', 'packages/sdk-core': 'src', 'apps/channel-server': 'src/channel' }

const name = process.argv[2] ?? ''
const folder = folders[name]
if (folder === undefined) fail(`usage: node mutate.mjs ${Object.keys(folders).join(' | ')}`)
process.chdir(path.join(root, name))
const left = Object.keys(notMutated[name])
const gone = left.filter((file) => !fs.existsSync(file))
if (gone.length > 0) fail(`not-mutated.json names files that are gone: ${gone.join(', ')}`)
install()
const { Stryker } = await import('@stryker-mutator/core')

const results = await new Stryker({
  mutate: [`${folder}/**/*.ts`, `!${folder}/**/*.test.ts`, ...left.map((file) => `!${file}`)],
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner')), path.join(here, 'texts.mjs')],
  ignorers: ['texts'],
  testRunner: 'vitest',
  vitest: { configFile: path.join(here, 'vitest.config.mjs') },
  coverageAnalysis: 'perTest',
  tsconfigFile: 'none.json', // TypeScript 7 has no API that Stryker could rewrite paths with
  ignorePatterns: ['tsconfig*.json', 'dist', 'build', 'bench', 'scripts', 'bin', 'test-results'], // found above the copy where they are needed
  tempDirName: 'test-results/stryker',
  concurrency: 2,
  reporters: process.stdout.isTTY ? ['progress'] : ['progress-append-only'],
  allowConsoleColors: false,
  logLevel: 'error',
}).runMutationTest()

const counted = results.filter(({ status }) => status !== 'Ignored')
const survivors = counted.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
const fileOf = ({ fileName }) => path.relative(process.cwd(), fileName)
const reached = new Set(counted.filter(({ status }) => status !== 'NoCoverage').map(fileOf))
const outcome = {
  score: 100 * (1 - survivors.length / counted.length),
  mutants: counted.length,
  unreached: [...new Set(counted.map(fileOf))].filter((file) => !reached.has(file)),
  survivors: survivors.map((mutant) => {
    const { start } = mutant.location
    return `${fileOf(mutant)}:${start.line}:${start.column} ${mutant.mutatorName}${mutant.status === 'NoCoverage' ? ' (not reached)' : ''}: ${mutant.replacement}`
  }),
}
fs.mkdirSync(path.join(here, '../test-results/mutation'), { recursive: true })
fs.writeFileSync(path.join(here, `../test-results/mutation/${path.basename(name)}.json`), JSON.stringify(outcome, undefined, 1))
for (const survivor of outcome.survivors) console.log(survivor)
console.log(`${name}: ${outcome.score.toFixed(1)} % of ${outcome.mutants} mutants noticed, ${survivors.length} not`)

function install() {
  const installed = path.join(here, 'node_modules/.package-lock.json')
  if (fs.existsSync(installed) && fs.statSync(path.join(here, 'package-lock.json')).mtimeMs <= fs.statSync(installed).mtimeMs) return
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  const [program, ...args] = [...npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  if (spawnSync(program, args, { cwd: here, stdio: 'inherit' }).status !== 0) fail('npm ci failed')
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
