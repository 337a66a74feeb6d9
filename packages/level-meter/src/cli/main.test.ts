import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { chunk, encode, fmt, riff } from '../../test/wav-files.ts'
import { findXmlFault } from '../../test/xml.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'level-meter-'))
const program = path.join(folder, 'main.mjs')

beforeAll(async () => {
  await build({ entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))], outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20' })
  // 1 kHz at -23 dBFS in both channels: -23.0 LUFS (EBU Tech 3341, case 1)
  const tone = Float32Array.from({ length: 48_000 * 5 }, (_, i) => 10 ** (-23 / 20) * Math.sin(2 * Math.PI * 1000 * i / 48_000))
  const format = fmt({ bits: 24 })
  const data = encode('int24', [tone, tone])
  write('tone.wav', riff([format, chunk('data', data)]))
  write('cut.wav', riff([format, chunk('data', data)]).subarray(0, 300_000))
  write('silence.wav', riff([fmt({ channels: 1 }), chunk('data', new Uint8Array(96_000))]))
  write('alaw.wav', riff([fmt({ tag: 6, bits: 8 }), chunk('data', new Uint8Array(100))]))
  write('text.wav', Buffer.from('not sound at all'))
})
afterAll(() => { fs.rmSync(folder, { recursive: true }) })

function write(name: string, bytes: Uint8Array): void {
  fs.writeFileSync(path.join(folder, name), bytes)
}

function run(...args: string[]): { status: number | null, stdout: string, stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a tone of -23 dBFS has -23 LUFS, in a table for people', () => {
  const { status, stdout, stderr } = run('tone.wav')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^tone\.wav\n {2}format +24-bit integer, 48000 Hz, 2 channels\n {2}duration +0:05\.000\n {2}integrated +-23\.0 LUFS\n/)
  expect(stdout).toMatch(/\n {2}L +-23\.0 dBTP +-23\.0 dBFS\n {2}R +-23\.0 dBTP +-23\.0 dBFS\n$/)
})

test('--json prints one object of numbers', () => {
  const { status, stdout, stderr } = run('tone.wav', '--json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const reading = JSON.parse(stdout) as Record<string, unknown>
  expect(reading).toMatchObject({ file: 'tone.wav', duration: 5, sampleRate: 48_000, channels: ['L', 'R'], truePeak: [expect.any(Number), expect.any(Number)] })
  // EBU Tech 3341 allows 0.1 LU
  for (const name of ['integrated', 'maxMomentary', 'maxShortTerm']) expect(Math.abs(Number(reading[name]) + 23), name).toBeLessThanOrEqual(0.1)
})

test('silence is null in JSON', () => {
  expect(JSON.parse(run('silence.wav', '--json').stdout)).toMatchObject({ integrated: null, maxMomentary: null, truePeak: [null], samplePeak: [null], range: 0 })
})

test('--svg draws the same measurement', () => {
  const { status, stdout, stderr } = run('tone.wav', '--svg', 'tone.svg')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('-23.0 LUFS')
  const svg = fs.readFileSync(path.join(folder, 'tone.svg'), 'utf8')
  expect(findXmlFault(svg)).toBeUndefined()
  expect(svg).toContain('<title>tone.wav</title>')
  expect(svg).toContain('integrated -23.0 LUFS')
  expect(svg.match(/<path class="\w+" d="M[\d. L]{200,}"/g)).toHaveLength(3)
})

test.each<[string, string[], RegExp]>([
  ['another kind of file', ['text.wav'], /^level-meter: text\.wav: not a WAV file\n$/],
  ['a codec', ['alaw.wav'], /^level-meter: alaw\.wav: .*A-law.*0x0006.*\n$/],
  ['a missing file', ['none.wav'], /^level-meter: none\.wav: no such file or folder\n$/],
  ['a folder', ['.'], /^level-meter: \.: is a directory\n$/],
  ['a device', [os.devNull], /^level-meter: .+: (is not a regular file|no such file or folder)\n$/],
  ['a name with a line feed', ['a\nb.wav'], /^level-meter: a\ufffdb\.wav: no such file or folder\n$/],
  ['a picture over the file itself', ['tone.wav', '--svg', './tone.wav'], /^level-meter: tone\.wav: --svg would overwrite it\n$/],
  ['a picture in no folder', ['tone.wav', '--svg', 'none/a.svg'], /^level-meter: none[/\\]a\.svg: no such file or folder\n$/],
])('%s gives one line that names the file, and exit code 1', (_name, args, message) => {
  const { status, stderr } = run(...args)
  expect(stderr).toMatch(message)
  expect(status).toBe(1)
})

test('a file that is cut short is measured, and the error output says so', () => {
  const { status, stdout, stderr } = run('cut.wav', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ duration: (300_000 - 44 - 4) / 6 / 48_000 }) // 44 bytes of headers, and two thirds of a frame
  expect(stderr).toBe('level-meter: cut.wav: cut short, 1140044 bytes of samples are missing; what is there was measured\n')
  expect(status).toBe(0)
})

test.each([[[]], [['-']], [['tone.wav', '--loud']], [['tone.wav', '--svg']], [['tone.wav', 'cut.wav']]])('wrong arguments %j give the usage and exit code 2', (args) => {
  const { status, stdout, stderr } = run(...args)
  expect(stderr).toMatch(/^level-meter: [^\n]+\nUsage: level-meter file\.wav \[--json\] \[--svg out\.svg\]\n$/)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})

test('--help explains, --version tells the version', () => {
  expect(run('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^Usage: .*null stands for.*Exit codes: /s) })
  expect(run('--version')).toEqual({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' })
})

test('a reader that goes away early is no error', () => {
  const script = `const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, [${JSON.stringify(program)}, ${JSON.stringify(path.join(folder, 'tone.wav'))}], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.destroy()
    child.on('exit', (code, signal) => { process.exitCode = code ?? 99 })`
  const { status, stderr } = spawnSync(process.execPath, ['--eval', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
