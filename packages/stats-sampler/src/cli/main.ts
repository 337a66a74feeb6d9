import { constants } from 'node:buffer'
import fs from 'node:fs'
import path from 'node:path'
import { constants as zlibConstants, gunzipSync } from 'node:zlib'
import type { ConnectionSample } from '../connection-sample.js'
import { RecordingError, sampleRecording } from '../replay/index.js'
import { help, parseArguments, usage, type Request } from './arguments.js'
import { drawPicture } from './picture.js'
import { printable } from './printable.js'
import { summaryJson, summaryText, type Sampled } from './summary.js'

const reasons: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'no such file or folder', EACCES: 'permission denied', EPERM: 'permission denied', EISDIR: 'is a directory', ENOTDIR: 'no such file or folder',
  Z_BUF_ERROR: 'cut short: the compressed data has no end', Z_DATA_ERROR: 'damaged: the compressed data cannot be read',
  ERR_BUFFER_TOO_LARGE: 'too large: more than 512 MB of text', ERR_FS_FILE_TOO_LARGE: 'too large: more than 512 MB of text',
}

// `stats-sampler file --json | head -1` closes our output early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') complain(`standard output: ${error.message}`)
  process.exit()
})
process.stderr.on('error', () => {})
run(parseArguments(process.argv.slice(2)))

function run(request: Request): void {
  switch (request.kind) {
    case 'help': process.stdout.write(help); return
    case 'version': process.stdout.write(`${version()}\n`); return
    case 'wrong':
      process.stderr.write(`stats-sampler: ${printable(request.message)}\n${usage}`)
      process.exitCode = 2
      return
    case 'show': show(request)
  }
}

function show({ file, json, svg }: Request & { kind: 'show' }): void {
  let current = file
  try {
    const stat = fs.statSync(file) // before opening, which waits for ever at a pipe
    if (stat.isDirectory()) throw new Error('is a directory')
    if (!stat.isFile()) throw new Error('is not a regular file')
    if (svg !== undefined && identityOf(svg) === identityOf(file)) throw new Error('--svg would overwrite it')
    const sampled = sample(file)
    if (sampled.size === 0) {
      if (process.exitCode === undefined) complain(`${file}: there are no two reports of one connection in it`)
      return
    }
    if (json) for (const line of summaryJson(sampled)) process.stdout.write(line)
    else process.stdout.write(summaryText(file, sampled))
    if (svg === undefined) return
    current = svg
    fs.writeFileSync(svg, drawPicture(path.basename(file), sampled))
  } catch (error) {
    complain(`${current}: ${reasonOf(error)}`)
  }
}

/** What comes before a fault is kept; the fault is told. */
function sample(file: string): Sampled {
  const sampled = new Map<string, ConnectionSample[]>()
  try {
    for (const { source, sample: next } of sampleRecording(readText(file))) {
      const samples = sampled.get(source)
      if (samples) samples.push(next)
      else sampled.set(source, [next])
    }
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error
    if (process.exitCode !== undefined) return sampled // told already: the compressed data has no end
    complain(`${file}: ${error.message}${sampled.size > 0 ? '; what comes before is shown' : ''}`)
  }
  return sampled
}

function readText(file: string): string {
  const bytes = fs.readFileSync(file)
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(file, bytes) : bytes
  if (text.length > constants.MAX_STRING_LENGTH) throw new Error(reasons['ERR_BUFFER_TOO_LARGE'])
  return text.toString()
}

/** Of data that is cut short, what there is; the fault is told. */
function gunzip(file: string, bytes: Buffer): Buffer {
  const options = { maxOutputLength: constants.MAX_STRING_LENGTH }
  try {
    return gunzipSync(bytes, options)
  } catch (error) {
    if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error
    complain(`${file}: ${reasonOf(error)}`)
    return gunzipSync(bytes, { ...options, finishFlush: zlibConstants.Z_SYNC_FLUSH })
  }
}

/** Equal for two paths to one file; absent where there is none, of which writing it tells the reason. */
function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = fs.statSync(file, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return undefined
  }
}

function version(): string {
  const { version: own } = JSON.parse(fs.readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string } // true: npm refuses a package without one
  return own
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message
}

function complain(message: string): void {
  process.stderr.write(`stats-sampler: ${printable(message)}\n`)
  process.exitCode = 1
}
