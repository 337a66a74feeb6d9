/** What a connection's path shows, read again and again. */
export interface PathReading {
  readonly nowMs: number
  /** All that arrived, media and RTCP alike. Less than before when the browser forgets a pair of candidates: that is no sign of life. */
  readonly bytes: number
  /** The browser has given the path up. */
  readonly failed: boolean
  /** A restart could be negotiated now. */
  readonly canRestart: boolean
}

/** What there is to do about it. The server sends RTCP at least twice a second, so silence is the path's. */
export type PathNews =
  /** Nothing has arrived for so long that something is wrong. */
  | 'silent'
  /** ICE is to look for another way: at first, and again and again while nothing arrives. */
  | 'restart'
  /** It did not come back in time. Said once; the restarts go on. */
  | 'lost'
  | 'alive'

export interface PathHealth {
  readonly state: 'new' | 'alive' | 'silent' | 'lost'
  readonly bytes: number
  /** When something arrived last; while nothing ever has, when it began. */
  readonly heardMs: number
  readonly readMs: number
  /** When the next restart is due. */
  readonly restartMs: number
}

/** All in milliseconds. */
export interface PathPatience {
  readonly silentMs: number
  /** From the last sign of life to the first restart. */
  readonly restartMs: number
  /** From one restart to the next. */
  readonly againMs: number
  readonly lostMs: number
}

/** The page slept when two readings are further apart; what it missed is not the path's fault. */
const SLEPT_MS = 2500

export function newPath(nowMs: number): PathHealth {
  return { state: 'new', bytes: 0, heardMs: nowMs, readMs: nowMs, restartMs: nowMs }
}

export function pathStep(before: PathHealth, reading: PathReading, patience: PathPatience): { readonly path: PathHealth; readonly news: readonly PathNews[] } {
  const { nowMs, bytes } = reading
  const sleptMs = nowMs - before.readMs > SLEPT_MS ? nowMs - before.readMs : 0
  if (bytes <= before.bytes) {
    return stillSilent({ ...before, bytes, readMs: nowMs, heardMs: before.heardMs + sleptMs }, reading, patience)
  }
  const path: PathHealth = { state: 'alive', bytes, heardMs: nowMs, readMs: nowMs, restartMs: nowMs + patience.restartMs }
  return { path, news: before.state === 'silent' || before.state === 'lost' ? ['alive'] : [] }
}

function stillSilent(path: PathHealth, { nowMs, failed, canRestart }: PathReading, { silentMs, againMs, lostMs }: PathPatience): { readonly path: PathHealth; readonly news: readonly PathNews[] } {
  const forMs = nowMs - path.heardMs
  const silent = path.state === 'alive' && forMs >= silentMs
  // What has never worked is restarted only when the browser has given it up: slow networks take seconds
  const restart = canRestart && nowMs >= path.restartMs && (path.state === 'silent' || path.state === 'lost' || failed)
  const lost = path.state !== 'lost' && forMs >= lostMs
  return {
    path: { ...path, state: lost ? 'lost' : silent ? 'silent' : path.state, restartMs: restart ? nowMs + againMs : path.restartMs },
    news: [...(silent ? ['silent'] as const : []), ...(restart ? ['restart'] as const : []), ...(lost ? ['lost'] as const : [])],
  }
}
