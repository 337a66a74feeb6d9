import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'measure'; readonly file: string; readonly json: boolean; readonly svg: string | undefined }

export const usage = 'Usage: level-meter file.wav [--json] [--svg out.svg]\n'

export const help: string = `${usage}
Measures the loudness and the true peak of a WAV file by ITU-R BS.1770-5 and EBU R 128.

  --json         print one JSON object: numbers in LUFS, LU, dBTP, dBFS and seconds;
                 null stands for minus infinity, the level of silence
  --svg out.svg  draw momentary and short-term loudness and true peak over time
  --help         print this text
  --version      print the version

Reads PCM of 8, 16, 24 and 32 bits and float of 32 and 64 bits, in RIFF, RF64 and BW64 files,
8000 to 192000 Hz, up to 32 channels. The loudness range of less than 3 s is 0.

Exit codes: 0 measured, 1 the file could not be measured or the picture not written, 2 wrong usage.
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
    if (file === '-') return { kind: 'wrong', message: 'standard input cannot be measured, name a file' }
    if (positionals.length > 1) return { kind: 'wrong', message: `one file at a time, not ${positionals.length}` }
    if (values.svg === '') return { kind: 'wrong', message: '--svg needs a file name' }
    return { kind: 'measure', file, json: values.json, svg: values.svg }
  } catch (error) {
    // parseArgs adds advice on positional arguments in further sentences.
    return { kind: 'wrong', message: (error instanceof Error ? error.message : String(error)).split(/\.? To specify|\.?\n/)[0] ?? '' }
  }
}
