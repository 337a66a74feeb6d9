import { ERROR_OPTIONS_AUDIO_ONLY, ERROR_OPTIONS_ENABLECAMERA, type Slot } from '@earshot/protocol'
import { badParameter } from '../bad-parameter.js'
import { AliRtcError } from '../errors.js'
import type { TrackUser } from './local-tracks.js'
import { CAMERA, maxBitrateOf, pictureConstraints, SCREEN, type Picture } from './video-profile.js'

/** A microphone of `getDevices()`; an empty id is the browser's default. */
export interface MicrophoneChoice {
  deviceId: string
}

/** A camera of `getDevices()`, or the side of a phone that it is on. */
export type CameraChoice = MicrophoneChoice | { facingMode: 'user' | 'environment' }

/** What the app has chosen for its own media, captured or not. */
export interface LocalChoices {
  enableCamera: boolean
  audioOnly: boolean
  /** The preview asks for 1280x720 even where less is sent. */
  highDefinition: boolean
  readonly devices: { audio?: MicrophoneChoice | undefined; camera?: CameraChoice | undefined }
  readonly profiles: { camera: Picture; screen: Picture }
}

/** bits/s. The original allowed 24 kbit/s; from 64 on a steady tone keeps its peak within 1 % through Opus (32: 2 %), which meters care about. */
export const AUDIO_MAX_BITRATE: number = 64_000

export const PROFILES: { readonly camera: typeof CAMERA; readonly screen: typeof SCREEN } = { camera: CAMERA, screen: SCREEN }

export function defaultChoices(): LocalChoices {
  return { enableCamera: true, audioOnly: false, highDefinition: true, devices: {}, profiles: { ...PROFILES } }
}

/** Why a slot may not be captured; undefined when it may. */
export function choiceRefusal(slot: Slot, { audioOnly, enableCamera }: LocalChoices): AliRtcError | undefined {
  if (audioOnly && slot !== 'audio') return new AliRtcError(ERROR_OPTIONS_AUDIO_ONLY, `no ${slot} in audio-only mode`)
  if (!enableCamera && slot === 'camera') return new AliRtcError(ERROR_OPTIONS_ENABLECAMERA, 'no camera: enableCamera is false')
  return undefined
}

/** Throws 16974081 naming the property. Undefined, null and an empty id are the browser's default. */
export function deviceConstraints(name: 'currentCamera' | 'currentAudioCapture', choice: unknown): MediaTrackConstraints {
  const { deviceId, facingMode } = Object(choice) as { deviceId?: unknown; facingMode?: unknown } // any object has those two, perhaps undefined
  if (typeof deviceId === 'string') return deviceId === '' ? {} : { deviceId: { exact: deviceId } }
  if (name === 'currentCamera' && (facingMode === 'user' || facingMode === 'environment')) return { facingMode }
  if (choice === undefined || choice === null) return {}
  throw badParameter(name, '{ deviceId }', choice)
}

/** What a user asks of a picture. */
export function shapeOf(slot: 'camera' | 'screen', user: TrackUser, { highDefinition, profiles }: LocalChoices): MediaTrackConstraints {
  const profile = profiles[slot]
  const large = slot === 'camera' && user === 'preview' && highDefinition && profile.width < 1280
  return pictureConstraints(large ? { ...profile, width: 1280, height: 720 } : profile)
}

/** How a slot is encoded. @param own the picture of a track that the app brought: its size counts, and its frame rate has no bound */
export function encodingOf(slot: Slot, { profiles }: LocalChoices, own?: Partial<Picture>): { readonly maxBitrate: number; readonly maxFramerate?: number } {
  if (slot === 'audio') return { maxBitrate: AUDIO_MAX_BITRATE }
  const maxFramerate = profiles[slot].frameRate
  const maxBitrate = maxBitrateOf({ ...profiles[slot], ...own, frameRate: own?.frameRate || maxFramerate }, PROFILES[slot]) // a canvas that stands still says 0
  return own === undefined ? { maxBitrate, maxFramerate } : { maxBitrate }
}
