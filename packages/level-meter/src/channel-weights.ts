/** L, R, C: front. LFE: low-frequency effects. Ls, Rs: surround at 60° to 120°. */
export type ChannelLabel = 'L' | 'R' | 'C' | 'LFE' | 'Ls' | 'Rs'

/** Factors of a channel's energy: ITU-R BS.1770-5 Annex 1, table 3; the LFE channel does not count. */
const weights: Readonly<Record<ChannelLabel, number>> = { L: 1, R: 1, C: 1, LFE: 0, Ls: 1.41, Rs: 1.41 }

/** By channel count, in the order of Web Audio. */
const layouts: Readonly<Record<number, readonly ChannelLabel[]>> = {
  1: ['C'],
  2: ['L', 'R'],
  4: ['L', 'R', 'Ls', 'Rs'],
  5: ['L', 'R', 'C', 'Ls', 'Rs'],
  6: ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'],
}

/** What the channels of a signal with this many are in Web Audio; 5 are 5.0. Undefined where it defines no layout. */
export function layoutOf(channels: number): readonly ChannelLabel[] | undefined {
  return layouts[channels]
}

/** The factor of the channel's energy. Throws a RangeError that names an unknown label. */
export function weightOf(label: ChannelLabel): number {
  if (!Object.hasOwn(weights, label)) throw new RangeError(`channels: unknown label ${JSON.stringify(label)}, expected one of ${Object.keys(weights).join(', ')}`)
  return weights[label]
}

/** The factors of the channels' energies; counts without a layout weigh each channel 1. */
export function channelWeights(channels: number | readonly ChannelLabel[]): Float64Array {
  const labels = typeof channels === 'number' ? layoutOf(channels) : channels
  return labels ? Float64Array.from(labels, weightOf) : new Float64Array(channels as number).fill(1) // only a count has no layout
}
