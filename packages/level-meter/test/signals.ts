/** A repeatable stream of numbers in [0, 1): mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const signalKinds = ['noise', 'hot', 'quiet', 'denormal', 'huge', 'offset', 'silence', 'broken', 'only-broken'] as const
export type SignalKind = (typeof signalKinds)[number]

/** Random samples of a kind; 'hot' clips, 'broken' has NaN, infinities and clipped samples among denormals and noise. */
export function makeSignal(kind: SignalKind, length: number, random: () => number): Float32Array<ArrayBuffer> {
  const noise = (): number => 2 * random() - 1
  const broken = [NaN, Infinity, -Infinity, 1e-40, -1e-45, 1, -1, 2, 0, -0]
  return Float32Array.from({ length }, () => {
    switch (kind) {
      case 'noise': return 0.9 * noise()
      case 'hot': return 1.5 * noise()
      case 'quiet': return 1e-25 * noise()
      case 'denormal': return 1e-40 * noise()
      case 'huge': return 1e30 * noise()
      case 'offset': return 0.25 + 1e-3 * noise()
      case 'silence': return random() < 0.5 ? 0 : -0
      case 'broken': return random() < 0.3 ? (broken[Math.floor(random() * broken.length)] as number) : noise()
      case 'only-broken': return broken[Math.floor(random() * 3)] as number
    }
  })
}

/** The bits, so that NaN equals itself and 0 differs from -0. */
export function bitsOf(samples: Float32Array): Uint32Array {
  return new Uint32Array(samples.buffer, samples.byteOffset, samples.length)
}

/** Index of the first differing bit pattern, -1 when equal; lengths differ at the shorter one's end. */
export function firstDifference(a: Float32Array, b: Float32Array): number {
  const left = bitsOf(a)
  const right = bitsOf(b)
  const common = Math.min(left.length, right.length)
  for (let i = 0; i < common; i++) if (left[i] !== right[i]) return i
  return left.length === right.length ? -1 : common
}

export function joinBlocks(blocks: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(blocks.reduce((length, block) => length + block.length, 0))
  let offset = 0
  for (const block of blocks) {
    joined.set(block, offset)
    offset += block.length
  }
  return joined
}
