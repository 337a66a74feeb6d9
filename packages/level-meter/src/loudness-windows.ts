/** Loudness is -0.691 dB + 10 log10 of the mean energy (BS.1770-5 Annex 1, equation 2). */
export const calibration: number = 10 ** -0.0691

const hopsPerTen = 10
export const tensPerMomentary = 4
/** One more than the longest window would do, the newest ten being under way; a power of two wraps cheaply. */
const tensKept = 32

/**
 * Sums of the last energies of 10 ms after the K-weighting, and of them the momentary loudness of EBU Tech 3341. Windows are
 * summed anew, so nothing drifts.
 */
export class LoudnessWindows {
  readonly #momentaryFrames: number
  /**
   * The last hops, ten by ten. In a finished ten, each entry is the sum from its hop to the ten's end: the first is the ten's
   * total, and a window that begins inside a ten needs one entry of it.
   */
  readonly #sums = new Float64Array(tensKept * hopsPerTen)
  /** Of the ten under way: its number in `#sums`, its hops so far, and their sum. */
  #ten = 0
  #hops = 0
  #sum = 0

  /** @param sampleRate Hz */
  constructor(sampleRate: number) {
    this.#momentaryFrames = 0.4 * sampleRate
  }

  /** Adds the next 10 ms: the channels' K-weighted squares, weighted by channel and summed over the frames of these 10 ms. True with each tenth. */
  add(energy: number): boolean {
    this.#sums[this.#ten * hopsPerTen + this.#hops] = energy
    this.#sum += energy
    if (++this.#hops < hopsPerTen) return false
    this.#finishTen()
    return true
  }

  /** LUFS of the last 400 ms; a window not yet full is padded with silence, as in libebur128. -Infinity for silence. */
  get momentary(): number {
    return loudness(this.last(tensPerMomentary) / this.#momentaryFrames)
  }

  /** Sum of the energies of the last `tens` tens of hops, aligned or not; at most 30. */
  last(tens: number): number {
    // Every index is below tensKept * hopsPerTen.
    const at = (back: number): number => (this.#ten - back & tensKept - 1) * hopsPerTen
    let sum = this.#sum + (this.#sums[at(tens) + this.#hops] as number)
    for (let back = 1; back < tens; back++) sum += this.#sums[at(back)] as number
    return sum
  }

  #finishTen(): void {
    const first = this.#ten * hopsPerTen
    let sum = 0
    for (let i = first + hopsPerTen - 1; i >= first; i--) this.#sums[i] = sum += this.#sums[i] as number
    this.#ten = this.#ten + 1 & tensKept - 1
    this.#hops = 0
    this.#sum = 0
  }
}

/** LUFS of a mean energy; of what is quieter than -240 dB, as the filter is for a second after the last sound, -Infinity. */
export function loudness(energy: number): number {
  return energy < 1e-24 ? -Infinity : 10 * Math.log10(calibration * energy)
}
