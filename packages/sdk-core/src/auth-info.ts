import { ID_PATTERN, MAX_DISPLAY_NAME, SELF } from '@earshot/protocol'
import { badParameter, checkText } from './bad-parameter.js'
import type { JoinRequest } from './link/channel-link.js'

/** What the app server returns for a user, and the channel. */
export interface AuthInfo {
  appid: string
  /** 1 to 64 of `[A-Za-z0-9_-]`. */
  channel: string
  /** 1 to 64 of `[A-Za-z0-9_-]`, not `'0'`. */
  userid: string
  /** Begins with `AK-`. */
  nonce: string
  /** Unix seconds at which the token expires. */
  timestamp: number | string
  /** Lowercase hex of SHA-256. */
  token: string
  /** Base URLs of the channel server, tried in order. */
  gslb: string[]
  turn?: { username: string; password: string }
}

const fields = ['appid', 'channel', 'nonce', 'userid', 'timestamp', 'token', 'gslb'] as const

/**
 * Checks the arguments of `joinChannel`. Throws 16974081 naming the first field that is missing, in the original's order, and
 * after that the first that is malformed; whether they are right is the server's to say.
 *
 * @param displayName default, also for one without a visible character: the user id; control characters are dropped
 */
export function readAuthInfo(auth: AuthInfo, displayName?: string): Omit<JoinRequest, 'profile' | 'role'> {
  if (typeof auth !== 'object' || auth === null) throw badParameter('authInfo', 'an object', auth)
  for (const name of fields) {
    const value: unknown = auth[name]
    if ((value ?? '') === '') throw badParameter(`authInfo.${name}`, 'given', value)
  }
  const { appid, channel, nonce, userid, token } = auth
  for (const [name, value] of Object.entries({ appid, channel, nonce, userid, token })) checkText(`authInfo.${name}`, value)
  if (!ID_PATTERN.test(userid)) throw badParameter('authInfo.userid', '1 to 64 of A-Z a-z 0-9 _ -', userid)
  if (userid === SELF) throw badParameter('authInfo.userid', `another id than "${SELF}"`, userid)
  return {
    appId: appid, channel, userId: userid, nonce, token,
    timestamp: readTimestamp(auth.timestamp),
    gslb: readGslb(auth.gslb),
    ...readTurn(auth.turn),
    displayName: readDisplayName(displayName ?? userid) || userid,
  }
}

/** The decimal text is what was hashed. */
function readTimestamp(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || !/^\d{1,12}$/.test(text)) throw badParameter('authInfo.timestamp', 'Unix seconds', value)
  return text
}

function readGslb(value: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (entries.length === 0) throw badParameter('authInfo.gslb', 'at least one address', value)
  return entries.map((entry, n) => {
    checkText(`authInfo.gslb[${n}]`, entry)
    return entry
  })
}

function readTurn(value: unknown): Pick<JoinRequest, 'turn'> {
  if (value === undefined || value === null) return {}
  const { username, password } = Object(value) as Record<string, unknown> // any object has those two, perhaps undefined
  checkText('authInfo.turn.username', username)
  checkText('authInfo.turn.password', password)
  return { turn: { username, password } }
}

function readDisplayName(value: unknown): string {
  if (typeof value !== 'string') throw badParameter('displayName', 'a text', value)
  const name = value.replace(/\p{Cc}/gu, '').trim()
  if (name.length > MAX_DISPLAY_NAME) throw badParameter('displayName', `at most ${MAX_DISPLAY_NAME} characters`, value)
  return name
}
