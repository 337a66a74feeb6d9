import { badParameter } from './bad-parameter.js'

/** From the most to the least that is written; `none` is silence. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'none'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'none']
let current: LogLevel = 'warn'

/** What of all engines of the page goes to the console. */
export function logLevel(): LogLevel {
  return current
}

/** Throws 16974081 for what is no level; then all stays as it was. */
export function setLogLevel(level: LogLevel): void {
  if (!levels.includes(level)) throw badParameter('level', levels.map((name) => `'${name}'`).join(', '), level)
  current = level
}

/** The one way to the console. Written when the page's level is the same or lower. */
export function log(level: Exclude<LogLevel, 'none'>, message: string, ...details: unknown[]): void {
  if (levels.indexOf(level) >= levels.indexOf(current)) console[level](`AliRtcEngine: ${message}`, ...details)
}
