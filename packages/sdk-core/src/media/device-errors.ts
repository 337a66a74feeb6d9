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
const deviceCodes: ReadonlyMap<string, { readonly audio: number; readonly camera: number }> = new Map([
  ['NotFoundError', { audio: ERROR_DEVICE_AUDIODEVICENOTFOUND, camera: ERROR_DEVICE_VIDEODEVICENOTFOUND }],
  ['NotAllowedError', { audio: ERROR_DEVICE_AUDIODEVICENOTALLOWED, camera: ERROR_DEVICE_VIDEODEVICENOTALLOWED }],
  ['SecurityError', { audio: ERROR_DEVICE_AUDIODEVICENOTALLOWED, camera: ERROR_DEVICE_VIDEODEVICENOTALLOWED }],
  ['NotReadableError', { audio: ERROR_DEVICE_AUDIODEVICENOTREADABLE, camera: ERROR_DEVICE_VIDEODEVICENOTREADABLE }],
  ['OverconstrainedError', { audio: ERROR_DEVICE_CONSTRAINEDDERROR, camera: ERROR_DEVICE_CONSTRAINEDDERROR }],
])

const screenCodes: ReadonlyMap<string, number> = new Map([
  ['NotAllowedError', ERROR_SCREENSHARE_NOTALLOWED],
  ['InvalidAccessError', ERROR_SCREENSHARE_INVALIDACCESS],
  ['AbortError', ERROR_SCREENSHARE_ABORTERROR],
  ['InvalidStateError', ERROR_SCREENSHARE_INVALIDSTATEERROR],
  ['TypeError', ERROR_SCREENSHARE_TYPEERROR],
])

/** What `getUserMedia` or `getDisplayMedia` threw, with our code; `cause` is the original. */
export function captureError(slot: Slot, cause: unknown): AliRtcError {
  const { name, message } = thrown(cause)
  const code = slot === 'screen' ? screenCode(name, message) : deviceCode(slot, name, message)
  return new AliRtcError(code, `${words[slot]} could not be captured: ${name}: ${message}`, { cause })
}

/** The browser lacks the method, or hides it because the page is not secure. */
export function captureMissing(slot: Slot): AliRtcError {
  const code = slot === 'screen' ? ERROR_NOTSUPPORT_SCREENSHARE : ERROR_NOTSUPPORT_DEVICE
  return new AliRtcError(code, `${words[slot]} cannot be captured: the browser has no ${slot === 'screen' ? 'getDisplayMedia' : 'getUserMedia'} here; it needs HTTPS`)
}

const endedCodes: Readonly<Record<Slot, number>> = { audio: ERROR_DEVICE_AUDIO_ENDED, camera: ERROR_DEVICE_VIDEO_ENDED, screen: ERROR_SCREENSHARE_ENDED }

/** A capture ended that nobody here stopped. */
export function endedError(slot: Slot): AliRtcError {
  return new AliRtcError(endedCodes[slot], slot === 'screen' ? 'the user stopped sharing the screen' : `${words[slot]} was unplugged, or its track ended`)
}

/** Why `play()` was refused for a user; undefined when it was only interrupted. */
export function playError(userId: string, cause: unknown): AliRtcError | undefined {
  const { name, message } = thrown(cause)
  if (name === 'AbortError') return undefined
  const code = name === 'NotAllowedError' ? ERROR_AUTOPLAY_ERROR : ERROR_AUTOPLAY_UNKNOWN_ERROR
  return new AliRtcError(code, `playing ${userId} was refused: ${name}: ${message}`, { cause, userId })
}

function deviceCode(slot: 'audio' | 'camera', name: string, message: string): number {
  // "Permission denied by system": the browser may, the system may not
  const kind = name === 'NotAllowedError' && /system/i.test(message) ? 'NotReadableError' : name
  return deviceCodes.get(kind)?.[slot] ?? ERROR_DEVICE_UNKNOWNERROR
}

function screenCode(name: string, message: string): number {
  if (name === 'NotAllowedError' && /system/i.test(message)) return ERROR_SCREENSHARE_NOPERMISSION
  return screenCodes.get(name) ?? ERROR_SCREENSHARE_UNKNOWNERROR
}

function thrown(cause: unknown): Thrown {
  const { name, message, constraint } = Object(cause) as { name?: unknown; message?: unknown; constraint?: unknown } // any object has those, perhaps undefined
  const text = message === '' && typeof constraint === 'string' ? constraint : message // all that Chromium says of an OverconstrainedError
  return { name: typeof name === 'string' ? name : 'Error', message: typeof text === 'string' ? text : String(cause) }
}
