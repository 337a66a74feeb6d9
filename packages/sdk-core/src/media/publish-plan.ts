import { ERROR_PUBLISH_NOSTREAM, type Slot } from '@earshot/protocol'
import { AliRtcError } from '../errors.js'

export const SLOTS: readonly Slot[] = ['audio', 'camera', 'screen']

export interface PublishPlan {
  /** To capture and send. */
  readonly start: readonly Slot[]
  readonly stop: readonly Slot[]
}

/**
 * What `publish()` has to change (alirtc-api §2.6).
 *
 * @param stale what is sent reaches nobody, because the connection was lost: send all of it again
 */
export function planPublish(wanted: ReadonlySet<Slot>, sending: ReadonlySet<Slot>, stale: boolean): PublishPlan {
  return {
    start: SLOTS.filter((slot) => wanted.has(slot) && (stale || !sending.has(slot))),
    stop: SLOTS.filter((slot) => !wanted.has(slot) && sending.has(slot)),
  }
}

/** What of the wanted slots may be sent; `skip` is left out without a word. */
export interface Permission {
  readonly wanted: ReadonlySet<Slot>
  readonly skip: readonly Slot[]
}

/**
 * Audio-only mode and `enableCamera` (alirtc-api §2.2): the camera, which is on by default, is left out of a first publish beside
 * other media without a word, and from then on until it is asked for again; all else that is refused rejects.
 *
 * @param skipped left out before, and not asked for since
 */
export function permitted(
  wanted: ReadonlySet<Slot>, sending: ReadonlySet<Slot>, skipped: ReadonlySet<Slot>, refusal: (slot: Slot) => AliRtcError | undefined,
): Permission | AliRtcError {
  const skip: Slot[] = []
  for (const slot of wanted) {
    const refused = sending.has(slot) ? undefined : refusal(slot)
    const first = slot === 'camera' && sending.size === 0 && wanted.size > 1
    if (refused !== undefined && !first && !(skipped.has(slot) && sending.size > 0)) return refused
    if (refused !== undefined) skip.push(slot)
  }
  return { wanted: new Set([...wanted].filter((slot) => !skip.includes(slot))), skip }
}

export interface CaptureVerdict {
  /** Why nothing changes, and what was captured for it is released; undefined: `start` can be sent. */
  readonly error: AliRtcError | undefined
  readonly start: readonly Slot[]
  /** For `onError`. */
  readonly report: readonly AliRtcError[]
  /** Slots that lose their flag all the same. */
  readonly cancelled: readonly Slot[]
}

/**
 * What becomes of a publish some of whose captures failed. A microphone that fails rejects; a camera that fails rejects
 * alone, and is reported while other media goes on; a screen that fails is switched off again and reported.
 *
 * @param failures by slot, of `plan.start`
 */
export function judgeCaptures(plan: PublishPlan, sending: ReadonlySet<Slot>, failures: ReadonlyMap<Slot, AliRtcError>): CaptureVerdict {
  const start = plan.start.filter((slot) => !failures.has(slot))
  const left = [...sending].filter((slot) => !plan.stop.includes(slot) && !failures.has(slot))
  const [audio, camera, screen] = SLOTS.map((slot) => failures.get(slot))
  const nothing = failures.size > 0 && start.length + left.length === 0
  const error = audio ?? (nothing ? camera ?? new AliRtcError(ERROR_PUBLISH_NOSTREAM, 'nothing could be captured', { cause: screen }) : undefined)
  const told = [error === undefined ? camera : undefined, screen]
  return { error, start, report: told.filter((each) => each !== undefined), cancelled: screen === undefined ? [] : ['screen'] }
}
