import { calibration, loudness, LoudnessWindows, tensPerMomentary } from './loudness-windows.js'

/** Energies of blocks kept together; even. */
const chunkSize = 256

const hopsPerTen = 10
const tensPerShortTerm = 30
/**
 * Loudness after the K-weighting: the windows of EBU Tech 3341, the gated loudness of ITU-R BS.1770-5 Annex 1, and the
 * loudness range of EBU Tech 3342, from energies of 10 ms.
 *
 * Exact, not rounded to a histogram: the energies of all blocks above the absolute gate are kept, at 8 to 16 bytes each, two
 * blocks every 100 ms (an hour: 0.6 to 1.2 MB).
 */
export class Gating {
  readonly #windows: LoudnessWindows
  readonly #momentaryFrames: number
  readonly #shortTermFrames: number
  #maxMomentary = 0
  #maxShortTerm = 0
  #hopsMeasured = 0
  #blocks!: Blocks
  #shortTermBlocks!: Blocks
  #integrated: number | undefined
  #range: number | undefined

  /** @param sampleRate Hz */
  constructor(sampleRate: number) {
    this.#windows = new LoudnessWindows(sampleRate)
    this.#momentaryFrames = 0.4 * sampleRate
    this.#shortTermFrames = 3 * sampleRate
    this.restart()
  }

  /** Adds the next 10 ms: the channels' K-weighted squares, weighted by channel and summed over the frames of these 10 ms. */
  add(energy: number): void {
    const isTenth = this.#windows.add(energy)
    const momentary = this.#windows.last(tensPerMomentary)
    if (momentary > this.#maxMomentary) this.#maxMomentary = momentary
    if (isTenth) this.#maxShortTerm = Math.max(this.#maxShortTerm, this.#windows.last(tensPerShortTerm))
    if (++this.#hopsMeasured % hopsPerTen === 0) this.#addBlocks(momentary)
  }

  /** LUFS of the last 400 ms; a window not yet full is padded with silence, as in libebur128. -Infinity for silence. */
  get momentary(): number {
    return this.#windows.momentary
  }

  /** LUFS of the last 3 s, padded likewise. */
  get shortTerm(): number {
    return loudness(this.#windows.last(tensPerShortTerm) / this.#shortTermFrames)
  }

  /** LUFS, the largest `momentary` after any `add` since the start or `clearMaxima`. */
  get maxMomentary(): number {
    return loudness(this.#maxMomentary / this.#momentaryFrames)
  }

  /** LUFS, the largest `shortTerm` after every tenth `add` since the start or `clearMaxima`; before the first of them `shortTerm`. */
  get maxShortTerm(): number {
    return loudness((this.#maxShortTerm || this.#windows.last(tensPerShortTerm)) / this.#shortTermFrames)
  }

  /** LUFS since the start or `restart`, -Infinity when no block passed the gates. */
  get integrated(): number {
    return this.#integrated ??= loudness(this.#blocks.gatedMean() / this.#momentaryFrames)
  }

  /** LU since the start or `restart`, 0 before 3 s. */
  get range(): number {
    return this.#range ??= this.#shortTermBlocks.range()
  }

  clearMaxima(): void {
    this.#maxMomentary = 0
    this.#maxShortTerm = 0
  }

  /** Begins `integrated` and `range` anew; the momentary and short-term windows slide on. Blocks that began before do not count. */
  restart(): void {
    this.#hopsMeasured = 0
    this.#blocks = new Blocks(this.#momentaryFrames)
    this.#shortTermBlocks = new Blocks(this.#shortTermFrames)
    this.#integrated = undefined
    this.#range = undefined
  }

  /** Every 100 ms: blocks of 400 ms overlap by 75 %, those of 3 s by 97 % (Tech 3342 asks for 66 % at least). */
  #addBlocks(momentary: number): void {
    // BS.1770-5 takes blocks louder than the absolute gate, Tech 3342 takes also those as loud (libebur128: also those, twice).
    if (this.#hopsMeasured >= tensPerMomentary * hopsPerTen && momentary > this.#blocks.gate) {
      this.#blocks.add(momentary)
      this.#integrated = undefined
    }
    if (this.#hopsMeasured < tensPerShortTerm * hopsPerTen) return
    const shortTerm = this.#windows.last(tensPerShortTerm)
    if (shortTerm < this.#shortTermBlocks.gate) return
    this.#shortTermBlocks.add(shortTerm)
    this.#range = undefined
  }
}

/**
 * The blocks above the absolute gate, in ascending order, in chunks: to put one in its place moves part of one chunk, and
 * reading needs no sorting, so neither takes long however many hours have come.
 */
class Blocks {
  /** The absolute gate of -70 LUFS, as the energy of a block. */
  readonly gate: number
  readonly #chunks = [new Chunk()]
  #count = 0
  #sum = 0

  /** @param frames in a block, whose energy is a sum over them */
  constructor(frames: number) {
    this.gate = 1e-7 / calibration * frames
  }

  add(energy: number): void {
    // The first chunk that ends at or above this energy, else the last.
    let low = 0
    let high = this.#chunks.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#chunks[middle] as Chunk).largest < energy) low = middle + 1
      else high = middle
    }
    const upperHalf = (this.#chunks[low] as Chunk).add(energy)
    if (upperHalf) this.#chunks.splice(low + 1, 0, upperHalf)
    this.#count++
    this.#sum += energy
  }

  /** Mean energy of the blocks louder than the relative gate (BS.1770-5), 10 LU below the mean of all. 0 without blocks. */
  gatedMean(): number {
    const threshold = 0.1 * this.#sum / this.#count
    let count = 0
    let sum = 0
    for (const chunk of this.#chunks) {
      if (chunk.at(0) > threshold) {
        count += chunk.count
        sum += chunk.sum
      } else if (chunk.largest > threshold) {
        for (let rank = chunk.count - 1; chunk.at(rank) > threshold; rank--) {
          count++
          sum += chunk.at(rank)
        }
      }
    }
    return count && sum / count
  }

  /** LU from the 10th to the 95th percentile, by nearest rank, of the blocks not below the gate 20 LU below the mean (Tech 3342). */
  range(): number {
    if (this.#count === 0) return 0
    const threshold = 0.01 * this.#sum / this.#count
    let below = 0
    for (const chunk of this.#chunks) {
      below += chunk.largest < threshold ? chunk.count : chunk.countBelow(threshold)
      if (chunk.largest >= threshold) break
    }
    const last = this.#count - 1 - below
    return 10 * Math.log10(this.#at(below + Math.round(0.95 * last)) / this.#at(below + Math.round(0.1 * last)))
  }

  /** The energy with `rank` smaller ones before it. */
  #at(rank: number): number {
    for (const chunk of this.#chunks) {
      if (rank < chunk.count) return chunk.at(rank)
      rank -= chunk.count
    }
    return NaN // never: ranks are below the count of blocks
  }
}

/** Energies in ascending order. */
class Chunk {
  count = 0
  sum = 0
  largest = 0
  readonly #energies = new Float64Array(chunkSize)

  /** Gives its upper half away when it is full. */
  add(energy: number): Chunk | undefined {
    const rank = this.countBelow(energy)
    this.#energies.copyWithin(rank + 1, rank, this.count)
    this.#energies[rank] = energy
    this.sum += energy
    this.largest = this.at(this.count++)
    if (this.count < chunkSize) return undefined
    const upperHalf = new Chunk()
    upperHalf.#take(this.#energies.subarray(chunkSize / 2))
    this.#take(this.#energies.subarray(0, chunkSize / 2))
    return upperHalf
  }

  #take(energies: Float64Array): void {
    this.#energies.set(energies)
    this.count = energies.length
    this.sum = energies.reduce((a, b) => a + b)
    this.largest = this.at(this.count - 1)
  }

  countBelow(threshold: number): number {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.at(middle) < threshold) low = middle + 1
      else high = middle
    }
    return low
  }

  /** @param rank below `count` */
  at(rank: number): number {
    return this.#energies[rank] as number
  }
}
