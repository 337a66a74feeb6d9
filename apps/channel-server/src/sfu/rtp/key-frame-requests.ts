/**
 * When to ask a publisher for a key frame: at once when none was asked for lately, else at the end of the pause (a
 * request is never lost: a subscriber that comes during the pause would stay black), and again until the frame comes.
 */
export interface KeyFrameRequests {
  readonly wanted: boolean
  /** Milliseconds on the caller's clock. */
  readonly dueAt: number
  readonly lastAskedAt: number
  /** Pause before the next repetition. */
  readonly pauseMs: number
}

/** libwebrtc's encoders ignore a request within 300 ms of the last key frame; asking faster only gets lost. */
export const KEY_FRAME_PAUSE_MS = 350
/** Repetitions become rarer down to this for a publisher that does not react. */
export const KEY_FRAME_LONGEST_PAUSE_MS = 2000

export const noKeyFrameRequests: KeyFrameRequests = { wanted: false, dueAt: 0, lastAskedAt: -Infinity, pauseMs: KEY_FRAME_PAUSE_MS }

export function wantKeyFrame(state: KeyFrameRequests, nowMs: number): KeyFrameRequests {
  const dueAt = Math.max(nowMs, state.lastAskedAt + KEY_FRAME_PAUSE_MS)
  // A new wish puts an end to the growing pauses: somebody new is waiting.
  return { ...state, wanted: true, dueAt: state.wanted ? Math.min(state.dueAt, dueAt) : dueAt, pauseMs: KEY_FRAME_PAUSE_MS }
}

/** Whoever waited has its frame. */
export function gotKeyFrame(state: KeyFrameRequests): KeyFrameRequests {
  return state.wanted ? { ...state, wanted: false, pauseMs: KEY_FRAME_PAUSE_MS } : state
}

/** Whether to ask now. */
export function askIfDue(state: KeyFrameRequests, nowMs: number): { readonly ask: boolean; readonly state: KeyFrameRequests } {
  if (!state.wanted || nowMs < state.dueAt) return { ask: false, state }
  const pauseMs = Math.min(state.pauseMs * 1.5, KEY_FRAME_LONGEST_PAUSE_MS)
  return { ask: true, state: { wanted: true, lastAskedAt: nowMs, dueAt: nowMs + state.pauseMs, pauseMs } }
}
