import * as v from 'valibot'
import type { StreamLabel } from './ids.js'
import { connection, label, memberRow, type Candidate, type Connection, type MemberRow } from './rows.js'

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

type Fields<Message> = { readonly [Field in Exclude<keyof Message, 'type'>]-?: v.GenericSchema<Message[Field]> }

// Names and types only, so that the browser loads little: the limits were kept by the server, which checks what clients say before it passes it on.
const userId = v.string()
const text = v.optional(v.string())
const textOrNull = v.optional(v.nullable(v.string()))
const number = v.number()

/** What each message carries beside its `type`. */
const fields: { readonly [Type in ServerMessage['type']]: Fields<Extract<ServerMessage, { type: Type }>> } = {
  joined: {
    id: number, members: v.array(memberRow),
    iceServers: v.array(v.object({
      urls: v.lazy((urls) => Array.isArray(urls) ? v.array(v.string()) : v.string()), username: text, credential: text,
    })),
  },
  resumed: { id: number, received: number },
  accepted: { id: number, sdp: text },
  error: { id: v.optional(number), code: number, message: v.string(), field: text },
  'member-joined': { member: memberRow },
  'member-left': { userId },
  published: { member: memberRow },
  unpublished: { userId },
  muted: { userId, slot: v.picklist(['audio', 'camera']), muted: v.boolean() },
  offer: { offerId: number, sdp: v.string(), tracks: v.array(v.object({ mid: v.string(), userId, label })) },
  layer: { userId, label },
  candidate: {
    connection,
    candidate: v.nullable(v.object({
      candidate: v.string(), sdpMid: textOrNull, sdpMLineIndex: v.optional(v.nullable(number)), usernameFragment: textOrNull,
    })),
  },
  bye: { code: v.picklist([1, 2, 3]) },
}

/** A type that is not in the table finds no fields there, and is refused by name. */
export const serverMessage: v.GenericSchema<ServerMessage> = v.lazy((value) => {
  const { type } = Object(value) as ServerMessage // whatever it is: the schema looks
  const schema: v.GenericSchema = v.object({ type: v.picklist(Object.keys(fields)), ...fields[type] })
  return schema as v.GenericSchema<ServerMessage> // which `fields` is typed by
})
