import { deviceFault } from './problem.js'

/** Which of the own devices to publish. */
export interface Devices {
  readonly audio: boolean
  readonly camera: boolean
}

/** Nothing usable could be captured. */
const NO_STREAM = 10400

/**
 * What to try after `publish()` was refused with a code: less than before, or undefined when fewer devices would not help.
 * `{ audio: false, camera: false }` means: only listen.
 */
export function attemptAfter(tried: Devices, code: number | undefined): Devices | undefined {
  if (!tried.audio && !tried.camera) return undefined
  if (code === NO_STREAM) return { audio: false, camera: false }
  switch (deviceFault(code)) {
    case 'microphone': return tried.audio ? { ...tried, audio: false } : undefined
    case 'camera': return tried.camera ? { ...tried, camera: false } : undefined
    // Which of two is not said: a call without a picture is worth more than one without sound.
    case 'unknown': return tried.camera ? { ...tried, camera: false } : { ...tried, audio: false }
    case undefined: return undefined
  }
}
