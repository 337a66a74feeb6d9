import type { ConnectionSample } from '../connection-sample.js'
import { curvesOf, figures, type Curve, type Figure, type Way } from './figures.js'
import { printable } from './printable.js'

/** Samples by source. */
export type Sampled = ReadonlyMap<string, readonly ConnectionSample[]>

/** The samples as a table for people. */
export function summaryText(file: string, sampled: Sampled): string {
  return `${printable(file)}\n${[...sampled].map(([source, samples]) => sourceText(source, samples)).join('\n')}`
}

/** Each sample on a line of its own: a long recording makes a long text, which is better not one value. */
export function* summaryJson(sampled: Sampled): Generator<string, void, undefined> {
  for (const [source, samples] of sampled) for (const sample of samples) yield `${escaped(JSON.stringify({ source, ...sample }))}\n`
}

/** The control characters that JSON allows in a text and a terminal may obey. */
const escaped = (json: string): string => json.replaceAll(/[\x7f-\x9f]/g, (control) => `\\u00${control.charCodeAt(0).toString(16)}`)

function sourceText(source: string, samples: readonly ConnectionSample[]): string {
  const total = samples.reduce((sum, { durationMs }) => sum + durationMs, 0)
  const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`
  const facts = [
    count(samples.length, 'sample'), durationText(total / 1000),
    count(samples.filter(({ gap }) => gap).length, 'gap'), count(samples.filter(({ reset }) => reset).length, 'reset'),
  ]
  const rows = figures.flatMap((figure) => figureRows(figure, curvesOf(figure, samples)))
  return `  ${printable(source)}: ${facts.join(', ')}\n${' '.repeat(34)}${['median', 'lowest', 'highest'].map((title) => title.padStart(10)).join('')}\n${rows.join('')}`
}

const ways: readonly Way[] = ['path', 'received', 'sent']

function figureRows({ name, unit, digits }: Figure, curves: readonly Curve[]): string[] {
  return ways.flatMap((way) => {
    const values = curves.filter((curve) => curve.way === way).flatMap(({ segments }) => segments.flat()).map(({ value }) => value).sort((one, other) => one - other)
    if (values.length === 0) return []
    const cells = [values[values.length >> 1], values[0], values.at(-1)].map((value = NaN) => value.toFixed(digits).padStart(10)) // of an even number the upper median
    return [`    ${`${name}${way === 'path' ? '' : ` ${way}`}`.padEnd(22)}${unit.padEnd(8)}${cells.join('')}\n`]
  })
}

/** h:mm:ss.s, without the hours when there are none. */
function durationText(seconds: number): string {
  const tenths = Math.round(seconds * 10)
  const minutes = Math.floor(tenths / 600)
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, '0')
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}
