import { pino, type Logger } from 'pino'
import type { LogLevel } from './settings.js'

/** Where the server says what happens: JSON lines. Tokens, keys and session descriptions never go in. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** Logs to standard error; standard output carries nothing but the address. */
export function createLog(level: LogLevel): Log {
  // Written synchronously: the last lines before an exit are the ones that are needed.
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, pino.destination({ fd: 2, sync: true }))
}
