import { isIP } from 'node:net'
import type { IceServer } from '@earshot/protocol'
import * as v from 'valibot'
import type { AllowedOrigins } from './origins.js'

/** How the text of a variable is read. */
export interface Kind<Value> {
  /** Continues "must be". */
  readonly expected: string
  /** `undefined`: the text is not that. */
  read(text: string): Value | undefined
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    read: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? value : undefined
    },
  }
}

export function matching(pattern: RegExp, expected: string): Kind<string> {
  return { expected, read: (text) => (pattern.test(text) ? text : undefined) }
}

export function oneOf<Choice extends string>(choices: readonly Choice[]): Kind<Choice> {
  return { expected: `one of ${choices.join(', ')}`, read: (text) => choices.find((choice) => choice === text) }
}

export const flag: Kind<boolean> = {
  expected: '1 or 0 (true and false will do)',
  read: (text) => ({ 1: true, true: true, 0: false, false: false } as Readonly<Record<string, boolean>>)[text.toLowerCase()],
}

export const ipAddress: Kind<string> = {
  expected: 'an IPv4 or IPv6 address (ICE candidates carry no names)',
  read: (text) => (isIP(text) === 0 ? undefined : text),
}

/** `https://host[:port]`, without a path; read as the origin's normal form. */
export const origin: Kind<string> = {
  expected: 'http(s)://host or http(s)://host:port, without a path',
  read: (text) => {
    if (!/^https?:\/\/[^/?#@\s]+\/?$/i.test(text) || !URL.canParse(text)) return undefined
    return new URL(text).origin
  },
}

export const origins: Kind<AllowedOrigins> = {
  expected: '* or a comma-separated list of origins such as https://app.example',
  read: (text) => {
    if (text === '*') return 'any'
    const list = text.split(',').map((part) => origin.read(part.trim()))
    return list.every((entry) => entry !== undefined) ? list : undefined
  },
}

const iceUrl = v.pipe(v.string(), v.regex(/^(stun|turn)s?:[^\s/?]+(\?transport=(udp|tcp))?$/i))

/** As strict as browsers, which throw for a bad entry, so that nobody could publish or subscribe. */
const iceServerList: v.GenericSchema<IceServer[]> = v.pipe(
  v.array(v.pipe(
    v.strictObject({ urls: v.union([iceUrl, v.pipe(v.array(iceUrl), v.minLength(1))]), username: v.optional(v.string()), credential: v.optional(v.string()) }),
    v.check(({ urls, username, credential }) => [urls].flat().every((url) => /^stun/i.test(url)) || (username !== undefined && credential !== undefined)),
  )),
  v.maxLength(10),
)

export const iceServers: Kind<readonly IceServer[]> = {
  expected: 'a JSON array of at most 10 objects {"urls", "username", "credential"}; urls begin with stun:, stuns:, turn: or turns:, the last two need the others',
  read: (text) => {
    try {
      const result = v.safeParse(iceServerList, JSON.parse(text))
      return result.success ? result.output : undefined
    } catch {
      return undefined
    }
  },
}
