import fs from 'node:fs'
import path from 'node:path'
import { version } from '../generated/version.js'
import { help, parseArguments, usage, type Request } from './arguments.js'
import { measure } from './measure.js'
import { drawPicture } from './picture.js'
import { printable } from './printable.js'
import { summaryJson, summaryText } from './summary.js'
import { parseWav, type ReadAt } from './wav.js'

const reasons: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'no such file or folder', EACCES: 'permission denied', EPERM: 'permission denied', EISDIR: 'is a directory', ENOTDIR: 'no such file or folder',
}

// `level-meter file.wav | head -1` closes our output early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') complain(`standard output: ${error.message}`)
  process.exit()
})
process.stderr.on('error', () => {})
await run(parseArguments(process.argv.slice(2)))

async function run(request: Request): Promise<void> {
  switch (request.kind) {
    case 'help': process.stdout.write(help); return
    case 'version': process.stdout.write(`${version}\n`); return
    case 'wrong':
      process.stderr.write(`level-meter: ${printable(request.message)}\n${usage}`)
      process.exitCode = 2
      return
    case 'measure': await runMeasure(request)
  }
}

async function runMeasure({ file, json, svg }: Request & { kind: 'measure' }): Promise<void> {
  let current = file
  try {
    const { read, size, identity } = openFile(file)
    if (svg !== undefined && identity === identityOf(fs.statSync(svg, { bigint: true, throwIfNoEntry: false }))) throw new Error('--svg would overwrite it')
    const wav = parseWav(read, size)
    const measurement = await measure(wav, read, { withTrace: svg !== undefined })
    const missing = wav.missingBytes + (wav.frames - measurement.frames) * wav.frameBytes
    if (missing > 0) warn(`${file}: cut short, ${missing} bytes of samples are missing; what is there was measured`)
    process.stdout.write(json ? summaryJson(file, measurement) : summaryText(printable(file), measurement))
    if (svg === undefined) return
    current = svg
    fs.writeFileSync(svg, drawPicture(path.basename(file), measurement))
  } catch (error) {
    complain(`${current}: ${reasonOf(error)}`)
  }
}

interface OpenFile {
  readonly read: ReadAt
  /** Bytes. */
  readonly size: number
  readonly identity: string | undefined
}

/** Left open until the process ends. */
function openFile(file: string): OpenFile {
  const stat = fs.statSync(file, { bigint: true }) // before opening, which waits for ever at a pipe
  if (stat.isDirectory()) throw new Error('is a directory')
  if (!stat.isFile()) throw new Error('is not a regular file')
  const descriptor = fs.openSync(file, 'r')
  return { read: (position, length) => readAt(descriptor, position, length), size: Number(stat.size), identity: identityOf(stat) }
}

function readAt(descriptor: number, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const got = fs.readSync(descriptor, bytes, filled, length - filled, position + filled)
    if (got === 0) break
    filled += got
  }
  return bytes.subarray(0, filled)
}

/** Equal for two paths to one file. */
function identityOf(stat: fs.BigIntStats | undefined): string | undefined {
  return stat && `${stat.dev} ${stat.ino}`
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return reasons[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message
}

function complain(message: string): void {
  warn(message)
  process.exitCode = 1
}

function warn(message: string): void {
  process.stderr.write(`level-meter: ${printable(message)}\n`)
}
