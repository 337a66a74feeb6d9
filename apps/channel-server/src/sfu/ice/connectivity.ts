/**
 * Whether a transport counts as connected. An ICE-lite agent sends no checks, so it judges by what it hears:
 * libwebrtc checks its pair every 2.5 s, others every 4 to 6 s (RFC 7675), and RTCP comes every second while media flows.
 */
export type Connectivity = 'new' | 'connected' | 'disconnected' | 'failed'

/** Two of the slowest checks in a row were lost. The client itself notices earlier, by the media that it misses. */
export const DISCONNECTED_AFTER_MS = 13_000
/** RFC 7675: consent to send is gone after 30 s. A check gives it back. */
export const FAILED_AFTER_MS = 30_000

export interface Evidence {
  /** DTLS is done and the certificate is the one that was announced. */
  readonly secured: boolean
  /** DTLS failed, or the client closed it. */
  readonly broken: boolean
  /** Milliseconds since the last authentic packet, at first since the client could have started to send. */
  readonly silentMs: number
}

/** `failed` is final when the connection is broken. One that was only silent still has its keys, and goes on when the client is heard again. */
export function nextConnectivity(current: Connectivity, evidence: Evidence): Connectivity {
  if (evidence.broken || evidence.silentMs >= FAILED_AFTER_MS) return 'failed'
  if (!evidence.secured) return current
  return evidence.silentMs >= DISCONNECTED_AFTER_MS ? 'disconnected' : 'connected'
}
