/** One line of the callback log. */
export interface LogLine {
  /** Counts up; tells lines apart. */
  readonly number: number
  /** `onJoin` and so on. */
  readonly callback: string
  /** Local wall clock, `HH:MM:SS.mmm`. */
  readonly time: string
  readonly summary: string
}

/** The callbacks that come every second. */
export const PER_SECOND: readonly string[] = ['onAudioLevel', 'onMedia']
/** Most lines that are kept. */
export const MAX_LINES: number = 200
/** Most of them that come every second: they must not push out what happened minutes ago. */
export const MAX_PER_SECOND_LINES: number = 80

/** The lines, newest first, with a new one; from the end, what is too much is left out. */
export function withLine(lines: readonly LogLine[], line: LogLine): readonly LogLine[] {
  const all = [line, ...lines]
  const perSecond = all.filter(isPerSecond)
  const kept = perSecond.length > MAX_PER_SECOND_LINES ? without(all, perSecond.at(-1)) : all
  return kept.slice(0, MAX_LINES)
}

export function isPerSecond(line: LogLine): boolean {
  return PER_SECOND.includes(line.callback)
}

/** `09:05:07.042` */
export function timeOfDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function without(lines: readonly LogLine[], line: LogLine | undefined): readonly LogLine[] {
  return lines.filter((other) => other !== line)
}
