import type { Slot } from '@earshot/protocol'
import type { AliRtcError } from '../errors.js'
import { captureError, captureMissing } from './device-errors.js'

/** A track, or why there is none. */
export type Captured = MediaStreamTrack | AliRtcError

/** What to ask the browser for. */
export interface CaptureRequest {
  /** Of the microphone: echo cancellation, noise suppression, gain control. */
  readonly processing: boolean
  readonly audio: MediaTrackConstraints
  readonly camera: MediaTrackConstraints
  readonly screen: MediaTrackConstraints
}

/** By slot; `sound` is what the user shares with the screen, absent where nothing is heard. */
export type Captures = ReadonlyMap<Slot | 'sound', Captured>

/** Captures microphone and camera, and the screen. Never rejects: each slot has its own outcome. */
export async function capture(slots: readonly Slot[], request: CaptureRequest): Promise<Captures> {
  const devices = slots.filter((slot) => slot !== 'screen')
  // The screen first: its picker must open in the turn of the user's click
  const screen = slots.includes('screen') ? captureScreen(request.screen) : undefined
  const outcomes = devices.length > 0 ? await captureDevices(devices, request) : new Map<Slot, Captured>()
  return new Map<Slot | 'sound', Captured>([...outcomes, ...(await screen ?? [])])
}

/** Both in one call, so that the user is asked once; one by one when that fails, to learn which it was. */
async function captureDevices(slots: readonly ('audio' | 'camera')[], request: CaptureRequest): Promise<Map<Slot, Captured>> {
  const outcomes = new Map<Slot, Captured>()
  if (typeof navigator.mediaDevices?.getUserMedia !== 'function') {
    for (const slot of slots) outcomes.set(slot, captureMissing(slot))
    return outcomes
  }
  try {
    const audio = slots.includes('audio') && { ...processed(request.processing), ...request.audio }
    const stream = await navigator.mediaDevices.getUserMedia({ audio, video: slots.includes('camera') && request.camera })
    for (const slot of slots) {
      const [track] = slot === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks()
      outcomes.set(slot, track ?? captureError(slot, new DOMException('the browser gave no such track', 'NotFoundError')))
    }
  } catch (error) {
    const [slot] = slots
    if (slots.length === 1 && slot !== undefined) return outcomes.set(slot, captureError(slot, error))
    for (const each of slots) for (const [key, outcome] of await captureDevices([each], request)) outcomes.set(key, outcome)
  }
  return outcomes
}

async function captureScreen(video: MediaTrackConstraints): Promise<Map<'screen' | 'sound', Captured>> {
  const outcomes = new Map<'screen' | 'sound', Captured>()
  if (typeof navigator.mediaDevices?.getDisplayMedia !== 'function') return outcomes.set('screen', captureMissing('screen'))
  try {
    // Shared sound is music, or speech already cleaned; and what we play of the others must not go back to them
    const audio = { ...processed(false), restrictOwnAudio: true }
    const wanted = { video, audio, systemAudio: 'include' } // the user decides in the picker; the last is Chromium's
    const stream = await navigator.mediaDevices.getDisplayMedia(wanted)
    const [[track], [sound]] = [stream.getVideoTracks(), stream.getAudioTracks()]
    if (sound !== undefined) outcomes.set('sound', sound)
    return outcomes.set('screen', track ?? captureError('screen', new DOMException('the browser gave no such track', 'NotFoundError')))
  } catch (error) {
    return outcomes.set('screen', captureError('screen', error))
  }
}

function processed(on: boolean): MediaTrackConstraints {
  return { echoCancellation: on, noiseSuppression: on, autoGainControl: on }
}
