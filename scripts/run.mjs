// npm start, npm test and their kin: one script without dependencies, so that a bare clone needs nothing but Node and npm.
import { execFile, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureChromium, ensureFirefox } from './ensure-browsers.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
process.chdir(root)
const quiet = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' }
const env = { ...process.env, ...quiet }

/** Its tests time calls of several browsers: they run alone on the machine. */
const endToEnd = '@earshot/e2e'

/** Of what a failure said. */
const SHOWN_LINES = 12

/** Everything that is checked beside the tests; each counts as one. */
const checks = [
  { name: 'the lock file is complete for every platform', command: ['scripts/check-lock.mjs'] },
  { name: 'the code is linted', command: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--quiet'] },
  { name: 'every package type-checks, tests included', command: [...turbo('typecheck'), '--only'] },
  { name: 'links in the documents lead somewhere', command: ['scripts/check-links.mjs'] },
  { name: 'the document of errors is that of the table', command: ['scripts/write-errors.mjs', '--check'] },
  { name: 'the state diagrams are those of the tables', command: ['scripts/write-diagrams.mjs', '--check'] },
  { name: 'every row of the contract names tests that exist', command: ['scripts/check-coverage.mjs'] },
  { name: 'bundled sizes keep their limits', command: ['scripts/check-sizes.mjs'] },
  { name: 'every package works from its tarball in an empty folder', command: ['scripts/check-packages.mjs'] },
]

const commands = {
  async start() {
    build('@earshot/channel-server')
    await serve([])
  },
  async dev() {
    build()
    const watcher = spawn(process.execPath, turbo('build', 'watch'), { stdio: 'inherit', env })
    await serve(['--watch'])
    watcher.kill('SIGTERM')
  },
  build: () => build(),
  async check() {
    build()
    finish(...await runChecks())
  },
  bench: () => run([...turbo('bench'), '--concurrency=1']) || process.exit(1),
  async test() {
    await prepareTests()
    const checked = await runChecks()
    finish(...checked, ...runTests(workspaces(), 'test', '--concurrency=2', `--filter=!${endToEnd}`), ...runTests(['e2e'], 'test', `--filter=${endToEnd}`))
  },
  async 'test:long'() {
    await prepareTests()
    finish(...runTests(['e2e'], 'test:long'))
  },
}

const command = commands[process.argv[2]]
if (command === undefined) fail(`usage: node scripts/run.mjs ${Object.keys(commands).join(' | ')}`)
requireNode(20, 19)
installWhenNeeded()
await command()

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number)
  if (haveMajor < major || (haveMajor === major && haveMinor < minor)) fail(`Node ${process.version} is too old: ${major}.${minor} or later is needed.`)
}

function installWhenNeeded() {
  const installed = 'node_modules/.package-lock.json'
  if (fs.existsSync(installed) && fs.statSync('package-lock.json').mtimeMs <= fs.statSync(installed).mtimeMs) return
  const npm = process.env.npm_execpath
  const [program, args] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []]
  const result = spawnSync(program, [...args, 'ci', '--no-audit', '--no-fund'], { stdio: 'inherit', env })
  if (result.status !== 0) fail('npm ci failed', result.status ?? 1)
}

function turbo(task, verb = 'run') {
  return ['node_modules/turbo/bin/turbo', verb, task]
}

/** Runs a script under this Node; true when it succeeded. */
function run(args, extra = {}) {
  return spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...env, ...extra } }).status === 0
}

function build(filter) {
  if (!run([...turbo('build'), ...(filter ? [`--filter=${filter}...`] : [])])) fail('the build failed')
}

/** The server itself, not through turbo, so that Ctrl-C reaches it. */
function serve(nodeOptions) {
  const child = spawn(process.execPath, [...nodeOptions, 'apps/channel-server/dist/main.js'], {
    stdio: 'inherit',
    env: { EARSHOT_DEV_LOGIN: '1', EARSHOT_ALLOWED_ORIGINS: '*', ...env },
  })
  console.log('Development mode: anyone who reaches this server gets a token. Another machine needs HTTPS to use microphone and worklet.')
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => child.on('exit', (code) => {
    process.exitCode = code ?? 0
    resolve(undefined)
  }))
}

/** Says what it said when it is over. */
function runCheck({ name, command }) {
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      console.log(`${stdout}${stderr}${error ? 'FAILED' : 'passed'}: ${name}`)
      resolve(error ? { passed: 0, failures: [{ name, message: `${stderr}${stdout}` }] } : { passed: 1, failures: [] })
    })
  })
}

async function prepareTests() {
  env.CHROMIUM_PATH = await ensureChromium()
  env.FIREFOX_PATH = await ensureFirefox()
  build()
}

function workspaces() {
  return ['packages', 'apps'].flatMap((group) => fs.readdirSync(group).map((name) => path.join(group, name))).filter((folder) => fs.existsSync(path.join(folder, 'package.json')))
}

/** @param folders of the workspaces that have such a task */
function runTests(folders, task, ...options) {
  for (const folder of folders) fs.rmSync(outcomeFile(folder), { force: true })
  const ok = run([...turbo(task), '--only', '--continue=always', ...options])
  const outcomes = folders.map(outcomeOf)
  if (ok || outcomes.some(({ failures }) => failures.length > 0)) return outcomes
  return [...outcomes, { passed: 0, failures: [{ name: task, message: 'ended with an error that is no failed test' }] }]
}

/** Two at a time, since most of them wait for one core. */
async function runChecks() {
  const waiting = [...checks]
  const results = []
  const lane = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) results.push(await runCheck(check))
  }
  await Promise.all([lane(), lane()])
  return results
}

/** Where scripts/outcome-reporter.mjs leaves it. */
function outcomeFile(folder) {
  return path.join(folder, 'test-results/outcome.json')
}

function outcomeOf(folder) {
  if (!fs.existsSync(outcomeFile(folder))) return { passed: 0, failures: [{ name: folder, message: 'the tests did not come to their end' }] }
  const { passed, failures } = JSON.parse(fs.readFileSync(outcomeFile(folder), 'utf8'))
  return { passed, failures: failures.map(({ name, message }) => ({ name: `${folder}: ${name}`, message })) }
}

/** Each failure with the first lines of what it said, at the end, since CI keeps only the end of what is printed. */
function finish(...outcomes) {
  const failures = outcomes.flatMap((outcome) => outcome.failures)
  for (const { name, message } of failures) {
    const lines = message.trim().split('\n').slice(0, SHOWN_LINES)
    console.log(`FAILED: ${name}\n${lines.map((line) => `  ${line}`).join('\n')}\n`)
  }
  console.log(`${outcomes.reduce((sum, { passed }) => sum + passed, 0)} passed, ${failures.length} failed`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

function fail(message, code = 1) {
  console.error(message)
  process.exit(code)
}
