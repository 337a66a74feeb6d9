import { badParameter, checkBoolean } from './bad-parameter.js'

/** Options of the constructor; the first two may be given to `isSupport` as well. */
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
  /** Play remote tracks yourself. Not in this release: true is refused. */
  customPlay?: boolean
  /** The original's habits. Not in this release: refused. */
  compat?: '1.16'
  /** Not in this release: true is refused. */
  autoPublish?: boolean
  /** Not in this release: true is refused. */
  autoSubscribe?: boolean
}

/** Options after the check. */
export interface EngineSettings {
  readonly isDebug: boolean
  readonly isReceiveOnly: boolean
  readonly audioProcessing: boolean
  readonly audioContext: AudioContext | undefined
  readonly signal: AbortSignal | undefined
}

export const DEFAULT_SETTINGS: EngineSettings = {
  isDebug: false, isReceiveOnly: false, audioProcessing: true, audioContext: undefined, signal: undefined,
}

const switches = ['isDebug', 'isReceiveOnly', 'audioProcessing'] as const
const later = ['customPlay', 'compat', 'autoPublish', 'autoSubscribe'] as const
const known: ReadonlySet<string> = new Set([...switches, ...later, 'audioContext', 'signal'])

/**
 * Adds options to the settings; what is absent stays as it was. Throws 16974081 naming the option that is wrong or not in this
 * release. Unknown options are ignored, as the original did, and named on the console.
 *
 * @param options also null and '', which old sample code passes
 */
export function mergeOptions(settings: EngineSettings, options: AliRtcEngineOptions | null | '' | undefined): EngineSettings {
  if (options === undefined || options === null || options === '') return settings
  if (typeof options !== 'object') throw badParameter('options', 'an object', options)
  for (const name of later) {
    if (options[name]) throw badParameter(`options.${name}`, 'absent: it is not in this release', options[name])
  }
  const unknown = Object.keys(options).filter((name) => !known.has(name))
  if (unknown.length > 0) console.warn(`AliRtcEngine: unknown option ${unknown.join(', ')}`)
  const given = Object.fromEntries(switches.filter((name) => options[name] !== undefined).map((name) => {
    checkBoolean(`options.${name}`, options[name])
    return [name, options[name]]
  }))
  const { audioContext = settings.audioContext, signal = settings.signal } = options
  if (audioContext !== undefined && !isAudioContext(audioContext)) throw badParameter('options.audioContext', 'an AudioContext', audioContext)
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw badParameter('options.signal', 'an AbortSignal', signal)
  return { ...settings, ...given, audioContext, signal }
}

function isAudioContext(value: unknown): boolean {
  return typeof AudioContext !== 'undefined' && value instanceof AudioContext
}
