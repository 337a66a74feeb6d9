import { expect } from '@playwright/test'
import type { Participant } from './participant.ts'

/** One row of `onAudioLevel`, with the length of its joined blocks in place of the blocks. */
export interface Second {
  readonly at: number
  readonly level: number
  readonly startFrame: number
  readonly sampleRate: number
  readonly samples: number
  readonly longestBlock: number
}

/** The recorded rows of one user. */
export function seconds(participant: Participant, displayName: string): Promise<Second[]> {
  return participant.page.evaluate((name) => window.recorded.filter((entry) => entry.name === 'onAudioLevel').flatMap((entry) =>
    (entry.payload as { displayName: string; level: number; startFrame: number; sampleRate: number; buffer: Float32Array[] }[])
      .filter((row) => row.displayName === name)
      .map((row) => ({
        at: entry.at, level: row.level, startFrame: row.startFrame, sampleRate: row.sampleRate,
        samples: row.buffer.reduce((sum, block) => sum + block.length, 0),
        longestBlock: Math.max(0, ...row.buffer.map((block) => block.length)),
      }))), displayName)
}

/** The joined blocks of the last recorded second of a user. */
export function lastPcm(participant: Participant, displayName: string): Promise<number[]> {
  return participant.page.evaluate((name) => {
    const rows = window.recorded.filter((entry) => entry.name === 'onAudioLevel')
      .flatMap((entry) => entry.payload as { displayName: string; buffer: Float32Array[] }[]).filter((row) => row.displayName === name)
    return (rows.at(-1)?.buffer ?? []).flatMap((block) => [...block])
  }, displayName)
}

/** Waits until a user is heard as loud as its tone is; the jitter buffer needs a moment. */
export async function expectHeard(participant: Participant, displayName: string): Promise<void> {
  await expect.poll(async () => (await seconds(participant, displayName)).at(-1)?.level ?? 0, { timeout: 30_000 }).toBeGreaterThan(20)
}

/** Consecutive seconds, each of exactly its samples in blocks of at most 4096. */
export function expectGapless(rows: readonly Second[]): void {
  rows.forEach((row, n) => {
    expect(row.samples, `samples of second ${n}`).toBe(row.sampleRate)
    expect(row.longestBlock).toBeLessThanOrEqual(4096)
    const previous = rows[n - 1]
    if (previous) expect(row.startFrame - previous.startFrame, `distance of second ${n}`).toBe(row.sampleRate)
  })
}
