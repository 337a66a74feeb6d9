import { expect, test } from 'vitest'
import { speakersOf } from './speakers.ts'

test.each<[string, number, number, string, string]>([
  ['mono', 1, 0, 'mono', 'L'],
  ['stereo', 2, 0, 'L R', 'L R'],
  ['5.1 without a mask', 6, 0, 'L R C LFE Ls Rs', 'L R C LFE Ls Rs'],
  ['3 channels without a mask', 3, 0, '1 2 3', 'L L L'],
  ['5.1 with back speakers', 6, 0x3f, 'L R C LFE Ls Rs', 'L R C LFE Ls Rs'],
  ['5.1 with side speakers', 6, 0x60f, 'L R C LFE Ls Rs', 'L R C LFE Ls Rs'],
  ['7.1: the back pair weighs 1', 8, 0x63f, 'L R C LFE BL BR Ls Rs', 'L R C LFE L L Ls Rs'],
  ['4.0 with a back centre', 4, 0x107, 'L R C BC', 'L R C L'],
  ['5.1.2: heights weigh 1', 8, 0x560f, 'L R C LFE Ls Rs TFL TFR', 'L R C LFE Ls Rs L L'],
  ['a centre alone', 1, 0x4, 'C', 'C'],
  ['more channels than the mask has', 3, 0x3, 'L R 3', 'L R L'],
  ['fewer channels than the mask has', 2, 0x3f, 'L R', 'L R'],
  ['a mask of unknown bits', 2, 0x8000_0000, '1 2', 'L L'],
])('%s', (_name, channels, mask, names, labels) => {
  const speakers = speakersOf(channels, mask)
  expect(speakers.map(({ name }) => name).join(' ')).toBe(names)
  expect(speakers.map(({ label }) => label).join(' ')).toBe(labels)
})
