import type { LevelReading } from '@earshot/level-meter'
import type { AudioLevelRow } from '../events.js'
import { audioLevelStep, initialAudioLevels, type AudioLevelInput, type AudioLevelState, type ReportedUser } from './audio-level-report.js'

/** Runs `audio-level-report`: its timer, and one settling per task of readings. */
export class AudioLevelReporter {
  readonly #emit: (rows: AudioLevelRow[]) => void
  #state: AudioLevelState = initialAudioLevels(1)
  #timer: ReturnType<typeof setInterval> | undefined
  #settling = false

  constructor(emit: (rows: AudioLevelRow[]) => void) {
    this.#emit = emit
  }

  /** @param interval seconds per callback; undefined for none */
  update(interval: number | undefined, users: readonly ReportedUser[]): void {
    const restart = interval !== undefined && interval !== this.#state.interval
    if (restart) this.#state = { ...initialAudioLevels(interval), running: this.#state.running }
    if (restart || interval === undefined) this.#stopTimer()
    if (interval !== undefined) this.#timer ??= setInterval(() => this.#step({ type: 'tick' }), interval * 1000)
    this.#step({ type: 'users', users })
  }

  source(userId: string, source?: number): void {
    this.#step({ type: 'source', userId, ...(source === undefined ? {} : { source }) })
    this.#settleLater()
  }

  reading(userId: string, source: number, reading: LevelReading): void {
    this.#step({ type: 'reading', userId, source, reading })
    this.#settleLater()
  }

  clock(running: boolean): void {
    this.#step({ type: 'clock', running })
  }

  close(): void {
    this.#stopTimer()
  }

  /** The readings of one cut arrive one after the other in one task: the microtask after it has them all. */
  #settleLater(): void {
    if (this.#settling) return
    this.#settling = true
    queueMicrotask(() => {
      this.#settling = false
      this.#step({ type: 'settle' })
    })
  }

  #step(input: AudioLevelInput): void {
    const { state, emit } = audioLevelStep(this.#state, input)
    this.#state = state
    for (const rows of emit) if (this.#timer !== undefined) this.#emit(rows)
  }

  #stopTimer(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
