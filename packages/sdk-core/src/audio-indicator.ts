import { badParameter, checkBoolean } from './bad-parameter.js'

/** What `enableAudioVolumeIndicator` takes besides true and false. */
export interface AudioIndicatorOptions {
  /** Seconds per `onAudioLevel`, 0.02 to 10. Default 1. */
  interval?: number
  /** Deliver the samples. Default true. */
  pcm?: boolean
  /** Momentary loudness (EBU R128) in each row. Default false. */
  loudness?: boolean
  /** True peak (ITU-R BS.1770-5 Annex 2) in each row. Default false. */
  truePeak?: boolean
}

/** A checked `enableAudioVolumeIndicator`. */
export interface AudioIndicator {
  /** Seconds. */
  readonly interval: number
  readonly pcm: boolean
  readonly loudness: boolean
  readonly truePeak: boolean
}

/** Undefined when it is off. Throws 16974081 naming the field that is wrong. */
export function readAudioIndicator(value: boolean | AudioIndicatorOptions): AudioIndicator | undefined {
  const name = 'enableAudioVolumeIndicator'
  if (value === false) return undefined
  if (value !== true && (typeof value !== 'object' || value === null)) throw badParameter(name, 'true, false or an object', value)
  const { interval = 1, pcm = true, loudness = false, truePeak = false } = value === true ? {} : value
  if (!(typeof interval === 'number' && interval >= 0.02 && interval <= 10)) throw badParameter(`${name}.interval`, '0.02 to 10 seconds', interval)
  checkBoolean(`${name}.pcm`, pcm)
  checkBoolean(`${name}.loudness`, loudness)
  checkBoolean(`${name}.truePeak`, truePeak)
  return { interval, pcm, loudness, truePeak }
}
