import type {
  CameraLayer, Candidate, ClientMessage, Connection, IceServer, Profile, Role, ServerMessage, Slot, StreamLabel, StreamRow,
} from '@earshot/protocol'
import type { Consumer, IncomingOffer } from '../sfu/sfu-engine.js'

/** What a channel is, what can happen to it, and all that can come out of it. */

export interface ChannelState {
  readonly settings: ChannelSettings
  /** 2 counts as 1; `null` while nobody is there. */
  readonly profile: 0 | 1 | null
  /** By session id, in the order of joining. */
  readonly members: ReadonlyMap<string, Member>
}

export interface ChannelSettings {
  readonly maxMembers: number
  /** Tracks that one member may receive at the same time. */
  readonly maxTracks: number
  readonly iceServers: readonly IceServer[]
}

/** One session of a user. Keyed by the session, not by the socket, so that a session may one day change its socket. */
export interface Member {
  readonly sessionId: string
  readonly userId: string
  readonly displayName: string
  readonly role: Role
  readonly joinedAtMs: number
  /** What the others see; empty while it does not publish. */
  readonly streams: readonly StreamRow[]
  /** The publishing connection; `null` until an offer was accepted, and again after `unpublish`. */
  readonly connection: PublishingConnection | null
  /** By the publisher's session id. */
  readonly subscriptions: ReadonlyMap<string, Subscription>
  /** The request that waits for the SFU. While there is one, the member's next messages wait. */
  readonly pending: Pending | null
}

export interface PublishingConnection {
  /** See `connectionIdOf`. */
  readonly id: string
  readonly slots: readonly Slot[]
}

export interface Wanted {
  readonly audio: boolean
  readonly camera: CameraLayer | null
  readonly screen: boolean
}

export interface Subscription {
  readonly wanted: Wanted
  readonly carried: readonly CarriedTrack[]
}

/** One track on its way from a publisher to a subscriber. */
export interface CarriedTrack {
  readonly slot: Slot
  /** The label it started with. It stays when the layer changes, because another one would need a new media section. */
  readonly trackId: StreamLabel
  /** What arrives now; the SFU says when a camera changes its layer. */
  readonly label: StreamLabel
  /** The camera layer to ask the SFU for. */
  readonly layer?: CameraLayer
}

export type Pending =
  | { readonly kind: 'publish'; readonly id: number; readonly streams: readonly StreamRow[]; readonly connection: PublishingConnection; readonly replaces: boolean }
  | { readonly kind: 'subscribe'; readonly id: number; readonly publisher: string }
  | { readonly kind: 'answer'; readonly id: number }

export interface Refusal {
  readonly code: number
  readonly message: string
  readonly field?: string
}

export type JoinMessage = Extract<ClientMessage, { type: 'join' }>
/** All that a member may say once it has joined. */
export type MemberMessage = Exclude<ClientMessage, { type: 'join' | 'resume' }>
export type MemberRequest = Exclude<MemberMessage, { type: 'candidate' }>

export type Input =
  /** The token was checked before. */
  | { readonly type: 'join'; readonly sessionId: string; readonly request: JoinMessage; readonly atMs: number }
  | { readonly type: 'message'; readonly sessionId: string; readonly message: MemberMessage }
  /** The socket is gone. */
  | { readonly type: 'gone'; readonly sessionId: string }
  | { readonly type: 'kick'; readonly sessionId: string }
  | { readonly type: 'close' }
  /** The SFU carried out the pending request. */
  | { readonly type: 'done'; readonly sessionId: string; readonly sdp?: string }
  | { readonly type: 'failed'; readonly sessionId: string; readonly refusal: Refusal }
  | { readonly type: 'offer'; readonly sessionId: string; readonly offerId: number; readonly sdp: string; readonly consumers: readonly { readonly mid: string; readonly sourceId: string }[] }
  | { readonly type: 'candidate'; readonly sessionId: string; readonly connection: Connection; readonly candidate: Candidate | null }
  | { readonly type: 'layer'; readonly sessionId: string; readonly sourceId: string; readonly layer: string }

export type Output =
  | { readonly type: 'tell'; readonly sessionId: string; readonly message: ServerMessage }
  /** The session is over: nothing more is told to it, its socket closes. */
  | { readonly type: 'end'; readonly sessionId: string; readonly why: 'left' | 'bye' | 'gone' }
  /** `fresh`: on a new transport in place of the one there may be. Answered by `done` or `failed`. */
  | { readonly type: 'receive'; readonly sessionId: string; readonly offer: IncomingOffer; readonly fresh: boolean }
  /** `awaited`: answered by `done` or `failed`. */
  | { readonly type: 'send'; readonly sessionId: string; readonly consumers: readonly Consumer[]; readonly awaited: boolean }
  /** Answered by `done` or `failed`. */
  | { readonly type: 'answer'; readonly sessionId: string; readonly offerId: number; readonly sdp: string }
  /** New ICE credentials for the subscribing connection, if there is one. */
  | { readonly type: 'restart'; readonly sessionId: string }
  | { readonly type: 'add-candidate'; readonly sessionId: string; readonly connection: Connection; readonly candidate: Candidate | null }
  | { readonly type: 'close-transport'; readonly sessionId: string; readonly connection: Connection }
  /** For the log. */
  | { readonly type: 'note'; readonly note: 'joined' | 'left' | 'removed' | 'refused'; readonly sessionId: string; readonly userId: string; readonly detail: Readonly<Record<string, string | number>> }

export interface Step {
  readonly state: ChannelState
  readonly outputs: readonly Output[]
}

/** A channel that nobody has joined. */
export function emptyChannel(settings: ChannelSettings): ChannelState {
  return { settings, profile: null, members: new Map() }
}

/** Profile 2 is treated as 1. */
export function effectiveProfile(profile: Profile): 0 | 1 {
  return profile === 0 ? 0 : 1
}
