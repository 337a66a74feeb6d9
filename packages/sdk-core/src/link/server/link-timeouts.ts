import type { PathPatience } from './path-health.js'

/** How long the link waits, all in milliseconds. */
export interface LinkTimeouts extends PathPatience {
  /** For one `gslb` entry to accept the socket, before the next one is tried. */
  readonly connectMs: number
  /** From `join()` to the server's answer, over all entries. */
  readonly joinMs: number
  /** For the answer to any other request, while the line is up. */
  readonly answerMs: number
  /** For the acknowledgement of `leave`; `leave()` resolves without it too. */
  readonly leaveMs: number
  /** How long a `leave` that does not get through is tried in the background: as long as servers wait for a lost client by default. */
  readonly farewellMs: number
  /** From one answered ping to the next. */
  readonly pingEveryMs: number
  /** For the answer to a ping; after that another socket is opened. */
  readonly pingAnswerMs: number
  /** For another socket of the same session (`connectMs` after some tries), and again for the server's answer on it. */
  readonly reconnectMs: number
  /** How long the server of the session is looked for while `gslb` has others. */
  readonly elsewhereMs: number
  /** From one look at what arrived on a peer connection to the next. */
  readonly lookEveryMs: number
}

/**
 * A dead socket is noticed within `pingEveryMs + pingAnswerMs`, a dead path within `silentMs + lookEveryMs` of the last RTP or
 * RTCP. New sockets are opened as often as TCP repeats its own first packet, so that one of them gets through soon after the
 * network does.
 */
export const LINK_TIMEOUTS: LinkTimeouts = {
  connectMs: 4000,
  joinMs: 10_000,
  answerMs: 10_000,
  leaveMs: 1000,
  farewellMs: 30_000,
  pingEveryMs: 2500,
  pingAnswerMs: 2500,
  reconnectMs: 2000,
  elsewhereMs: 10_000,
  lookEveryMs: 400,
  silentMs: 1500,
  restartMs: 3000,
  againMs: 2500,
  lostMs: 30_000,
}
