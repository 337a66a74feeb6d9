import type { StreamLabel } from './ids.js'

/** One row of what a member publishes. */
export interface StreamRow {
  readonly label: StreamLabel
  /** Whether the publisher sends it now. */
  readonly state: 'active' | 'inactive'
  /** Muted by the publisher: silence or black goes on flowing. */
  readonly muted: boolean
}

/** A member of a channel as the others see it. `streams` is empty until it publishes. */
export interface MemberRow {
  readonly userId: string
  readonly displayName: string
  readonly streams: readonly StreamRow[]
}

/** An ICE candidate as `RTCPeerConnection` takes and gives it; `null` ends the candidates. */
export interface Candidate {
  readonly candidate: string
  readonly sdpMid?: string | null | undefined
  readonly sdpMLineIndex?: number | null | undefined
  readonly usernameFragment?: string | null | undefined
}

/** Which of a client's two peer connections is meant, seen from the client. */
export type Connection = 'publish' | 'subscribe'

/** 0 interactive, 1 live (may only receive); only profile 1 and 2 tell them apart. */
export type Role = 0 | 1

/** 0 communication, 1 interactive live, 2 legacy low-latency live (treated as 1). */
export type Profile = 0 | 1 | 2
