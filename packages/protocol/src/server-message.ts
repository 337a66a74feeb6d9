import * as v from 'valibot'
import type { StreamLabel } from './ids.js'
import { candidate, connection, label, memberRow, requestId, userId, type Candidate, type Connection, type MemberRow } from './rows.js'

/** Structurally an `RTCIceServer`. */
export interface IceServer {
  readonly urls: string | readonly string[]
  readonly username?: string | undefined
  readonly credential?: string | undefined
}

/** Whose track a media section of the subscribing connection carries. */
export interface OfferedTrack {
  readonly mid: string
  readonly userId: string
  readonly label: StreamLabel
}

/** What the server says: answers, which carry the request's `id`, and events, which do not. */
export type ServerMessage =
  /** Answers `join`: everybody who is in the channel already. Events follow only after it. */
  | { readonly type: 'joined'; readonly id: number; readonly members: readonly MemberRow[]; readonly iceServers: readonly IceServer[] }
  /** Answers `resume`; what was not heard follows. `received`: the client's messages that arrived, so that it repeats the rest. */
  | { readonly type: 'resumed'; readonly id: number; readonly received: number }
  /** Answers every other request; `sdp` is the answer to the offer of a `publish`. */
  | { readonly type: 'accepted'; readonly id: number; readonly sdp?: string | undefined }
  /** Refuses a request (`id`), or says what was wrong with a message that had none. `field` is a path such as `offer.sdp`. */
  | { readonly type: 'error'; readonly id?: number | undefined; readonly code: number; readonly message: string; readonly field?: string | undefined }
  | { readonly type: 'member-joined'; readonly member: MemberRow }
  | { readonly type: 'member-left'; readonly userId: string }
  /** Someone started to publish or changes what it publishes; the rows are the whole of it. */
  | { readonly type: 'published'; readonly member: MemberRow }
  | { readonly type: 'unpublished'; readonly userId: string }
  | { readonly type: 'muted'; readonly userId: string; readonly slot: 'audio' | 'camera'; readonly muted: boolean }
  /** Renegotiates the subscribing connection. `tracks` is the whole of what it carries; other media sections are inactive. */
  | { readonly type: 'offer'; readonly offerId: number; readonly sdp: string; readonly tracks: readonly OfferedTrack[] }
  /** The camera of `userId` now arrives as the layer `label`; from the first key frame of that layer on. */
  | { readonly type: 'layer'; readonly userId: string; readonly label: StreamLabel }
  | { readonly type: 'candidate'; readonly connection: Connection; readonly candidate: Candidate | null }
  /** The last message of a session: 1 removed, 2 channel closed, 3 the same user joined elsewhere. */
  | { readonly type: 'bye'; readonly code: 1 | 2 | 3 }

/** Those that answer a request. */
export type ServerAnswer = Extract<ServerMessage, { type: 'joined' | 'resumed' | 'accepted' | 'error' }>
/** Those that nobody asked for. */
export type ServerEvent = Exclude<ServerMessage, ServerAnswer>

export const serverMessage: v.GenericSchema<ServerMessage> = v.variant('type', [
  v.object({
    type: v.literal('joined'), id: requestId, members: v.array(memberRow),
    iceServers: v.array(v.object({
      urls: v.union([v.string(), v.array(v.string())]), username: v.optional(v.string()), credential: v.optional(v.string()),
    })),
  }),
  v.object({ type: v.literal('resumed'), id: requestId, received: v.number() }),
  v.object({ type: v.literal('accepted'), id: requestId, sdp: v.optional(v.string()) }),
  v.object({ type: v.literal('error'), id: v.optional(requestId), code: v.number(), message: v.string(), field: v.optional(v.string()) }),
  v.object({ type: v.literal('member-joined'), member: memberRow }),
  v.object({ type: v.literal('member-left'), userId }),
  v.object({ type: v.literal('published'), member: memberRow }),
  v.object({ type: v.literal('unpublished'), userId }),
  v.object({ type: v.literal('muted'), userId, slot: v.picklist(['audio', 'camera']), muted: v.boolean() }),
  v.object({
    type: v.literal('offer'), offerId: requestId, sdp: v.string(),
    tracks: v.array(v.object({ mid: v.string(), userId, label })),
  }),
  v.object({ type: v.literal('layer'), userId, label }),
  v.object({ type: v.literal('candidate'), connection, candidate }),
  v.object({ type: v.literal('bye'), code: v.picklist([1, 2, 3]) }),
])
