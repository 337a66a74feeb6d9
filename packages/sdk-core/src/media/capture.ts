import type { Slot } from '@earshot/protocol'
import type { AliRtcError } from '../errors.js'
import { captureError, captureMissing } from './device-errors.js'

/** A track, or why there is none. */
export type Captured = MediaStreamTrack | AliRtcError

export type Capture = (slots: readonly Slot[]) => Promise<ReadonlyMap<Slot, Captured>>

/** Defaults of the original, alirtc-api §1.6; the bitrates are the encoder's upper bounds. */
export const CAMERA: { readonly width: number; readonly height: number; readonly frameRate: number; readonly maxBitrate: number } =
  { width: 640, height: 480, frameRate: 15, maxBitrate: 500_000 }
export const SCREEN: typeof CAMERA = { width: 960, height: 540, frameRate: 10, maxBitrate: 1_500_000 }
/** bits/s. The original allowed 24 kbit/s; from 64 on a steady tone keeps its peak within 1 % through Opus (32: 2 %), which meters care about. */
export const AUDIO_MAX_BITRATE: number = 64_000

/** Captures microphone and camera, and the screen. Never rejects: each slot has its own outcome. */
export async function capture(slots: readonly Slot[], options: { readonly audioProcessing: boolean }): Promise<ReadonlyMap<Slot, Captured>> {
  const devices = slots.filter((slot) => slot !== 'screen')
  // The screen first: its picker must open in the turn of the user's click
  const screen = slots.includes('screen') ? captureScreen() : undefined
  const outcomes = new Map<Slot, Captured>(devices.length > 0 ? await captureDevices(devices, options) : [])
  if (screen !== undefined) outcomes.set('screen', await screen)
  return outcomes
}

/** Both in one call, so that the user is asked once; one by one when that fails, to learn which it was. */
async function captureDevices(slots: readonly ('audio' | 'camera')[], options: { readonly audioProcessing: boolean }): Promise<Map<Slot, Captured>> {
  const outcomes = new Map<Slot, Captured>()
  if (typeof navigator.mediaDevices?.getUserMedia !== 'function') {
    for (const slot of slots) outcomes.set(slot, captureMissing(slot))
    return outcomes
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraintsOf(slots, options))
    for (const slot of slots) {
      const [track] = slot === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks()
      outcomes.set(slot, track ?? captureError(slot, new DOMException('the browser gave no such track', 'NotFoundError')))
    }
  } catch (error) {
    const [slot] = slots
    if (slots.length === 1 && slot !== undefined) return outcomes.set(slot, captureError(slot, error))
    for (const each of slots) for (const [key, outcome] of await captureDevices([each], options)) outcomes.set(key, outcome)
  }
  return outcomes
}

function constraintsOf(slots: readonly ('audio' | 'camera')[], { audioProcessing }: { readonly audioProcessing: boolean }): MediaStreamConstraints {
  const audio = { echoCancellation: audioProcessing, noiseSuppression: audioProcessing, autoGainControl: audioProcessing }
  return { audio: slots.includes('audio') && audio, video: slots.includes('camera') && pictureConstraints(CAMERA) }
}

async function captureScreen(): Promise<Captured> {
  if (typeof navigator.mediaDevices?.getDisplayMedia !== 'function') return captureMissing('screen')
  try {
    const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: pictureConstraints(SCREEN), audio: false })).getVideoTracks()
    return track ?? captureError('screen', new DOMException('the browser gave no video track', 'UnknownError'))
  } catch (error) {
    return captureError('screen', error)
  }
}

function pictureConstraints({ width, height, frameRate }: typeof CAMERA): MediaTrackConstraints {
  return { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: frameRate } }
}
