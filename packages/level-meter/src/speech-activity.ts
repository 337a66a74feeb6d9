/** Frames of 10 ms whose activity decides together: 200 ms, about a syllable. A mask of bits, so at most 31. */
const windowFrames = 20
/** Active frames of the window with which speech begins: 40 %, the share in LiveKit's audiolevel.go, of half its window. Clicks are shorter. */
const onsetFrames = 8
/** Active frames of the window that speech needs to go on. */
const sustainFrames = 4
/** Frames after the last window with enough of them: bridges pauses between words, which are rarely longer than 0.3 s. */
const hangoverFrames = 30
/** Power over the floor, as a factor, that makes a frame active: 9 dB before speech, 5 dB within. */
const onsetFactor = 8
const sustainFactor = 3.2
/** Mean square: -60 LUFS. */
const leastPower = 1e-6
const silence = 1e-9
/** Weight of a new frame in the smoothed power: 23 ms time constant, shorter than the gaps between syllables. */
const smoothing = 0.35
const settlingFrames = 30
/** The floor is the least of this many stretches of 0.5 s, so that it follows within 3 s. */
const stretches = 6
const stretchFrames = 50

export class SpeechActivity {
  readonly #framesOfPower: number
  readonly #minima: number[] = Array<number>(stretches).fill(Infinity)
  #smoothed = 0
  #frames = 0
  #active = 0
  #hangover = 0

  /** @param sampleRate Hz */
  constructor(sampleRate: number) {
    this.#framesOfPower = sampleRate / 100
  }

  /** Speech at the end of the last 10 ms added. */
  get speaking(): boolean {
    return this.#hangover > 0
  }

  /**
   * The next 10 ms.
   * @param energy sum of the squared K-weighted samples, all channels
   */
  add(energy: number): void {
    const power = energy / this.#framesOfPower
    if (power > silence) this.#learn(power)
    const floor = Math.min(...this.#minima)
    const threshold = Math.max(leastPower, floor * (this.speaking ? sustainFactor : onsetFactor))
    this.#active = (this.#active << 1 | Number(power > threshold)) & (1 << windowFrames) - 1
    let count = 0
    for (let rest = this.#active; rest > 0; rest &= rest - 1) count++
    if (count >= (this.speaking ? sustainFrames : onsetFrames)) this.#hangover = hangoverFrames
    else if (this.#hangover > 0) this.#hangover--
  }

  #learn(power: number): void {
    this.#smoothed += (power - this.#smoothed) * (this.#frames === 0 ? 1 : smoothing)
    this.#frames++
    if (this.#frames < settlingFrames) return
    if (this.#frames % stretchFrames === 0) {
      this.#minima.shift()
      this.#minima.push(Infinity)
    }
    this.#minima[stretches - 1] = Math.min(this.#minima[stretches - 1] as number, this.#smoothed)
  }
}
