import type { LevelReading } from '../src/index.ts'

/** Collects readings, and lets a test wait for them: the only clock of these tests is the context's. */
export class Readings {
  readonly all: LevelReading[] = []
  readonly #waiting = new Set<() => void>()

  readonly take = (reading: LevelReading): void => {
    this.all.push(reading)
    for (const check of this.#waiting) check()
  }

  /** Resolves with the first reading, of those to come, that fits. */
  next(fits: (reading: LevelReading) => boolean = () => true): Promise<LevelReading> {
    return new Promise((resolve) => {
      const seen = this.all.length
      const check = (): void => {
        const found = this.all.slice(seen).find(fits)
        if (found === undefined) return
        this.#waiting.delete(check)
        resolve(found)
      }
      this.#waiting.add(check)
    })
  }

  async atLeast(count: number): Promise<LevelReading[]> {
    while (this.all.length < count) await this.next()
    return this.all
  }
}

/** What is wrong with the sequence: each reading begins where the one before ended, and only the first is short. */
export function findGaps(readings: readonly LevelReading[], intervalFrames: number): string[] {
  return readings.slice(1).flatMap((reading, at) => {
    const before = readings[at] as LevelReading // at + 1 exists
    return [
      ...(reading.startFrame === before.startFrame + before.frames ? [] : [`reading ${at + 1} begins at ${reading.startFrame}, not ${before.startFrame + before.frames}`]),
      ...(reading.frames === intervalFrames ? [] : [`reading ${at + 1} has ${reading.frames} frames`]),
      ...(reading.pcm === undefined || reading.pcm.length === reading.frames ? [] : [`reading ${at + 1} has ${reading.pcm.length} samples of PCM`]),
    ]
  })
}
