import { badParameter, checkBoolean } from './bad-parameter.js'

/** What `enableAudioVolumeIndicator` takes besides true and false. */
export interface AudioIndicatorOptions {
  /** Seconds per `onAudioLevel`, 0.02 to 10. Default 1. */
  interval?: number
  /** Deliver the samples. Default true. */
  pcm?: boolean
  /** EBU R128 loudness. Not in this release: true is refused. */
  loudness?: boolean
  /** True peak. Not in this release: true is refused. */
  truePeak?: boolean
}

/** A checked `enableAudioVolumeIndicator`. */
export interface AudioIndicator {
  /** Seconds. */
  readonly interval: number
  readonly pcm: boolean
}

/** Undefined when it is off. Throws 16974081 naming the field that is wrong. */
export function readAudioIndicator(value: boolean | AudioIndicatorOptions): AudioIndicator | undefined {
  const name = 'enableAudioVolumeIndicator'
  if (value === false) return undefined
  if (value !== true && (typeof value !== 'object' || value === null)) throw badParameter(name, 'true, false or an object', value)
  const { interval = 1, pcm = true, ...later } = value === true ? {} : value
  if (!(typeof interval === 'number' && interval >= 0.02 && interval <= 10)) throw badParameter(`${name}.interval`, '0.02 to 10 seconds', interval)
  checkBoolean(`${name}.pcm`, pcm)
  for (const key of ['loudness', 'truePeak'] as const) {
    if (later[key]) throw badParameter(`${name}.${key}`, 'absent or false: it is not in this release', later[key])
  }
  return { interval, pcm }
}
