import { fieldsOf, flag, listOf, number, oneOf, or, text, type Check } from './check.js'
import { STREAM_LABELS, type StreamLabel } from './ids.js'
import type { Candidate, Connection, MemberRow, StreamRow } from './rows.js'

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

type Checks = { readonly [Type in ServerMessage['type']]: Check<Omit<Extract<ServerMessage, { type: Type }>, 'type'>> }

const maybeText = or(undefined, text)
const member: Check<MemberRow> = fieldsOf({
  userId: text, displayName: text, streams: listOf(fieldsOf<StreamRow>({ label: oneOf(STREAM_LABELS), state: oneOf(['active', 'inactive']), muted: flag })),
})
const urls: Check<string | readonly string[]> = (value, path) => (Array.isArray(value) ? listOf(text) : text)(value, path)
const ofMember = fieldsOf<{ readonly member: MemberRow }>({ member })
const ofUser = fieldsOf<{ readonly userId: string }>({ userId: text })

/** What each message carries beside its `type`. Names and types only: the limits were kept by the server, which checks what clients say. */
export const serverMessages: Checks = {
  joined: fieldsOf({ id: number, members: listOf(member), iceServers: listOf(fieldsOf<IceServer>({ urls, username: maybeText, credential: maybeText })) }),
  resumed: fieldsOf({ id: number, received: number }),
  accepted: fieldsOf({ id: number, sdp: maybeText }),
  error: fieldsOf({ id: or(undefined, number), code: number, message: text, field: maybeText }),
  'member-joined': ofMember,
  'member-left': ofUser,
  published: ofMember,
  unpublished: ofUser,
  muted: fieldsOf({ userId: text, slot: oneOf(['audio', 'camera']), muted: flag }),
  offer: fieldsOf({ offerId: number, sdp: text, tracks: listOf(fieldsOf<OfferedTrack>({ mid: text, userId: text, label: oneOf(STREAM_LABELS) })) }),
  layer: fieldsOf({ userId: text, label: oneOf(STREAM_LABELS) }),
  candidate: fieldsOf({
    connection: oneOf(['publish', 'subscribe']),
    candidate: or(null, fieldsOf<Candidate>({
      candidate: text, sdpMid: or(null, maybeText), sdpMLineIndex: or(null, or(undefined, number)), usernameFragment: or(null, maybeText),
    })),
  }),
  bye: fieldsOf({ code: oneOf([1, 2, 3]) }),
}
