/** A file that is no recording, or is damaged. What stood before the fault has been given already, where that can be. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  /** 1 is the first; absent when it is not about one line. */
  readonly line: number | undefined

  constructor(problem: string, line?: number) {
    super(line === undefined ? problem : `line ${line}: ${problem}`)
    this.line = line
  }
}

/** JSON.parse that says where. `line` is the number of the text's first line. */
export function parseJson(text: string, line = 1): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError // JSON.parse throws no other
    const end = text.trimEnd().length
    const position = Math.min(end, faultOf(text, message))
    const before = text.slice(0, position)
    // Up to here every engine says what it expected; the rest is the place, in a form of its own.
    const expected = message.replace(/,? (\.{3})?"[^]* is not valid JSON$/, '').replace(/ (in JSON )?at position [^]*$/, '')
    const problem = position === end ? 'cut short' : `not JSON at column ${position - before.lastIndexOf('\n')} (${expected})`
    throw new RecordingError(problem, line + before.split('\n').length - 1)
  }
}

/** V8 tells the position, or quotes the ten characters on either side, or at an early end nothing; other engines tell less: the end then. */
function faultOf(text: string, message: string): number {
  const told = /at position (\d+)/.exec(message)?.[1]
  if (told !== undefined) return message.startsWith('Unterminated') ? Infinity : Number(told)
  const [, isCut, quoted] = /(\.{3})?"([^]*)"(?:\.{3})? is not valid JSON$/.exec(message) ?? []
  const at = quoted === undefined ? -1 : text.indexOf(quoted)
  const token = /^Unexpected token '([^]*?)', /.exec(message)?.[1] ?? ''
  return at < 0 ? Infinity : at + (isCut === undefined ? Math.max(0, quoted?.indexOf(token) ?? 0) : 10)
}
