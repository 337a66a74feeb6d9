import { ERROR_BAD_PARAMETER } from '@earshot/protocol'
import { AliRtcError } from './errors.js'

/** For a wrong argument: names it, and says what was expected and what came. */
export function badParameter(name: string, expected: string, value: unknown): AliRtcError {
  return new AliRtcError(ERROR_BAD_PARAMETER, `${name} must be ${expected}, not ${shown(value)}`, { parameter: name })
}

/** Throws unless it is true or false. */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw badParameter(name, 'true or false', value)
}

/** Throws unless it is a text that is not empty. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw badParameter(name, 'a text that is not empty', value)
}

/** A value in an error: short, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  return String(value)
}
