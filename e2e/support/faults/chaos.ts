import type { Link } from '../netlab/link.ts'
import type { FailingServer } from './failing-server.ts'

/** What fails in the lab: the callers' network, which is all of it on one link, or the server. */
export interface Chaos {
  readonly link: Link
  readonly server: FailingServer
  readonly random: () => number
}

/** A way to fail. */
export interface FaultKind {
  readonly name: string
  /** How many in a hundred. */
  readonly share: number
  /** Seconds it lasts, from and to; none for one that only strikes. Short ones are as likely as long ones, by their logarithm. */
  readonly lasts?: readonly [from: number, to: number]
  /** Nothing arrives while it lasts, so that it must be noticed. */
  readonly stopsMedia: boolean
  begin(chaos: Chaos): void | Promise<void>
  end?(chaos: Chaos): void | Promise<void>
}

/** Those with a length stay below the server's time of grace, 30 s. */
export const faultKinds: readonly FaultKind[] = [
  { name: 'network cut', share: 22, lasts: [1, 20], stopsMedia: true, begin: ({ link }) => link.set({ loss: 100 }), end: ({ link }) => link.set({ loss: 0 }) },
  { name: 'UDP blocked', share: 18, lasts: [1, 20], stopsMedia: true, begin: ({ link }) => link.set({ udp: 100 }), end: ({ link }) => link.set({ udp: 0 }) },
  { name: 'TCP blocked', share: 8, lasts: [1, 15], stopsMedia: false, begin: ({ link }) => link.set({ tcp: 100 }), end: ({ link }) => link.set({ tcp: 0 }) },
  {
    name: 'burst of loss', share: 10, lasts: [2, 8], stopsMedia: false,
    begin: ({ link, random }) => link.set({ loss: 20 + Math.round(40 * random()) }), end: ({ link }) => link.set({ loss: 0 }),
  },
  { name: 'sockets reset', share: 10, stopsMedia: false, begin: ({ link }) => link.reset() },
  { name: 'other UDP ports', share: 8, stopsMedia: false, begin: ({ link }) => link.rebind() },
  { name: 'other address', share: 8, stopsMedia: false, begin: ({ link }) => link.move() },
  { name: 'server stopped', share: 8, lasts: [1, 10], stopsMedia: true, begin: ({ server }) => server.pause(), end: ({ server }) => server.resume() },
  { name: 'server killed', share: 8, lasts: [0.1, 3], stopsMedia: true, begin: ({ server }) => server.kill(), end: ({ server }) => server.again() },
]

/** The kinds in their shares, in an order that chance makes. */
export function shuffledFaults(count: number, random: () => number): FaultKind[] {
  const all = faultKinds.flatMap((kind) => Array.from({ length: Math.round(kind.share * count / 100) }, () => kind))
  return all.map((kind) => ({ kind, at: random() })).sort((a, b) => a.at - b.at).map(({ kind }) => kind)
}

/** How long a fault lasts, ms. */
export function lengthOf({ lasts }: FaultKind, random: () => number): number {
  if (lasts === undefined) return 0
  const [from, to] = lasts
  return Math.round(1000 * from * (to / from) ** random())
}
