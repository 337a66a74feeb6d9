import { ERROR_HEARTBEAT_TIMEOUT } from '@earshot/protocol'
import { AliRtcError } from '../../errors.js'

export interface HeartbeatOptions {
  readonly pingEveryMs: number
  /** Rejects with 10310 when no answer came in time. */
  readonly ping: () => Promise<unknown>
  /** Called once; the heartbeat has stopped then. */
  readonly onDead: () => void
}

/** Asks again and again whether the socket still works; call the result to stop. */
export function startHeartbeat({ pingEveryMs, ping, onDead }: HeartbeatOptions): () => void {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const later = (): void => { if (!stopped) timer = setTimeout(beat, pingEveryMs) }
  const beat = (): void => {
    ping().then(later, (error: unknown) => {
      // A refusal is an answer: the socket works
      if (!(error instanceof AliRtcError) || error.code !== ERROR_HEARTBEAT_TIMEOUT) return later()
      if (!stopped) onDead()
    })
  }
  later()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
