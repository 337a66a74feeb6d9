import { badParameter } from '../bad-parameter.js'

/** How loud a user is played here. Changes neither what is received nor what others hear. */
export interface Playback {
  readonly muted: boolean
  /** 0..1, linear; kept while muted. */
  readonly volume: number
}

export const AUDIBLE: Playback = { muted: false, volume: 1 }

/** Everybody who is there, and everybody who comes. A number, so that no user can be called so. */
export const EVERYBODY = -1

/** Throws 16974081 unless it is 0..1. */
export function checkVolume(name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw badParameter(name, 'a number from 0 to 1', value)
}
