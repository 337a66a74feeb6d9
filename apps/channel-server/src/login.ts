import { createHash } from 'node:crypto'
import { ID_PATTERN, SELF } from '@earshot/protocol'
import { makeToken, type App } from './channel/token.js'

/** How long a development token lives, in seconds: 48 h, as AliRTC's samples have it. */
const LOGIN_SECONDS = 48 * 3600

/** What an app server of AliRTC answers; the caller adds the channel, whose name it knows. */
export interface AuthInfo {
  readonly appid: string
  readonly userid: string
  readonly gslb: readonly string[]
  readonly token: string
  readonly nonce: string
  /** Unix seconds at which the token expires. */
  readonly timestamp: number
  readonly turn: { readonly username: string; readonly password: string }
}

export interface LoginRequest {
  readonly room: string
  readonly user: string
  readonly app: App
  /** Base URL of this server. */
  readonly gslb: string
  readonly nonce: string
  readonly nowSeconds: number
}

/** What was wrong with a login, in words, or the auth info. */
export function makeAuthInfo({ room, user, app, gslb, nonce, nowSeconds }: LoginRequest): { readonly problem: string } | { readonly authInfo: AuthInfo } {
  if (!ID_PATTERN.test(room) || room === SELF) return { problem: '"room" must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -, and not "0"' }
  if (user === '' || user.length > 256) return { problem: '"user" must be 1 to 256 characters' }
  const timestamp = nowSeconds + LOGIN_SECONDS
  const userid = userIdFor(room, user)
  const token = makeToken({ appId: app.id, channel: room, userId: userid, nonce, timestamp: String(timestamp) }, app.key)
  const username = `${userid}?appid=${app.id}&channel=${room}&nonce=${nonce}&timestamp=${timestamp}`
  return { authInfo: { appid: app.id, userid, gslb: [gslb], token, nonce, timestamp, turn: { username, password: token } } }
}

/** The name itself where it is an id, else one derived from it: the first 16 hex digits of SHA-256 of `room/user`. */
function userIdFor(room: string, user: string): string {
  if (ID_PATTERN.test(user) && user !== SELF) return user
  return createHash('sha256').update(`${room}/${user}`, 'utf8').digest('hex').slice(0, 16)
}
