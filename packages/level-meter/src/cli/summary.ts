import type { Measurement } from './measure.js'

/** A level for people, to one decimal, as wide as -100.0: '-inf' for silence. */
export function levelText(decibels: number): string {
  if (!Number.isFinite(decibels)) return decibels < 0 ? '-inf' : 'inf'
  return (Math.round(decibels * 10) / 10).toFixed(1) // rounded first, for 0.0 instead of -0.0
}

/** The measurement as a table for people. */
export function summaryText(name: string, measurement: Measurement): string {
  const { wav, frames, channelNames, integrated, range, maxMomentary, maxShortTerm, truePeak, samplePeak } = measurement
  const kind = wav.coding.startsWith('float') ? 'float' : 'integer'
  const row = (label: string, value: string): string => `  ${label.padEnd(16)}${value}\n`
  const level = (label: string, value: number, unit: string): string => row(label, `${levelText(value).padStart(6)} ${unit}`)
  const width = Math.max(7, ...channelNames.map((channel) => channel.length))
  return `${name}\n${
    row('format', `${wav.bits}-bit ${kind}, ${wav.sampleRate} Hz, ${wav.channels} ${wav.channels === 1 ? 'channel' : 'channels'}`)}${
    row('duration', durationText(frames / wav.sampleRate))}${
    level('integrated', integrated, 'LUFS')}${
    level('range', range, 'LU')}${
    level('max momentary', maxMomentary, 'LUFS')}${
    level('max short-term', maxShortTerm, 'LUFS')}\n  ${
    'channel'.padEnd(width)}   true peak     sample peak\n${
    channelNames.map((channel, index) => `  ${channel.padEnd(width)}  ${
      levelText(truePeak[index] ?? NaN).padStart(6)} dBTP   ${levelText(samplePeak[index] ?? NaN).padStart(6)} dBFS\n`).join('')}`
}

/** The measurement for programs. JSON has no infinity: silence becomes null, and what overflowed the largest number, lest it look like silence. */
export function summaryJson(file: string, measurement: Measurement): string {
  const { wav, frames, channelNames, integrated, range, maxMomentary, maxShortTerm, truePeak, samplePeak } = measurement
  const { sampleRate, bits, coding } = wav
  return `${JSON.stringify({
    file, duration: frames / sampleRate, sampleRate, bits, coding, channels: channelNames,
    integrated, range, maxMomentary, maxShortTerm, truePeak: truePeak.map((peak) => Math.min(peak, Number.MAX_VALUE)), samplePeak,
  })}\n`
}

/** h:mm:ss.sss, without the hours when there are none. */
function durationText(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000)
  const minutes = Math.floor(milliseconds / 60_000)
  const rest = ((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, '0')
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}
