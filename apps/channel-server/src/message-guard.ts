import { fullBucket, takeToken, type Bucket, type BucketSize, type Limits } from './limits.js'

/** What one socket has used up of its limits. */
export interface GuardState {
  readonly bucket: Bucket
  /** Messages refused because there were too many. */
  readonly refused: number
  readonly malformed: number
}

export type Verdict = 'take' | 'refuse' | 'refuse-and-close'

export function newGuard(limits: Limits, nowMs: number): GuardState {
  return { bucket: fullBucket(rate(limits), nowMs), refused: 0, malformed: 0 }
}

/** Whether one more message may be looked at. A client that goes on all the same is closed after as many refusals as its burst. */
export function admit(guard: GuardState, limits: Limits, nowMs: number): { readonly guard: GuardState; readonly verdict: Verdict } {
  const { bucket, allowed } = takeToken(guard.bucket, rate(limits), nowMs)
  const refused = guard.refused + (allowed ? 0 : 1)
  const verdict = allowed ? 'take' : refused > limits.messageBurst ? 'refuse-and-close' : 'refuse'
  return { guard: { ...guard, bucket, refused }, verdict }
}

/** Counts a malformed message. The first few are answered and forgiven, the next one is answered and is the last. */
export function countMalformed(guard: GuardState, limits: Limits): { readonly guard: GuardState; readonly verdict: Verdict } {
  const malformed = guard.malformed + 1
  return { guard: { ...guard, malformed }, verdict: malformed > limits.badMessages ? 'refuse-and-close' : 'refuse' }
}

function rate(limits: Limits): BucketSize {
  return { perSecond: limits.messagesPerSecond, burst: limits.messageBurst }
}
