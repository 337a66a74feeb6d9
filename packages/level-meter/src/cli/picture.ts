import type { Measurement, Trace } from './measure.js'
import { printable } from './printable.js'
import { levelText } from './summary.js'

/** Units of the drawing; the plot lies inside. */
const size = { width: 960, height: 420 }
const plot = { left: 58, right: 926, top: 66, bottom: 372 }
/** Most points of a curve; each is the largest value of its part of the time, so that no peak is lost. */
const maxColumns = 400
/** Most characters of the title that find room; a tooltip has them all. */
const maxTitle = 100

/** Colours that stay apart for the colour-blind (Okabe and Ito); SVG viewers that know no media queries show the light ones. */
const style = `
    text { font: 12px sans-serif; fill: #444 } .name { font-size: 15px; font-weight: bold; fill: #222 }
    .paper { fill: #fff } .grid { stroke: #e3e3e3 } .full { stroke: #888 } path { fill: none; stroke-linejoin: round }
    .peak { stroke: #d55e00; stroke-width: 1.2 } .momentary { stroke: #56b4e9; stroke-width: 1.2 }
    .short { stroke: #00527f; stroke-width: 2.2 } .integrated { stroke: #222; stroke-dasharray: 6 4; stroke-width: 1.2 }
    @media (prefers-color-scheme: dark) {
      text { fill: #bbb } .name { fill: #eee } .paper { fill: #1c1c1e } .grid { stroke: #38383a } .full { stroke: #777 }
      .peak { stroke: #f08a3c } .momentary { stroke: #3f8fc4 } .short { stroke: #b8e2ff } .integrated { stroke: #eee }
    }`

/** Draws momentary and short-term loudness, true peak and integrated loudness over time. A measurement without a trace gives no curves. */
export function drawPicture(fileName: string, measurement: Measurement): string {
  const { integrated, trace = { momentary: [], shortTerm: [], truePeak: [] } } = measurement
  const seconds = measurement.frames / measurement.wav.sampleRate
  const levels = levelAxis(trace)
  const y = (level: number): number => {
    const inside = Math.min(levels.top, Math.max(levels.bottom, level))
    return plot.top + (levels.top - inside) / (levels.top - levels.bottom) * (plot.bottom - plot.top)
  }
  const name = escaped(fileName)
  const [...letters] = printable(fileName)
  const title = letters.length > maxTitle ? `${escaped(letters.slice(0, maxTitle - 1).join(''))}…` : name
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" role="img">
  <title>${name}</title>
  <style>${style}
  </style>
  <rect class="paper" width="${size.width}" height="${size.height}"/>
  <text class="name" x="${plot.left}" y="27">${title}</text>
  ${legend(integrated)}
  ${drawLevelAxis(levels, y)}
  ${drawTimeAxis(seconds)}
  <path class="peak" d="${curve(trace.truePeak, y)}"/>
  <path class="momentary" d="${curve(trace.momentary, y)}"/>
  <path class="short" d="${curve(trace.shortTerm, y)}"/>
  ${integrated >= levels.bottom ? `<line class="integrated" x1="${plot.left}" x2="${plot.right}" y1="${rounded(y(integrated))}" y2="${rounded(y(integrated))}"/>` : ''}
</svg>
`
}

function legend(integrated: number): string {
  const entries: readonly (readonly [string, string, number])[] = [
    ['peak', 'true peak', plot.left], ['momentary', 'momentary (400 ms)', 167], ['short', 'short-term (3 s)', 337],
    ['integrated', `integrated ${levelText(integrated)} LUFS`, 478],
  ]
  return entries.map(([kind, text, x]) => `<line class="${kind}" x1="${x}" x2="${x + 26}" y1="46" y2="46"/><text x="${x + 33}" y="50">${text}</text>`).join('\n  ')
}

interface LevelAxis {
  /** dB, multiples of 10 but for a top just above 0. */
  readonly top: number
  readonly bottom: number
}

/** -60 to 0 dB, more where the file is louder than full scale or so quiet that nothing would be seen. */
function levelAxis({ truePeak, momentary }: Trace): LevelAxis {
  const highest = largest(truePeak)
  const loudest = largest(momentary)
  return {
    top: highest <= 0 ? 0 : highest <= 5 ? 5 : Math.min(60, 10 * Math.ceil(highest / 10)),
    bottom: loudest === -Infinity ? -60 : Math.min(-60, Math.max(-150, 10 * Math.floor(loudest / 10) - 30)),
  }
}

function drawLevelAxis({ top, bottom }: LevelAxis, y: (level: number) => number): string {
  const step = top - bottom > 100 ? 20 : 10
  const lines: string[] = []
  for (let level = 0; level >= bottom; level -= step) lines.push(levelLine(level, y(level)))
  for (let level = step; level <= top; level += step) lines.push(levelLine(level, y(level)))
  const middle = (plot.top + plot.bottom) / 2
  lines.push(`<text transform="translate(16 ${middle}) rotate(-90)" text-anchor="middle">loudness in LUFS, peak in dBTP</text>`)
  return lines.join('\n  ')
}

function levelLine(level: number, y: number): string {
  return `<line class="${level === 0 ? 'full' : 'grid'}" x1="${plot.left}" x2="${plot.right}" y1="${rounded(y)}" y2="${rounded(y)}"/>`
    + `<text x="${plot.left - 8}" y="${rounded(y + 4)}" text-anchor="end">${level}</text>`
}

const timeSteps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400]

function drawTimeAxis(seconds: number): string {
  const step = timeSteps.find((candidate) => seconds / candidate <= 11) ?? 86_400 * Math.ceil(seconds / 864_000)
  const ticks = Array.from({ length: Math.floor(seconds / step * (1 + 1e-9)) + 1 }, (_, index) => index * step)
  const lines = ticks.map((tick) => {
    const x = rounded(plot.left + tick / seconds * (plot.right - plot.left))
    return `<line class="grid" x1="${x}" x2="${x}" y1="${plot.top}" y2="${plot.bottom}"/>`
      + `<text x="${x}" y="${plot.bottom + 18}" text-anchor="middle">${clockText(tick, seconds, step)}</text>`
  })
  const unit = seconds < 60 ? 's' : seconds < 3600 ? 'min:s' : 'h:min:s'
  lines.push(`<text x="${(plot.left + plot.right) / 2}" y="${size.height - 10}" text-anchor="middle">time in ${unit}</text>`)
  return lines.join('\n  ')
}

/** A tick's time in the unit of an axis of so many seconds. */
function clockText(tick: number, seconds: number, step: number): string {
  if (seconds < 60) return tick.toFixed(step < 0.1 ? 2 : step < 1 ? 1 : 0)
  const two = (value: number): string => String(value % 60).padStart(2, '0')
  const minutes = Math.floor(tick / 60)
  return seconds < 3600 ? `${minutes}:${two(tick)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(tick)}`
}

/** The curve from edge to edge of the plot, so that a single value is seen too. */
function curve(values: readonly number[], y: (level: number) => number): string {
  const columns = columnsOf(values)
  const width = (plot.right - plot.left) / columns.length
  const heights = columns.map((value) => rounded(y(value)))
  const points = heights.map((height, index) => `${rounded(plot.left + (index + 0.5) * width)} ${height}`)
  return columns.length === 0 ? '' : `M${plot.left} ${heights[0]} L${points.join(' ')} ${plot.right} ${heights.at(-1)}`
}

/** The largest values of at most `maxColumns` equal parts. */
export function columnsOf(values: readonly number[]): number[] {
  const count = Math.min(maxColumns, values.length)
  return Array.from({ length: count }, (_, index) =>
    largest(values.slice(Math.floor(index * values.length / count), Math.floor((index + 1) * values.length / count))))
}

/** Of any number of values (a spread argument list has a limit), and of those that are numbers. */
function largest(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), -Infinity)
}

function rounded(coordinate: number): number {
  return Math.round(coordinate * 10) / 10
}

function escaped(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
