import {
  ERROR_AUTOPLAY_ERROR, ERROR_AUTOPLAY_UNKNOWN_ERROR, ERROR_DEVICE_AUDIODEVICENOTALLOWED, ERROR_DEVICE_AUDIODEVICENOTFOUND, ERROR_DEVICE_AUDIODEVICENOTREADABLE,
  ERROR_DEVICE_AUDIO_ENDED, ERROR_DEVICE_CONSTRAINEDDERROR, ERROR_DEVICE_UNKNOWNERROR, ERROR_DEVICE_VIDEODEVICENOTALLOWED, ERROR_DEVICE_VIDEODEVICENOTFOUND,
  ERROR_DEVICE_VIDEODEVICENOTREADABLE, ERROR_DEVICE_VIDEO_ENDED, ERROR_NOTSUPPORT_DEVICE, ERROR_NOTSUPPORT_SCREENSHARE, ERROR_SCREENSHARE_ABORTERROR,
  ERROR_SCREENSHARE_ENDED, ERROR_SCREENSHARE_INVALIDACCESS, ERROR_SCREENSHARE_INVALIDSTATEERROR, ERROR_SCREENSHARE_NOPERMISSION, ERROR_SCREENSHARE_NOTALLOWED,
  ERROR_SCREENSHARE_TYPEERROR, ERROR_SCREENSHARE_UNKNOWNERROR, type Slot,
} from '@earshot/protocol'
import { AliRtcError } from '../errors.js'

/** What a browser throws; DOMExceptions of different realms are no instances of ours, so only these two count. */
interface Thrown {
  readonly name: string
  readonly message: string
}

const words: Readonly<Record<Slot, string>> = { audio: 'the microphone', camera: 'the camera', screen: 'the screen' }

/** By `name`, because the texts differ between browsers; where a name says two things, by the one word that all texts share. */
const captureCodes: ReadonlyMap<string, Partial<Record<Slot, number>>> = new Map([
  ['NotFoundError', { audio: ERROR_DEVICE_AUDIODEVICENOTFOUND, camera: ERROR_DEVICE_VIDEODEVICENOTFOUND }],
  ['NotAllowedError', { audio: ERROR_DEVICE_AUDIODEVICENOTALLOWED, camera: ERROR_DEVICE_VIDEODEVICENOTALLOWED, screen: ERROR_SCREENSHARE_NOTALLOWED }],
  ['SecurityError', { audio: ERROR_DEVICE_AUDIODEVICENOTALLOWED, camera: ERROR_DEVICE_VIDEODEVICENOTALLOWED }],
  ['NotReadableError', { audio: ERROR_DEVICE_AUDIODEVICENOTREADABLE, camera: ERROR_DEVICE_VIDEODEVICENOTREADABLE }],
  // "Permission denied by system": the browser may, the system may not
  ['system', { audio: ERROR_DEVICE_AUDIODEVICENOTREADABLE, camera: ERROR_DEVICE_VIDEODEVICENOTREADABLE, screen: ERROR_SCREENSHARE_NOPERMISSION }],
  ['OverconstrainedError', { audio: ERROR_DEVICE_CONSTRAINEDDERROR, camera: ERROR_DEVICE_CONSTRAINEDDERROR }],
  ['InvalidAccessError', { screen: ERROR_SCREENSHARE_INVALIDACCESS }],
  ['AbortError', { screen: ERROR_SCREENSHARE_ABORTERROR }],
  ['InvalidStateError', { screen: ERROR_SCREENSHARE_INVALIDSTATEERROR }],
  ['TypeError', { screen: ERROR_SCREENSHARE_TYPEERROR }],
])

/** What `getUserMedia` or `getDisplayMedia` threw, with our code; `cause` is the original. */
export function captureError(slot: Slot, cause: unknown): AliRtcError {
  const { name, message } = thrown(cause)
  const kind = name === 'NotAllowedError' && /system/i.test(message) ? 'system' : name
  const code = captureCodes.get(kind)?.[slot] ?? (slot === 'screen' ? ERROR_SCREENSHARE_UNKNOWNERROR : ERROR_DEVICE_UNKNOWNERROR)
  return new AliRtcError(code, `${words[slot]} could not be captured: ${name}: ${message}`, { cause })
}

/** What captures a slot. */
export function methodOf(slot: Slot): 'getDisplayMedia' | 'getUserMedia' {
  return slot === 'screen' ? 'getDisplayMedia' : 'getUserMedia'
}

/** The browser lacks the method, or hides it because the page is not secure. */
export function captureMissing(slot: Slot): AliRtcError {
  const code = slot === 'screen' ? ERROR_NOTSUPPORT_SCREENSHARE : ERROR_NOTSUPPORT_DEVICE
  return new AliRtcError(code, `${words[slot]} could not be captured: the browser has no ${methodOf(slot)}`)
}

const endedCodes: Readonly<Record<Slot, number>> = { audio: ERROR_DEVICE_AUDIO_ENDED, camera: ERROR_DEVICE_VIDEO_ENDED, screen: ERROR_SCREENSHARE_ENDED }

/** A capture ended that nobody here stopped. */
export function endedError(slot: Slot): AliRtcError {
  return new AliRtcError(endedCodes[slot], `${words[slot]} ended: unplugged, or stopped`)
}

/** Why `play()` was refused for a user; undefined when it was only interrupted. */
export function playError(userId: string, cause: unknown): AliRtcError | undefined {
  const { name, message } = thrown(cause)
  if (name === 'AbortError') return undefined
  const code = name === 'NotAllowedError' ? ERROR_AUTOPLAY_ERROR : ERROR_AUTOPLAY_UNKNOWN_ERROR
  return new AliRtcError(code, `playing ${userId} was refused: ${name}: ${message}`, { cause, userId })
}

function thrown(cause: unknown): Thrown {
  const { name, message, constraint } = Object(cause) as { name?: unknown; message?: unknown; constraint?: unknown } // any object has those, perhaps undefined
  const text = message === '' && typeof constraint === 'string' ? constraint : message // all that Chromium says of an OverconstrainedError
  return { name: typeof name === 'string' ? name : 'Error', message: typeof text === 'string' ? text : String(cause) }
}
