import { createHash, timingSafeEqual } from 'node:crypto'
import { ERROR_APP_UNKNOWN, ERROR_TOKEN_EXPIRED, ERROR_TOKEN_INVALID, NONCE_PATTERN } from '@earshot/protocol'
import type { Refusal } from './channel-model.js'

/** What a token covers. `timestamp`: Unix seconds at which it expires, as the decimal text that is hashed. */
export interface TokenClaims {
  readonly appId: string
  readonly channel: string
  readonly userId: string
  readonly nonce: string
  readonly timestamp: string
}

export interface App {
  readonly id: string
  readonly key: string
}

/** The token of AliRTC: lowercase hex SHA-256 of the parts one after the other, without separators. */
export function makeToken(claims: TokenClaims, appKey: string): string {
  return createHash('sha256')
    .update(claims.appId + appKey + claims.channel + claims.userId + claims.nonce + claims.timestamp, 'utf8')
    .digest('hex')
}

/**
 * Why the bearer may not join, or `null`. The order matters to clients that tell the codes apart: app, nonce and hash,
 * expiry. A token is good through the second it names. The ids were checked when the message was parsed.
 */
export function checkToken(claims: TokenClaims & { readonly token: string }, app: App, nowSeconds: number): Refusal | null {
  if (claims.appId !== app.id) return { code: ERROR_APP_UNKNOWN, message: `the app id "${claims.appId}" is unknown to this server`, field: 'appId' }
  if (!NONCE_PATTERN.test(claims.nonce)) {
    return { code: ERROR_TOKEN_INVALID, message: '"nonce" must be "AK-" and 1 to 61 letters, digits or hyphens', field: 'nonce' }
  }
  if (!equalInConstantTime(claims.token, makeToken(claims, app.key))) {
    return { code: ERROR_TOKEN_INVALID, message: 'the token does not match app, channel, user, nonce and timestamp', field: 'token' }
  }
  if (Number(claims.timestamp) < nowSeconds) {
    return { code: ERROR_TOKEN_EXPIRED, message: `the token expired ${nowSeconds - Number(claims.timestamp)} s ago`, field: 'timestamp' }
  }
  return null
}

/** Compares secrets in a time that depends on neither of them; hashing first makes the lengths equal. */
export function equalInConstantTime(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(a), digest(b))
}
