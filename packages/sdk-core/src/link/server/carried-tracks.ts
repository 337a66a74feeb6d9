import { slotOf, type OfferedTrack, type StreamLabel } from '@earshot/protocol'

/** What the subscribing connection carries, by `mid`. */
export type CarriedTracks = ReadonlyMap<string, { readonly userId: string; readonly label: StreamLabel }>

export interface TrackChange {
  readonly now: CarriedTracks
  readonly ended: readonly OfferedTrack[]
  readonly started: readonly OfferedTrack[]
}

/**
 * What an offer changes. A section that goes on for the same user and slot keeps the label it has: which camera layer
 * arrives is told by `layer` messages only, and the offer may name the layer that was asked for. A section that passes to
 * another user ends and starts, although its track object stays the same.
 */
export function renegotiated(before: CarriedTracks, offered: readonly OfferedTrack[]): TrackChange {
  const goesOn = (row: OfferedTrack): boolean => {
    const carried = before.get(row.mid)
    return carried !== undefined && carried.userId === row.userId && slotOf(carried.label) === slotOf(row.label)
  }
  const kept = new Set(offered.filter(goesOn).map((row) => row.mid))
  return {
    now: new Map(offered.map((row) => [row.mid, { userId: row.userId, label: (kept.has(row.mid) ? before.get(row.mid) : row)?.label ?? row.label }])),
    ended: rowsOf(before).filter((row) => !kept.has(row.mid)),
    started: offered.filter((row) => !kept.has(row.mid)),
  }
}

/** A camera's layer changed to `label`; undefined when that camera is not carried, or is on that layer already. */
export function switched(before: CarriedTracks, userId: string, label: StreamLabel): { readonly now: CarriedTracks; readonly mid: string } | undefined {
  const row = rowsOf(before).find((carried) => carried.userId === userId && slotOf(carried.label) === slotOf(label))
  if (row === undefined || row.label === label) return undefined
  return { now: new Map(before).set(row.mid, { userId, label }), mid: row.mid }
}

/** The user stopped sending: its tracks end before the offer that will say so. */
export function withoutUser(before: CarriedTracks, userId: string): TrackChange {
  const ended = rowsOf(before).filter((row) => row.userId === userId)
  const now = new Map(before)
  for (const { mid } of ended) now.delete(mid)
  return { now, ended, started: [] }
}

function rowsOf(carried: CarriedTracks): readonly OfferedTrack[] {
  return [...carried].map(([mid, row]) => ({ mid, ...row }))
}
