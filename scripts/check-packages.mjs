// Each package as its users get it: npm pack, install into an empty folder, import; publint and attw on the same tarball.
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const packages = [
  { folder: 'packages/protocol', expects: ['parseClientMessage', 'parseServerMessage', 'ERROR_NOSESSION'] },
  { folder: 'packages/level-meter', expects: ['LevelMeter', 'LoudnessAnalyser', 'meterTrack', 'detectSpeech', 'toDecibels', 'fromDecibels'], sideEffects: ['@earshot/level-meter/relaxed'], prints: 'level-meter' },
  { folder: 'packages/stats-sampler', expects: ['StatsSampler', 'readReport', 'sampleBetween'] },
  { folder: 'packages/sdk-core', expects: ['AliRtcEngine', 'AliRtcError', 'default'], sideEffects: ['@earshot/sdk-core/global', '@earshot/sdk-core/earshot.global.js'] },
  { folder: 'apps/channel-server', starts: 'earshot-channel-server' },
].map((entry) => ({ ...entry, manifest: JSON.parse(fs.readFileSync(path.join(entry.folder, 'package.json'), 'utf8')) }))

const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'earshot-packages-'))

try {
  for (const entry of packages) entry.tarball = pack(entry)
  for (const entry of packages) {
    await check(entry)
    console.log(`  ${entry.manifest.name}: packed, installed alone, ${entry.starts ? 'started' : 'imported'}`)
  }
} finally {
  fs.rmSync(scratch, { recursive: true, force: true })
}

function pack({ folder }) {
  const printed = run([...npm, 'pack', '--silent', '--pack-destination', scratch], folder)
  return path.join(scratch, printed.trim().split('\n').at(-1))
}

async function check({ manifest, folder, tarball, expects, sideEffects = [], starts, prints }) {
  const home = path.join(scratch, path.basename(folder))
  fs.mkdirSync(home)
  fs.writeFileSync(path.join(home, 'package.json'), '{ "private": true, "type": "module" }')
  run([...npm, 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--silent', tarball, ...ownDependencies(manifest)], home)
  if (starts) return startAndStop(home, starts)
  if (prints) printsVersion(home, prints, manifest.version)
  const names = expects.map((name) => JSON.stringify(name)).join(',')
  const script = `const module = await import(${JSON.stringify(manifest.name)})
    for (const name of [${names}]) if (module[name] === undefined) throw new Error(name + ' is not exported')
    ${sideEffects.map((name) => `await import(${JSON.stringify(name)})`).join('\n')}
    if ('AliRtcEngine' in globalThis) throw new Error('an import in Node defined a global')`
  run([process.execPath, '--input-type=module', '--eval', script], home)
  run([process.execPath, path.resolve('node_modules/publint/src/cli.js'), '--strict', path.join(home, 'node_modules', manifest.name)], home)
  run([process.execPath, path.resolve('node_modules/@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'earshot.global.js', '--no-color'], home)
}

/** The tarballs of our own packages that this one needs, so that nothing of ours comes from a registry. */
function ownDependencies(manifest) {
  const direct = packages.filter((other) => other.manifest.name in (manifest.dependencies ?? {}))
  return [...new Set(direct.flatMap((other) => [other.tarball, ...ownDependencies(other.manifest)]))]
}

function printsVersion(home, command, version) {
  const printed = run([path.join(home, 'node_modules/.bin', process.platform === 'win32' ? `${command}.cmd` : command), '--version'], home)
  if (printed.trim() !== version) throw new Error(`${command} --version printed ${printed}`)
}

function startAndStop(home, command) {
  const env = { ...process.env, EARSHOT_PORT: '0' }
  const child = spawn(path.join(home, 'node_modules/.bin', command), { env, stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
    let printed = ''
    child.stdout.on('data', (data) => {
      printed += data
      if (/^Earshot: https?:\/\/\S+$/m.test(printed)) child.kill('SIGTERM')
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (code === 0) resolve(undefined)
      else reject(new Error(`${command} ended with ${signal ?? code}; it printed: ${printed}`))
    })
  })
}

function run([program, ...args], cwd) {
  const result = spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, npm_config_update_notifier: 'false' } })
  if (result.status !== 0) throw new Error(`${[program, ...args].join(' ')}\n${result.stdout}${result.stderr}`)
  return result.stdout
}
