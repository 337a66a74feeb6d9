import type { CameraLayer, MemberRow, Profile, Role, Slot, StreamLabel } from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'

/**
 * The port to a channel: tracks and users, never session descriptions. `server-link` is the first implementation; whatever
 * holds the peer connections stays behind it. Everything it has to say comes as a `LinkEvent` to the listener it was made
 * with, one at a time and in the order of the channel: for one user `member-joined` < `published` < `unpublished` <
 * `member-left`, and `bye` last of all.
 *
 * Promises reject with `AliRtcError`. A failure that made a call reject is not reported as an event as well.
 */
export interface ChannelLink {
  /** Resolves with who is there already; events start only after that. */
  join(request: JoinRequest): Promise<readonly MemberRow[]>
  /** Always succeeds on this side, even if the server cannot be reached; no event follows. A link is used once. */
  leave(): Promise<void>

  /**
   * Sends a track from now on, in place of the slot's last one. Calls made in one turn of the event loop are announced to
   * the others together; the promise resolves when the server has announced them. The link never stops a track.
   */
  publishTrack(slot: Slot, track: MediaStreamTrack, options: PublishOptions): Promise<void>
  /** Stops sending a slot. When none is left the others see `unpublished`. */
  unpublish(slot: Slot): Promise<void>
  /** Tells the others; the caller has silenced the track itself. */
  setMuted(slot: 'audio' | 'camera', muted: boolean): Promise<void>

  /** The whole of what is wanted of a user; nothing wanted ends it. Resolves when acknowledged, tracks follow as events. */
  subscribe(userId: string, wanted: Wanted): Promise<void>
  /** 0 may publish, 1 may only receive; resolves when the server agreed. */
  setRole(role: Role): Promise<void>

  /** The connections to sample, by a name that stays the same while the link lives. Empty before anything is published or subscribed. */
  statsSources(): ReadonlyMap<string, StatsSource>
  /** Whose RTP stream this is, as statistics describe it; undefined for one the link does not know (any more). */
  ownerOf(source: string, stream: { readonly mid?: string; readonly rid?: string; readonly trackIdentifier?: string }): StreamOwner | undefined
}

/** Auth info after the check, and how to enter. */
export interface JoinRequest {
  readonly appId: string
  readonly channel: string
  readonly userId: string
  readonly displayName: string
  readonly nonce: string
  readonly timestamp: string
  readonly token: string
  /** Base URLs, tried in order; without a scheme they get the page's. */
  readonly gslb: readonly string[]
  readonly turn?: { readonly username: string; readonly password: string }
  readonly profile: Profile
  readonly role: Role
}

/** How a track is sent. */
export interface PublishOptions {
  readonly muted: boolean
  /** Upper bound of the encoder, bits per second. */
  readonly maxBitrate: number
  readonly maxFramerate?: number
}

/** What to receive of one user. */
export interface Wanted {
  readonly audio: boolean
  readonly camera: CameraLayer | null
  readonly screen: boolean
}

/** `self` for what we publish ourselves. */
export type StreamOwner =
  | { readonly self: true; readonly slot: Slot; readonly layer?: CameraLayer }
  | { readonly self: false; readonly userId: string; readonly label: StreamLabel }

/** Everything that a link says by itself. */
export type LinkEvent =
  | { readonly type: 'member-joined'; readonly member: MemberRow }
  | { readonly type: 'member-left'; readonly userId: string }
  /** The whole of what the member publishes, at the start and after each change. */
  | { readonly type: 'published'; readonly member: MemberRow }
  | { readonly type: 'unpublished'; readonly userId: string }
  | { readonly type: 'muted'; readonly userId: string; readonly slot: 'audio' | 'camera'; readonly muted: boolean }
  /** A remote track started to arrive. Its `id` is the label, in every browser. */
  | { readonly type: 'track'; readonly userId: string; readonly label: StreamLabel; readonly track: MediaStreamTrack }
  /** The same track carries the other camera layer from now on; its `id` says so already. */
  | { readonly type: 'layer'; readonly userId: string; readonly label: StreamLabel; readonly track: MediaStreamTrack }
  /** The subscription of that track ended. */
  | { readonly type: 'track-ended'; readonly userId: string; readonly label: StreamLabel; readonly track: MediaStreamTrack }
  /** The last event of a link that did not leave by itself: 1 removed, 2 channel closed, 3 joined elsewhere. */
  | { readonly type: 'bye'; readonly code: 1 | 2 | 3 }
  /** Media of one direction is lost and did not come back in time; the session goes on. */
  | { readonly type: 'media-lost'; readonly direction: 'publish' | 'subscribe' }
  /** `disconnected` is the end of the link when nobody asked for it, with its error code (default 10310); `reason` is for people. */
  | { readonly type: 'connection'; readonly state: 'connected' | 'reconnecting' | 'disconnected'; readonly reason?: string; readonly code?: number }

/**
 * The last event of a link whose session the server does not know any more, or wants to be rid of. Nobody ended it: the channel
 * can be joined again with another link. Calls that wait reject with 10311.
 */
export interface SessionLost {
  readonly type: 'session-lost'
  readonly reason: string
  /** In the order to try them in now: the server that ends comes last. */
  readonly gslb: readonly string[]
}
