import { Gating } from './gating.js'
import type { SourceOptions } from './level-meter-options.js'
import type { LevelReading } from './level-reading.js'
import { SpeechActivity } from './speech-activity.js'

/** What of a reading needs to know more than its interval: loudness and speech, from energies of 10 ms. */
export class SourceAnalysis {
  readonly #gating: Gating | undefined
  readonly #speech: SpeechActivity | undefined

  constructor({ loudness, speech }: SourceOptions, sampleRate: number) {
    this.#gating = loudness ? new Gating(sampleRate) : undefined
    this.#speech = speech ? new SpeechActivity(sampleRate) : undefined
  }

  /** Adds the energies of a reading's interval, and puts into the reading what follows. */
  complete(reading: LevelReading, energies: Float64Array): void {
    for (const energy of energies) {
      this.#gating?.add(energy)
      this.#speech?.add(energy)
    }
    if (this.#speech !== undefined) reading.speaking = this.#speech.speaking
    if (this.#gating === undefined) return
    const { momentary, shortTerm, maxMomentary, maxShortTerm, integrated, range } = this.#gating
    Object.assign(reading, { momentary, shortTerm, maxMomentary, integrated, range, maxShortTerm: maxShortTerm === -Infinity ? shortTerm : maxShortTerm })
    this.#gating.clearMaxima()
  }

  resetLoudness(): void {
    this.#gating?.restart()
  }
}
