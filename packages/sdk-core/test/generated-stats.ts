import type { StatsSource } from '@earshot/stats-sampler'

/** What a connection's counters are after so many seconds, in the words of webrtc-stats. */
export type Counters = (seconds: number) => readonly (Record<string, unknown> & { readonly id: string; readonly type: string })[]

/** A connection whose reports are made from a clock of its own: each `getStats()` is one second after the last. */
export function generatedStats(counters: Counters): StatsSource {
  let seconds = 0
  return {
    async getStats() {
      seconds++
      const entries = counters(seconds).map((entry) => [entry.id, { timestamp: 1_700_000_000_000 + seconds * 1000, ...entry }] as const)
      return new Map<string, unknown>(entries)
    },
  }
}

/** The selected candidate pair of a connection. */
export const pair = (seconds: number, { sent = 0, received = 0, rttMs = 0 }: { sent?: number; received?: number; rttMs?: number }) => [
  { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
  {
    id: 'P', type: 'candidate-pair', state: 'succeeded', nominated: true, bytesSent: sent * seconds, bytesReceived: received * seconds, currentRoundTripTime: rttMs / 1000,
  },
]
