/** L, R, C: front. LFE: low-frequency effects. Ls, Rs: surround at 60° to 120°. */
export type ChannelLabel = 'L' | 'R' | 'C' | 'LFE' | 'Ls' | 'Rs'

/** BS.1770-5 Annex 1, table 3; the LFE channel does not count. */
const surround = 1.41
const weights: Readonly<Record<ChannelLabel, number>> = { L: 1, R: 1, C: 1, LFE: 0, Ls: surround, Rs: surround }

/** In the order of Web Audio, L R Ls Rs, L R C Ls Rs and L R C LFE Ls Rs. It has no layout for other counts, which weigh 1 each. */
const layouts: Readonly<Record<number, readonly number[]>> = {
  4: [1, 1, surround, surround],
  5: [1, 1, 1, surround, surround],
  6: [1, 1, 1, 0, surround, surround],
}

/** The factors of the channels' energies, by their count. */
export function weightsOfCount(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, channel) => layouts[count]?.[channel] ?? 1)
}

/** The factors of the channels' energies, by their labels. Throws a RangeError that names an unknown one, in the name of `caller`. */
export function weightsOfLabels(labels: readonly ChannelLabel[], caller: string): Float64Array {
  return Float64Array.from(labels, (label) => {
    if (!Object.hasOwn(weights, label)) throw new RangeError(`${caller}: channels has the unknown label ${JSON.stringify(label)}, expected one of ${Object.keys(weights).join(', ')}`)
    return weights[label]
  })
}
