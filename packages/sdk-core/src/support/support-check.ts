import {
  ERROR_NEEDHTTPS, ERROR_NOTSUPPORT_BROWSER, ERROR_NOTSUPPORT_H264, ERROR_NOTSUPPORT_WEBRTC, type Slot,
} from '@earshot/protocol'
import type { EngineSettings } from '../engine-options.js'
import { AliRtcError } from '../errors.js'
import type { Captures } from '../media/capture.js'
import { browserName, isTooOld } from './browser-name.js'
import { isSecureAddress } from './secure-address.js'

/** What `isSupport` resolves with. It rejects with an `AliRtcError` that has the same fields beside its own. */
export interface SupportResult {
  isSupported: boolean
  /** Lowercase, 'unknown' for one we do not know. */
  browser: string
  browser_version: string
  system: string
  /** Whether a microphone could be opened; absent in receive-only mode. */
  audioDevice?: boolean
  /** Whether a camera could be opened; absent in receive-only and audio-only mode, and while `enableCamera` is false. */
  videoDevice?: boolean
  supportH264: boolean
  supportScreenShare: boolean
  /** False: mixing is not in this release. */
  supportMixBackgroundAudio: boolean
  isElectron: boolean
  /** Only when not supported. */
  errorCode?: number
  /** Only when not supported. */
  message?: string
}

export function canShareScreen(): boolean {
  return typeof navigator !== 'undefined' && typeof navigator.mediaDevices?.getDisplayMedia === 'function'
}

/** What there is to open. */
export interface SupportDevices {
  /** Never rejects. */
  readonly capture: (slots: readonly Slot[]) => Promise<Captures>
  /** False: no camera will be opened, here or later. */
  readonly camera: boolean
}

/** Checks the page and opens, then releases, the devices. The order is the original's (alirtc-api §2.2). */
export async function checkSupport(settings: EngineSettings, devices: SupportDevices): Promise<SupportResult> {
  const name = browserName(navigator.userAgent)
  const codecs = videoCodecs()
  const result: SupportResult = {
    isSupported: true,
    browser: name.browser, browser_version: name.version, system: name.system, isElectron: name.isElectron,
    supportH264: codecs.has('video/h264'),
    supportScreenShare: canShareScreen(),
    supportMixBackgroundAudio: false,
  }
  if (typeof RTCPeerConnection === 'undefined') throw unsupported(result, ERROR_NOTSUPPORT_WEBRTC, 'the browser has no WebRTC')
  if (isTooOld(name)) throw unsupported(result, ERROR_NOTSUPPORT_BROWSER, `${name.browser} ${name.version} is too old`)
  if (!settings.isReceiveOnly) await checkDevices(result, settings, devices)
  // The one video codec that the server forwards.
  if (!codecs.has('video/vp8')) throw unsupported(result, ERROR_NOTSUPPORT_H264, 'the browser has no VP8')
  return result
}

/** A camera that fails is told, and fails nothing. */
async function checkDevices(result: SupportResult, settings: EngineSettings, devices: SupportDevices): Promise<void> {
  if (!settings.isDebug && !isSecureAddress(location)) throw unsupported(result, ERROR_NEEDHTTPS, 'the page must be on HTTPS or localhost')
  const captured = await devices.capture(devices.camera ? ['audio', 'camera'] : ['audio'])
  for (const outcome of captured.values()) if (outcome instanceof MediaStreamTrack) outcome.stop()
  const audio = captured.get('audio')
  result.audioDevice = audio instanceof MediaStreamTrack
  if (devices.camera) result.videoDevice = captured.get('camera') instanceof MediaStreamTrack
  if (audio instanceof AliRtcError) throw unsupported(result, audio.code, audio.message, audio)
}

/** MIME types in lowercase of what the browser can receive. */
function videoCodecs(): ReadonlySet<string> {
  const capabilities = typeof RTCRtpReceiver === 'undefined' ? null : RTCRtpReceiver.getCapabilities('video')
  return new Set(capabilities?.codecs.map((codec) => codec.mimeType.toLowerCase()))
}

function unsupported(result: SupportResult, code: number, message: string, cause?: unknown): AliRtcError {
  return new AliRtcError(code, message, { ...result, isSupported: false, ...(cause === undefined ? {} : { cause }) })
}
