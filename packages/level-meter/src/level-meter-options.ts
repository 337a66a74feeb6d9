import { checkBackend } from './kernel-builds.js'
import type { Backend } from './worklet-messages.js'

/** Options of `LevelMeter.create`. */
export interface LevelMeterOptions {
  /** Seconds per reading, cut on the context's clock every `Math.round(interval * sampleRate)` frames; 0.02 to 10. Default 1. */
  interval?: number
  /** Where the worklet file (`@earshot/level-meter/worklet`) is served. Default: inlined, which needs `blob:` in script-src. */
  workletUrl?: string | URL
  /**
   * Default 'auto': 'wasm-simd', or 'javascript' where the browser or the CSP forbids it. A kernel named here runs or
   * `create` rejects. 'wasm-relaxed-simd' is there once `@earshot/level-meter/relaxed` has been imported.
   */
  backend?: Backend | 'auto'
  /** Aborting rejects a `create` that is under way, and closes the meter after that. */
  signal?: AbortSignal
}

/** Options of `LevelMeter.add`. */
export interface SourceOptions {
  /** Deliver channel 0 sample by sample. Default false. */
  pcm?: boolean
  /** Loudness by ITU-R BS.1770-5 and EBU R128: momentary, short-term, integrated, range and maxima. Default false. */
  loudness?: boolean
  /** True peak by ITU-R BS.1770-5 Annex 2, at 4 times the sample rate. Default false. */
  truePeak?: boolean
  /** Speech activity: `speaking`. Choose an `interval` of 0.05 to 0.2 s to hear of it in time. Default false. */
  speech?: boolean
  /**
   * Keep a hidden, muted media element on the track, without which Chromium gives silence for remote WebRTC audio. Default
   * true for tracks and streams; nothing for AudioNodes.
   */
  sink?: boolean
  /** Aborting stops the metering. */
  signal?: AbortSignal
}

/** Throws what is wrong with the arguments of `LevelMeter.create`; returns the frames of an interval. */
export function checkOptions(context: BaseAudioContext, { interval = 1, backend = 'auto', workletUrl }: LevelMeterOptions): number {
  if (typeof BaseAudioContext === 'undefined' || !(context instanceof BaseAudioContext)) {
    throw new TypeError('LevelMeter.create: context must be an AudioContext or an OfflineAudioContext')
  }
  const { sampleRate } = context
  if (!(sampleRate >= 8000 && sampleRate <= 192_000)) {
    throw new RangeError(`LevelMeter.create: context.sampleRate must be 8000 to 192000 Hz, not ${sampleRate}`)
  }
  if (!(typeof interval === 'number' && interval >= 0.02 && interval <= 10)) {
    throw new RangeError(`LevelMeter.create: interval must be 0.02 to 10 seconds, not ${String(interval)}`)
  }
  checkBackend(backend, 'LevelMeter.create')
  if (workletUrl !== undefined && typeof workletUrl !== 'string' && !(workletUrl instanceof URL)) {
    throw new TypeError('LevelMeter.create: workletUrl must be a string or a URL')
  }
  if (context.state === 'closed') throw closedContext()
  if (context.audioWorklet === undefined) {
    throw new DOMException('LevelMeter.create: context has no AudioWorklet: the page must be on HTTPS or localhost', 'NotSupportedError')
  }
  return Math.round(interval * sampleRate)
}

/** Creating a meter in a context that can render no more. */
export function closedContext(): DOMException {
  return new DOMException('LevelMeter.create: context is closed', 'InvalidStateError')
}

/** Throws what is wrong with the callback of `LevelMeter.add`. */
export function checkCallback(onReading: unknown): void {
  if (typeof onReading !== 'function') throw new TypeError('LevelMeter.add: onReading must be a function')
}

/** The track to meter; throws a TypeError for what has none, in the name of `caller`. */
export function audioTrackOf(source: unknown, caller: string, accepted: string): MediaStreamTrack {
  if (typeof MediaStream !== 'undefined' && source instanceof MediaStream) {
    const [track] = source.getAudioTracks()
    if (track === undefined) throw new TypeError(`${caller}: source is a MediaStream without an audio track`)
    return track
  }
  if (typeof MediaStreamTrack !== 'undefined' && source instanceof MediaStreamTrack) {
    if (source.kind === 'audio') return source
    throw new TypeError(`${caller}: source is a ${source.kind} track, not an audio track`)
  }
  throw new TypeError(`${caller}: source must be ${accepted}`)
}
