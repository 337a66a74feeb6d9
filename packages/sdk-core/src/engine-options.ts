import { badParameter, checkBoolean } from './bad-parameter.js'
import { log } from './log.js'

/** Options of the constructor; `isDebug`, `isReceiveOnly` and `customPlay` may be given to `isSupport` as well. */
export interface AliRtcEngineOptions {
  /** Skip the HTTPS check of `isSupport`. Default false. */
  isDebug?: boolean
  /** Never touch the devices in `isSupport`. Default false. */
  isReceiveOnly?: boolean
  /** False captures the microphone with echo cancellation, noise suppression and gain control off, for measurements and music. Default true. */
  audioProcessing?: boolean
  /** The app's own; default: one that all engines of the page share. It is never closed by us. */
  audioContext?: AudioContext
  /** Aborting disposes of the engine. */
  signal?: AbortSignal
  /**
   * The app plays what it receives: tracks come with `onMediaStreamUpdate`, and the SDK plays nothing. `setDisplayRemoteVideo`,
   * mutes and volumes of playback then give false, or -1. Default false.
   */
  customPlay?: boolean
  /**
   * Three habits of the original that break other habits, for an app that leans on them. **One listener per event: a second
   * `on` of a name silently takes the place of the first.** **Incomplete auth info gives `onError` a bare string** in place of
   * an `AliRtcError`. And audio is not heard without a view.
   */
  compat?: '1.16'
  /** Publishes by itself what is switched on, after each `joinChannel` and each change to role 0; told by `onPublishChange`. Default false. */
  autoPublish?: boolean
  /**
   * Subscribes by itself, with the user's switches, to everybody who publishes, and again after each change of that; told by
   * `onSubscribeChange`. Set the switches in `onJoin` or `onPublisher`: with all three off a user is left out. Default false.
   */
  autoSubscribe?: boolean
}

/** Options after the check. */
export interface EngineSettings {
  readonly isDebug: boolean
  readonly isReceiveOnly: boolean
  readonly customPlay: boolean
  readonly audioProcessing: boolean
  readonly audioContext: AudioContext | undefined
  readonly signal: AbortSignal | undefined
  readonly compat: '1.16' | undefined
  readonly autoPublish: boolean
  readonly autoSubscribe: boolean
}

export const DEFAULT_SETTINGS: EngineSettings = {
  isDebug: false, isReceiveOnly: false, customPlay: false, audioProcessing: true, audioContext: undefined, signal: undefined,
  compat: undefined, autoPublish: false, autoSubscribe: false,
}

/**
 * Adds options to the settings; what is absent stays as it was. Throws 16974081 naming the option that is wrong.
 * Unknown options are ignored, as the original did, and named on the console.
 *
 * @param options also null and '', which old sample code passes
 */
export function mergeOptions(settings: EngineSettings, options: AliRtcEngineOptions | null | '' | undefined): EngineSettings {
  if (options === undefined || options === null || options === '') return settings
  if (typeof options !== 'object') throw badParameter('options', 'an object', options)
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(DEFAULT_SETTINGS, name))
  if (unknown.length > 0) log('warn', `unknown option ${unknown.join(', ')}`)
  const names = Object.keys(DEFAULT_SETTINGS) as (keyof EngineSettings)[] // it has them all
  const merged: EngineSettings = { ...settings, ...Object.fromEntries(names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])) }
  for (const name of names) if (typeof DEFAULT_SETTINGS[name] === 'boolean') checkBoolean(`options.${name}`, merged[name])
  const { audioContext, signal, compat } = merged
  if (audioContext !== undefined && !isAudioContext(audioContext)) throw badParameter('options.audioContext', 'an AudioContext', audioContext)
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badParameter('options.signal', 'an AbortSignal', signal)
  if (compat !== undefined && compat !== '1.16') throw badParameter('options.compat', `'1.16' or absent`, compat)
  return merged
}

function isAudioContext(value: unknown): boolean {
  return typeof AudioContext !== 'undefined' && value instanceof AudioContext
}
