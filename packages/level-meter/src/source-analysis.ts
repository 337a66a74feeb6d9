import { Gating } from './gating.js'
import type { SourceOptions } from './level-meter-options.js'
import type { LevelReading } from './level-reading.js'
import type { Analysis } from './momentary-meter.js'
import { SpeechActivity } from './speech-activity.js'
import { stepAt } from './step.js'

/** Loudness and speech, from energies of 10 ms. */
export class SourceAnalysis implements Analysis {
  readonly #gating: Gating | undefined
  readonly #speech: SpeechActivity | undefined
  /** The step with which loudness begins anew; undefined for none. */
  #restart: number | undefined

  constructor({ loudness, speech }: SourceOptions, sampleRate: number) {
    this.#gating = loudness ? new Gating(sampleRate) : undefined
    this.#speech = speech ? new SpeechActivity(sampleRate) : undefined
  }

  /** Adds the energies of the steps up to a reading's end, and puts into the reading what follows. */
  complete(reading: LevelReading, energies: Float64Array): void {
    let step = stepAt(reading.startFrame + reading.frames, reading.sampleRate) - energies.length
    for (const energy of energies) {
      if (this.#restart !== undefined && step++ >= this.#restart) {
        this.#restart = undefined
        this.#gating?.restart()
      }
      this.#gating?.add(energy)
      this.#speech?.add(energy)
    }
    if (this.#speech !== undefined) reading.speaking = this.#speech.speaking
    if (this.#gating === undefined) return
    const { momentary, shortTerm, maxMomentary, maxShortTerm, integrated, range } = this.#gating
    Object.assign(reading, { momentary, shortTerm, maxMomentary, maxShortTerm, integrated, range })
    this.#gating.clearMaxima()
  }

  /** @param frame of the context's clock: what was before it does not count */
  resetLoudness(frame: number, sampleRate: number): void {
    this.#restart = stepAt(frame, sampleRate)
  }
}
