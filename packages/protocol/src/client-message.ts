import * as v from 'valibot'
import { candidate, channelId, connection, displayName, profile, requestId, role, streamRow, userId } from './client-fields.js'
import { MAX_SDP, SESSION_KEY_PATTERN } from './ids.js'
import type { Candidate, Connection, Profile, Role, StreamRow } from './rows.js'
import type { CameraLayer, Slot } from './ids.js'

/**
 * What a client says. Every message but `candidate` carries an `id` and gets exactly one answer with the same `id`:
 * `joined`, `resumed`, `accepted` or `error` (see `ServerMessage`).
 *
 * A session that has a key outlives its socket. Each side numbers what it says in it from 1, `joined` being the server's
 * first message and what follows `join` the client's; on the next socket each says how much it has heard, and the other
 * repeats the rest.
 */
export type ClientMessage =
  /** First message on a socket; the token covers app, channel, user, nonce and timestamp. */
  | {
      readonly type: 'join'
      readonly id: number
      readonly appId: string
      readonly channel: string
      readonly userId: string
      readonly displayName: string
      readonly nonce: string
      /** Unix seconds at which the token expires, as the decimal text that was hashed. */
      readonly timestamp: string
      readonly token: string
      readonly profile: Profile
      readonly role: Role
      /** Nobody else's secret, of this session only: with it the session can be resumed. Without it the session ends with its socket. */
      readonly key?: string | undefined
    }
  /** First message on another socket of the same session. `received`: the server's messages that were heard, see above. */
  | { readonly type: 'resume'; readonly id: number; readonly key: string; readonly received: number }
  | { readonly type: 'leave'; readonly id: number }
  /**
   * The whole of what the member publishes from now on (at least one row active). The first one carries the offer of the
   * publishing connection with a media section per slot; `accepted.sdp` is the answer. Later ones need an offer only to
   * renegotiate (ICE restart).
   */
  | {
      readonly type: 'publish'
      readonly id: number
      readonly streams: readonly StreamRow[]
      readonly offer?: { readonly sdp: string; readonly slots: readonly { readonly mid: string; readonly slot: Slot }[] } | undefined
    }
  | { readonly type: 'unpublish'; readonly id: number }
  /** The whole of what the client wants of one user from now on; nothing at all ends the subscription. */
  | {
      readonly type: 'subscribe'
      readonly id: number
      readonly userId: string
      readonly audio: boolean
      readonly camera: CameraLayer | null
      readonly screen: boolean
    }
  /** The answer to the server's `offer` with that `offerId`. */
  | { readonly type: 'answer'; readonly id: number; readonly offerId: number; readonly sdp: string }
  | { readonly type: 'candidate'; readonly connection: Connection; readonly candidate: Candidate | null }
  /**
   * Asks for an `offer` of the subscribing connection with new ICE credentials; the publishing one is restarted with a `publish`. Accepted at once, the
   * offer follows as an event (after the answer to one in flight). Nothing follows while nothing was offered yet: there is no connection to restart.
   */
  | { readonly type: 'restart'; readonly id: number }
  | { readonly type: 'mute'; readonly id: number; readonly slot: 'audio' | 'camera'; readonly muted: boolean }
  | { readonly type: 'role'; readonly id: number; readonly role: Role }
  /** Asks for an `accepted`, to learn that the socket still works; it does not wait behind other requests. `received`: as in `resume`, so that the server can forget these. */
  | { readonly type: 'ping'; readonly id: number; readonly received?: number | undefined }

/** Those that get an answer. */
export type ClientRequest = Exclude<ClientMessage, { type: 'candidate' }>

const text = (max: number) => v.pipe(v.string(), v.nonEmpty('must not be empty'), v.maxLength(max, `must be at most ${max} characters`))
const sdp = text(MAX_SDP)
const key = v.pipe(v.string(), v.regex(SESSION_KEY_PATTERN, 'must be 22 to 64 characters of A-Z, a-z, 0-9, _ and -'))
const count = v.pipe(v.number(), v.safeInteger('must be a whole number'), v.minValue(0))

export const clientMessage: v.GenericSchema<ClientMessage> = v.variant('type', [
  v.object({
    type: v.literal('join'), id: requestId, appId: text(64), channel: channelId, userId, displayName,
    nonce: text(64), timestamp: v.pipe(v.string(), v.regex(/^\d{1,12}$/, 'must be Unix seconds in decimal digits')),
    token: text(128), profile, role, key: v.optional(key),
  }),
  v.object({ type: v.literal('resume'), id: requestId, key, received: count }),
  v.object({ type: v.literal('leave'), id: requestId }),
  v.object({
    type: v.literal('publish'), id: requestId,
    streams: v.pipe(
      v.array(streamRow), v.maxLength(4, 'must have at most 4 rows'),
      v.check((rows) => new Set(rows.map((row) => row.label)).size === rows.length, 'must name each label once'),
      v.check((rows) => rows.some((row) => row.state === 'active'), 'must have at least one active row'),
    ),
    offer: v.optional(v.object({
      sdp,
      slots: v.pipe(
        v.array(v.object({ mid: text(16), slot: v.picklist(['audio', 'camera', 'screen']) })),
        v.maxLength(3, 'must have at most 3 entries'),
        v.check((rows) => new Set(rows.map((row) => row.slot)).size === rows.length, 'must name each slot once'),
      ),
    })),
  }),
  v.object({ type: v.literal('unpublish'), id: requestId }),
  v.object({
    type: v.literal('subscribe'), id: requestId, userId,
    audio: v.boolean(), camera: v.nullable(v.picklist(['large', 'small'])), screen: v.boolean(),
  }),
  v.object({ type: v.literal('answer'), id: requestId, offerId: requestId, sdp }),
  v.object({ type: v.literal('candidate'), connection, candidate }),
  v.object({ type: v.literal('restart'), id: requestId }),
  v.object({ type: v.literal('mute'), id: requestId, slot: v.picklist(['audio', 'camera']), muted: v.boolean() }),
  v.object({ type: v.literal('role'), id: requestId, role }),
  v.object({ type: v.literal('ping'), id: requestId, received: v.optional(count) }),
])
