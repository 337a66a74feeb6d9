import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findXmlFault } from '../../../level-meter/test/xml.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { sampleRecording } from '../replay/read-recording.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stats-sampler-'))
const program = path.join(folder, 'package', 'dist', 'cli', 'main.mjs')
const dump = fs.readFileSync(new URL('../../fixtures/dumps/webrtc-internals.json', import.meta.url))
const recording = [
  { format: 'earshot-stats', version: 1, intervalMs: 1000 },
  ...[1, 2, 3].map((second) => ({ source: 'a', timestamp: second * 1000, synchronizationSources: [], report: [['T', { type: 'transport', bytesSent: second * 125 }]] })),
].map((line) => JSON.stringify(line)).join('\n')

beforeAll(async () => {
  await build({ entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))], outfile: program, bundle: true, platform: 'node', format: 'esm', target: 'node20' })
  fs.writeFileSync(path.join(folder, 'package', 'package.json'), JSON.stringify(packageJson))
  write('dump.json', dump)
  write('dump.gz', gzipSync(dump))
  write('cut.gz', gzipSync(dump).subarray(0, 5000))
  write('cut.json', dump.subarray(0, 5000))
  write('call.jsonl', recording)
  write('cut.jsonl', recording.slice(0, -30))
  write('call.gz', gzipSync(recording).subarray(0, -4)) // only the length is missing
  write('header.jsonl', recording.split('\n')[0] ?? '')
  write('other.json', '{}')
  write('empty.json', '')
})
afterAll(() => { fs.rmSync(folder, { recursive: true }) })

function write(name: string, content: Uint8Array | string): void {
  fs.writeFileSync(path.join(folder, name), content)
}

function run(...args: string[]): { status: number | null, stdout: string, stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a dump is a table for people, compressed as Chromium saves it or not', () => {
  const { status, stdout, stderr } = run('dump.json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^dump\.json\n {2}8-1: 10 samples, 0:10\.0, 0 gaps, 0 resets\n.*\n {4}round-trip time {7}ms +1\.0 +1\.0 +2\.0\n/)
  expect(run('dump.gz').stdout).toBe(stdout.replace('dump.json', 'dump.gz'))
})

test('--json prints the samples that sampleRecording gives, one on a line', () => {
  const { status, stdout, stderr } = run('dump.json', '--json')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown)).toEqual([...sampleRecording(dump.toString())].map(({ source, sample }) => ({ source, ...sample })))
})

test('--svg draws the same samples', () => {
  const { status, stdout, stderr } = run('call.jsonl', '--svg', 'call.svg')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/bitrate sent +kbit\/s +1 +1 +1\n$/)
  const svg = fs.readFileSync(path.join(folder, 'call.svg'), 'utf8')
  expect(findXmlFault(svg)).toBeUndefined()
  expect(svg).toContain('<title>call.jsonl</title>')
})

test('of a recording that is cut short, what comes before is shown and drawn, and the exit code is 1', () => {
  const { status, stdout, stderr } = run('cut.jsonl', '--svg', 'cut.svg')
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'stats-sampler: cut.jsonl: line 4: cut short; what comes before is shown\n' })
  expect(stdout).toContain('a: 1 sample,')
  expect(fs.existsSync(path.join(folder, 'cut.svg'))).toBe(true)
})

test('so it is with one that was cut when it was compressed already', () => {
  const { status, stdout, stderr } = run('call.gz')
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'stats-sampler: call.gz: cut short: the compressed data has no end\n' })
  expect(stdout).toContain('a: 2 samples,')
})

test.each<[string, string[], RegExp]>([
  ['a dump that is cut short', ['cut.json'], /^stats-sampler: cut\.json: line \d+: cut short\n$/],
  ['a compressed dump that is cut short', ['cut.gz'], /^stats-sampler: cut\.gz: cut short: the compressed data has no end\n$/],
  ['other JSON', ['other.json'], /^stats-sampler: other\.json: this is JSON, but neither a dump .* nor a recording of @earshot\/stats-sampler\n$/],
  ['an empty file', ['empty.json'], /^stats-sampler: empty\.json: line 1: the file is empty\n$/],
  ['a recording without reports', ['header.jsonl'], /^stats-sampler: header\.jsonl: there are no two reports of one connection in it\n$/],
  ['a missing file', ['none.json'], /^stats-sampler: none\.json: no such file or folder\n$/],
  ['a folder', ['.'], /^stats-sampler: \.: is a directory\n$/],
  ['a device', [os.devNull], /^stats-sampler: .+: (is not a regular file|no such file or folder)\n$/],
  ['a name with a line feed', ['a\nb'], /^stats-sampler: a\ufffdb: no such file or folder\n$/],
  ['a picture over the file itself', ['dump.json', '--svg', './dump.json'], /^stats-sampler: dump\.json: --svg would overwrite it\n$/],
  ['a picture in a folder that is a file', ['dump.json', '--svg', 'call.jsonl/a.svg'], /^stats-sampler: call\.jsonl[/\\]a\.svg: no such file or folder\n$/],
  ['a picture in no folder', ['dump.json', '--svg', 'none/a.svg'], /^stats-sampler: none[/\\]a\.svg: no such file or folder\n$/],
])('%s gives one line that names the file, and exit code 1', (_name, args, message) => {
  const { status, stderr } = run(...args)
  expect(stderr).toMatch(message)
  expect(status).toBe(1)
})

test.each([[[]], [['-']], [['dump.json', '--loud']], [['dump.json', '--svg']], [['dump.json', 'call.jsonl']]])('wrong arguments %j give the usage and exit code 2', (args) => {
  const { status, stdout, stderr } = run(...args)
  expect(stderr).toMatch(/^stats-sampler: [^\n]+\nUsage: stats-sampler recording \[--json\] \[--svg out\.svg\]\n$/)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})

test('--help explains, --version tells the version', () => {
  expect(run('--help')).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^Usage: .*Exit codes: /s) as string })
  expect(run('--version')).toEqual({ status: 0, stdout: `${packageJson.version}\n`, stderr: '' })
})

test('a reader that goes away early is no error', () => {
  const script = `const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, [${JSON.stringify(program)}, ${JSON.stringify(path.join(folder, 'dump.json'))}, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.destroy()
    child.on('exit', (code, signal) => { process.exitCode = code ?? 99 })`
  const { status, stderr } = spawnSync(process.execPath, ['--eval', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
