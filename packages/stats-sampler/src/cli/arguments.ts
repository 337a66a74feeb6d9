import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'show'; readonly file: string; readonly json: boolean; readonly svg: string | undefined }

export const usage = 'Usage: stats-sampler recording [--json] [--svg out.svg]\n'

export const help: string = `${usage}
Shows what a call did over time: round-trip time, loss, bitrate, frame rate and MOS.

  --json         print each sample as one line of JSON
  --svg out.svg  draw the figures over time
  --help         print this text
  --version      print the version

Reads recordings of startRecording() and both dumps of chrome://webrtc-internals, compressed
(.gz) or not, up to 512 MB of text. "sent" loss and MOS are as the receiver reported them.
MOS is an estimate for audio from loss, round-trip time and jitter.

Exit codes: 0 read, 1 a file could not be read or written (what comes before a damaged or
cut line is shown nevertheless), 2 wrong usage.
`

/** Reads the arguments after the program's name. */
export function parseArguments(args: readonly string[]): Request {
  try {
    const { values, positionals } = parseArgs({
      args: [...args], allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, svg: { type: 'string' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
    })
    if (values.help) return { kind: 'help' }
    if (values.version) return { kind: 'version' }
    const [file] = positionals
    if (file === undefined || file === '') return { kind: 'wrong', message: 'which file?' }
    if (file === '-') return { kind: 'wrong', message: 'standard input cannot be read, name a file' }
    if (positionals.length > 1) return { kind: 'wrong', message: `one file at a time, not ${positionals.length}` }
    if (values.svg === '') return { kind: 'wrong', message: '--svg needs a file name' }
    return { kind: 'show', file, json: values.json, svg: values.svg }
  } catch (error) {
    // parseArgs adds advice on positional arguments in further sentences.
    return { kind: 'wrong', message: (error instanceof Error ? error.message : String(error)).split(/\.? To specify|\.?\n/)[0] ?? '' }
  }
}
