import type { Slot } from '@earshot/protocol'
import type { AliRtcError } from '../errors.js'
import { captureError, captureMissing, methodOf } from './device-errors.js'
import { isAllowed } from './device-watch.js'

/** A track, or why there is none. */
export type Captured = MediaStreamTrack | AliRtcError

/** What to ask the browser for. */
export interface CaptureRequest {
  /** Of the microphone: echo cancellation, noise suppression, gain control. */
  readonly processing: boolean
  readonly audio: MediaTrackConstraints
  readonly camera: MediaTrackConstraints
  readonly screen: MediaTrackConstraints
  /** A device that had been given up answers: ask it again. */
  readonly onLate: () => void
}

/** Milliseconds until a device that the user has allowed must answer. Browsers that notice by themselves say so after 10 s. */
const PATIENCE = 10_000

/** By slot; `sound` is what the user shares with the screen, absent where nothing is heard. */
export type Captures = ReadonlyMap<Slot | 'sound', Captured>

/** Captures microphone and camera, and the screen. Never rejects: each slot has its own outcome. */
export async function capture(slots: readonly Slot[], request: CaptureRequest): Promise<Captures> {
  const devices = slots.filter((slot) => slot !== 'screen')
  // The screen first: its picker must open in the turn of the user's click
  const screen = slots.includes('screen') ? captureScreen(request.screen) : []
  const outcomes = devices.length > 0 ? await captureDevices(devices, request) : []
  return new Map([...outcomes, ...await screen])
}

/** Both in one call, so that the user is asked once; one by one when that fails, to learn which it was. */
async function captureDevices(slots: readonly ('audio' | 'camera')[], request: CaptureRequest): Promise<Captures> {
  try {
    const audio = slots.includes('audio') && { ...processed(request.processing), ...request.audio }
    const answer = navigator.mediaDevices.getUserMedia({ audio, video: slots.includes('camera') && request.camera })
    return tracksOf(await answered(answer, slots, request.onLate), 'audio', 'camera')
  } catch (error) {
    const outcomes = new Map<Slot | 'sound', Captured>()
    for (const slot of slots) {
      if (slots.length === 1) outcomes.set(slot, failure(slot, error))
      else for (const [key, outcome] of await captureDevices([slot], request)) outcomes.set(key, outcome)
    }
    return outcomes
  }
}

async function captureScreen(video: MediaTrackConstraints): Promise<Captures> {
  try {
    // Shared sound is music, or speech already cleaned; and what we play of the others must not go back to them
    const audio = { ...processed(false), restrictOwnAudio: true }
    const wanted = { video, audio, systemAudio: 'include' } // the user decides in the picker; the last is Chromium's
    return tracksOf(await navigator.mediaDevices.getDisplayMedia(wanted), 'sound', 'screen')
  } catch (error) {
    return new Map([['screen', failure('screen', error)]])
  }
}

function failure(slot: Slot, error: unknown): AliRtcError {
  return typeof navigator.mediaDevices?.[methodOf(slot)] === 'function' ? captureError(slot, error) : captureMissing(slot)
}

/** One of each kind that was asked for; a screen may come without sound. */
function tracksOf(stream: MediaStream, audio: 'audio' | 'sound', video: 'camera' | 'screen'): Captures {
  return new Map(stream.getTracks().map((track) => [track.kind === 'audio' ? audio : video, track]))
}

/** Rejects when there is no answer although nobody is being asked; what comes later is released. */
function answered(answer: Promise<MediaStream>, slots: readonly ('audio' | 'camera')[], onLate: () => void): Promise<MediaStream> {
  return new Promise((resolve, reject) => {
    let [allowed, late] = [false, false]
    const timer = setInterval(async () => {
      const before = allowed // a user who has only just agreed gives the device its time
      allowed = await isAllowed(slots)
      if (!before || !allowed) return
      late = true
      clearInterval(timer)
      reject(new DOMException('no answer', 'TimeoutError'))
    }, PATIENCE / 2)
    answer.finally(() => { clearInterval(timer) }).then((stream) => {
      if (!late) return resolve(stream)
      for (const track of stream.getTracks()) track.stop()
      onLate()
    }, reject)
  })
}

function processed(on: boolean): MediaTrackConstraints {
  return { echoCancellation: on, noiseSuppression: on, autoGainControl: on }
}
