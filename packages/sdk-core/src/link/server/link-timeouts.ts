/** How long the link waits, all in milliseconds. */
export interface LinkTimeouts {
  /** For one `gslb` entry to accept the socket, before the next one is tried. */
  readonly connectMs: number
  /** From `join()` to the server's answer, over all entries. */
  readonly joinMs: number
  /** For the answer to any other request. */
  readonly answerMs: number
  /** For the acknowledgement of `leave`; the link is left without it too. */
  readonly leaveMs: number
  /** From one answered ping to the next. */
  readonly pingEveryMs: number
  /** For the answer to a ping; after that the socket counts as lost. */
  readonly pingAnswerMs: number
  /** How long a peer connection may be `disconnected`, which often heals, before its media counts as lost. */
  readonly disconnectedMs: number
}

/** Noticing a dead socket takes `pingEveryMs + pingAnswerMs` at most; 8 s for a connection is what the original allowed. */
export const LINK_TIMEOUTS: LinkTimeouts = {
  connectMs: 4000,
  joinMs: 10_000,
  answerMs: 10_000,
  leaveMs: 1000,
  pingEveryMs: 5000,
  pingAnswerMs: 5000,
  disconnectedMs: 8000,
}
