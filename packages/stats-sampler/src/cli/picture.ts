import type { ConnectionSample } from '../connection-sample.js'
import { curvesOf, figures, type Curve, type Figure, type Point } from './figures.js'
import { printable } from './printable.js'
import type { Sampled } from './summary.js'

/** Units of the drawing. A group is one source: its name, and one panel per figure above a common axis of time. */
const width = 960
const plot = { left: 64, right: 936 }
const head = 76
const panel = { title: 22, height: 84, below: 12 }
const group = { title: 30, axis: 34 }
const groupHeight = group.title + figures.length * (panel.title + panel.height + panel.below) + group.axis
/** A curve of more points than two per column shows the lowest and the highest of each: no peak is lost. */
const maxColumns = 400
/** Most characters of a name that find room. */
const maxName = 90

/** Colours that stay apart for the colour-blind (Okabe and Ito); SVG viewers that know no media queries show the light ones. */
const style = `
    text { font: 12px sans-serif; fill: #444 } .name { font-size: 15px; font-weight: bold; fill: #222 } .source { font-weight: bold; fill: #222 }
    .paper { fill: #fff } .grid { stroke: #e3e3e3 } .gap { fill: #8a8a8a; fill-opacity: 0.22 } .reset { stroke: #a0007a; stroke-width: 1.2; stroke-dasharray: 2 3 }
    path { fill: none; stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round }
    .received { stroke: #00639c; stroke-width: 3 } .sent { stroke: #d55e00 } .path { stroke: #222 }
    @media (prefers-color-scheme: dark) {
      text { fill: #bbb } .name, .source { fill: #eee } .paper { fill: #1c1c1e } .grid { stroke: #38383a } .reset { stroke: #ff7ad9 }
      .received { stroke: #6cc4f5 } .sent { stroke: #f08a3c } .path { stroke: #eee }
    }`

interface Span {
  /** ms since 1970. */
  readonly start: number
  readonly end: number
}

/** Draws all figures of all sources over one common time, beginning with the first sample's. */
export function drawPicture(fileName: string, sampled: Sampled): string {
  const samples = [...sampled.values()].flat()
  const span = samples.reduce(({ start, end }, { timestamp, durationMs }) => ({ start: Math.min(start, timestamp - durationMs), end: Math.max(end, timestamp) }), { start: Infinity, end: -Infinity })
  const height = head + sampled.size * groupHeight
  const start = new Date(span.start)
  const began = Number.isNaN(start.getTime()) ? 'at a time that no calendar has' : `from ${start.toISOString().slice(0, -5).replace('T', ' ')} UTC`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escaped(fileName)}</title>
  <style>${style}
  </style>
  <rect class="paper" width="${width}" height="${height}"/>
  <text class="name" x="${plot.left}" y="27">${shortened(fileName)}</text>
  <text x="${plot.right}" y="27" text-anchor="end">${began}</text>
  ${legend}
  ${[...sampled].map(([source, ofSource], n) => drawGroup(source, ofSource, span, head + n * groupHeight)).join('\n  ')}
</svg>
`
}

const legend = [
  ...(['received', 'sent'] as const).map((way, n) => `<path class="${way}" d="M${plot.left + 110 * n} 50h26"/><text x="${plot.left + 110 * n + 33}" y="54">${way}</text>`),
  `<rect class="gap" x="284" y="43" width="26" height="14"/><text x="317" y="54">gap: not sampled in time</text>`,
  `<path class="reset" d="M490 42v16"/><text x="499" y="54">reset: counters began anew</text>`,
].join('')

function drawGroup(source: string, samples: readonly ConnectionSample[], span: Span, top: number): string {
  const x = (time: number): number => rounded(plot.left + (time - span.start) / Math.max(1, span.end - span.start) * (plot.right - plot.left))
  const panels = figures.map((figure, n) => drawPanel(figure, samples, x, top + group.title + n * (panel.title + panel.height + panel.below)))
  const bottom = top + groupHeight - group.axis - panel.below
  return [
    `<text class="source" x="${plot.left}" y="${top + 17}">${shortened(source)}</text>`,
    drawTimeAxis((span.end - span.start) / 1000, top + group.title + panel.title, bottom),
    ...panels,
  ].join('\n  ')
}

function drawPanel(figure: Figure, samples: readonly ConnectionSample[], x: (time: number) => number, top: number): string {
  const curves = curvesOf(figure, samples)
  const [low, high] = figure.scale ?? [0, niceAbove(largest(curves))]
  const [upper, lower] = [top + panel.title, top + panel.title + panel.height]
  const y = (value: number): number => rounded(lower - (value - low) / (high - low) * panel.height)
  const ticks = figure.scale ? [1, 2, 3, 4] : [low, high / 2, high]
  const known = curves.length > 0
  return [
    `<text x="${plot.left}" y="${upper - 7}">${figure.name}${figure.unit && ` in ${figure.unit}`}${known ? '' : ': not known'}</text>`,
    ...(known ? ticks : []).map((tick) => `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y(tick)}" y2="${y(tick)}"/><text x="${plot.left - 8}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`),
    ...samples.filter(({ gap }) => gap).map(({ timestamp, durationMs }) => `<rect class="gap" x="${x(timestamp - durationMs)}" y="${upper}" width="${rounded(x(timestamp) - x(timestamp - durationMs))}" height="${panel.height}"/>`),
    ...samples.filter(({ reset }) => reset).map(({ timestamp }) => `<path class="reset" d="M${x(timestamp)} ${upper}V${lower}"/>`),
    // Received first and wider, so that both can be seen where they are equal.
    ...curves.toSorted((one, other) => one.way.localeCompare(other.way)).map(({ way, segments }) => `<path class="${way}" d="${segments.map((points) => segment(points, x, y)).join('')}"/>`),
  ].join('\n  ')
}

/** A point alone is a short stroke. */
function segment(points: readonly Point[], x: (time: number) => number, y: (value: number) => number): string {
  const [first, ...rest] = extremes(points).map(({ time, value }) => `${x(time)} ${y(value)}`)
  return `M${first}${rest.length === 0 ? 'm-1.5 0h3' : `L${rest.join(' ')}`}`
}

/** The points themselves, or the lowest and the highest of each of so many parts, in the order of time. */
export function extremes(points: readonly Point[]): Point[] {
  if (points.length <= 2 * maxColumns) return [...points]
  return Array.from({ length: maxColumns }, (_, n) => points.slice(Math.floor(n * points.length / maxColumns), Math.floor((n + 1) * points.length / maxColumns))).flatMap((part) => {
    const sorted = part.toSorted((one, other) => one.value - other.value)
    const [lowest, highest] = [sorted[0], sorted.at(-1)]
    return lowest && highest ? [lowest, highest].sort((one, other) => one.time - other.time) : []
  })
}

const largest = (curves: readonly Curve[]): number => curves.reduce((most, { segments }) => segments.flat().reduce((sofar, { value }) => Math.max(sofar, value), most), 0)

/** The least round number that is not below, and 1 at least. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return [1, 1.5, 2, 3, 4, 5, 6, 8].map((factor) => factor * power).find((candidate) => candidate >= value) ?? 10 * power
}

const timeSteps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400]

function drawTimeAxis(seconds: number, top: number, bottom: number): string {
  const step = timeSteps.find((candidate) => seconds / candidate <= 11) ?? 86_400 * Math.ceil(seconds / 864_000)
  const ticks = Array.from({ length: Math.floor(Math.max(0, seconds) / step * (1 + 1e-9)) + 1 }, (_, index) => index * step)
  const lines = ticks.map((tick) => {
    const x = rounded(plot.left + tick / Math.max(seconds, 1e-3) * (plot.right - plot.left))
    return `<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><text x="${x}" y="${bottom + 18}" text-anchor="middle">${clockText(tick, seconds, step)}</text>`
  })
  return lines.join('\n  ')
}

/** A tick's time: in s, min:s or h:min:s. */
function clockText(tick: number, seconds: number, step: number): string {
  if (seconds < 60) return `${tick.toFixed(step < 1 ? 1 : 0)} s`
  const two = (value: number): string => String(value % 60).padStart(2, '0')
  const minutes = Math.floor(tick / 60)
  return seconds < 3600 ? `${minutes}:${two(tick)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(tick)}`
}

const rounded = (coordinate: number): number => Math.round(coordinate * 10) / 10

function shortened(name: string): string {
  const [...letters] = printable(name)
  return letters.length > maxName ? `${escaped(letters.slice(0, maxName - 1).join(''))}…` : escaped(name)
}

function escaped(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
