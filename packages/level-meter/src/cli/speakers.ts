import type { ChannelLabel } from '../channel-weights.js'

/** A channel, and the label by which it weighs. */
export interface Speaker {
  /** For people: the label, or another speaker's name, or the channel's number. */
  readonly name: string
  /** 'L' also where no label fits, for the weight 1. */
  readonly label: ChannelLabel
}

/** Bits of `channelMask` (WAVEFORMATEXTENSIBLE, dwChannelMask) from the lowest: the speakers of the channels, in file order. */
const maskNames = ['L', 'R', 'C', 'LFE', 'BL', 'BR', 'FLC', 'FRC', 'BC', 'Ls', 'Rs', 'TC', 'TFL', 'TFC', 'TFR', 'TBL', 'TBC', 'TBR']
/** What files without a mask mean by so many channels: the orders of `LoudnessFormat.channels`. */
const unmasked: Readonly<Record<number, readonly string[]>> = {
  1: ['mono'], 2: ['L', 'R'], 4: ['L', 'R', 'Ls', 'Rs'], 5: ['L', 'R', 'C', 'Ls', 'Rs'], 6: ['L', 'R', 'C', 'LFE', 'Ls', 'Rs'],
}
const labels: Readonly<Partial<Record<string, ChannelLabel>>> = { L: 'L', R: 'R', C: 'C', LFE: 'LFE', Ls: 'Ls', Rs: 'Rs' }

/**
 * Names the channels of a file. The back pair are the surrounds when there is no side pair (5.1 of a mask 0x3f); beside one,
 * as in 7.1, they stand behind 120 degrees and weigh 1 (BS.1770-5, table 4).
 */
export function speakersOf(channels: number, channelMask: number): Speaker[] {
  const masked = maskNames.filter((_, bit) => (channelMask >>> bit) & 1)
  const hasSides = masked.includes('Ls') || masked.includes('Rs')
  const names = channelMask === 0 ? unmasked[channels] ?? [] : masked.map((name) => (hasSides ? name : backAsSide[name] ?? name))
  return Array.from({ length: channels }, (_, index) => {
    const name = names[index] ?? String(index + 1)
    return { name, label: labels[name] ?? 'L' }
  })
}

const backAsSide: Readonly<Partial<Record<string, string>>> = { BL: 'Ls', BR: 'Rs' }
