import { slotOf, type CameraLayer, type MemberRow, type StreamLabel, type StreamRow } from '@earshot/protocol'
import type { AliRtcEvents, UserInfo } from '../events.js'
import type { LinkEvent, Wanted } from '../link/channel-link.js'
import { AUDIBLE, EVERYBODY, type Playback } from '../media/playback.js'

/** What `configRemote*` set for one user. */
export interface RemoteSwitches {
  readonly audio: boolean
  readonly camera: boolean
  readonly preferLarge: boolean
  readonly screen: boolean
}

interface Member {
  readonly userId: string
  readonly displayName: string
  readonly streams: readonly StreamRow[]
  /** What the last `subscribe` asked for. */
  readonly subscribed: ReadonlySet<StreamLabel>
  readonly switches: RemoteSwitches
  readonly playback: Playback
}

/** The other users of the channel, in order of arrival. */
export type Roster = ReadonlyMap<string, Member>

/** A callback to make, in this order. */
export type RosterEvent = {
  [Name in 'onJoin' | 'onLeave' | 'onPublisher' | 'onUnPublisher' | 'onNotify']: { readonly name: Name; readonly payload: AliRtcEvents[Name] }
}['onJoin' | 'onLeave' | 'onPublisher' | 'onUnPublisher' | 'onNotify']

export interface RosterStep {
  readonly roster: Roster
  readonly events: readonly RosterEvent[]
}

export type RosterInput = Extract<LinkEvent, { type: 'member-joined' | 'member-left' | 'published' | 'unpublished' | 'muted' }>

export const EMPTY_ROSTER: Roster = new Map()

/** The original subscribes to audio and the large camera unless told otherwise (alirtc-api §2.7, decision 5). */
const defaultSwitches: RemoteSwitches = { audio: true, camera: true, preferLarge: true, screen: false }

/**
 * Who was there when we joined: first all of them, then who publishes, then who is muted.
 *
 * @param playback of everybody, at first
 */
export function firstRoster(members: readonly MemberRow[], playback: Playback = AUDIBLE): RosterStep {
  const roster: Roster = new Map(members.map((member) => [member.userId, newMember(member, playback)]))
  const rows = userList(roster)
  const muted = rows.some((row) => row.streamConfigs.some((stream) => stream.muted))
  return {
    roster,
    events: [
      ...rows.map((payload) => ({ name: 'onJoin', payload }) as const),
      ...userList(roster).filter((row) => row.streamConfigs.length > 0).map((payload) => ({ name: 'onPublisher', payload }) as const),
      ...(muted ? [{ name: 'onNotify', payload: userList(roster) } as const] : []),
    ],
  }
}

/**
 * One event of the channel: the roster after it, and what to tell. Repeated messages tell nothing, missing ones are made up for.
 *
 * @param playback of who comes
 */
export function rosterStep(roster: Roster, input: RosterInput, playback: Playback = AUDIBLE): RosterStep {
  switch (input.type) {
    case 'member-joined': return (input.member.streams.length > 0 ? published : joined)(roster, input.member, playback)
    case 'published': return published(roster, input.member, playback)
    case 'unpublished': return unpublished(roster, input.userId)
    case 'member-left': return left(roster, input.userId)
    case 'muted': return muted(roster, input)
  }
}

/** Without streams: who has some publishes next. */
function joined(roster: Roster, row: MemberRow, playback: Playback): RosterStep {
  if (roster.has(row.userId)) return { roster, events: [] }
  const member = newMember({ ...row, streams: [] }, playback)
  return { roster: withMember(roster, member), events: [{ name: 'onJoin', payload: userInfo(member) }] }
}

function published(before: Roster, row: MemberRow, playback: Playback): RosterStep {
  const { roster, events } = joined(before, row, playback)
  const member = { ...roster.get(row.userId) as Member, displayName: row.displayName, streams: row.streams } // who has joined is there
  return { roster: withMember(roster, member), events: [...events, { name: 'onPublisher', payload: userInfo(member) }] }
}

function unpublished(roster: Roster, userId: string): RosterStep {
  const known = roster.get(userId)
  if (known === undefined || known.streams.length === 0) return { roster, events: [] }
  const member: Member = { ...known, streams: [], subscribed: new Set() }
  return { roster: withMember(roster, member), events: [{ name: 'onUnPublisher', payload: userInfo(member) }] }
}

function left(before: Roster, userId: string): RosterStep {
  const { roster, events } = unpublished(before, userId)
  const member = roster.get(userId)
  if (member === undefined) return { roster, events }
  const after = new Map(roster)
  after.delete(userId)
  return { roster: after, events: [...events, { name: 'onLeave', payload: userInfo(member) }] }
}

function muted(roster: Roster, { userId, slot, muted: on }: Extract<RosterInput, { type: 'muted' }>): RosterStep {
  const known = roster.get(userId)
  if (known === undefined || !known.streams.some((row) => slotOf(row.label) === slot && row.muted !== on)) return { roster, events: [] }
  const streams = known.streams.map((row) => (slotOf(row.label) === slot ? { ...row, muted: on } : row))
  const after = withMember(roster, { ...known, streams })
  return { roster: after, events: [{ name: 'onNotify', payload: userList(after) }] }
}

/** `getUserList()`: everybody but ourselves, in order of arrival. */
export function userList(roster: Roster): UserInfo[] {
  return [...roster.values()].map(userInfo)
}

/** `getUserInfo()`: null for who is not there. */
export function userOf(roster: Roster, userId: string): UserInfo | null {
  const member = roster.get(userId)
  return member === undefined ? null : userInfo(member)
}

/** Undefined when there is no such user. */
export function withSwitches(roster: Roster, userId: string, change: Partial<RemoteSwitches>): Roster | undefined {
  const member = roster.get(userId)
  return member && withMember(roster, { ...member, switches: { ...member.switches, ...change } })
}

/** Undefined when there is no such user. @param userId or `EVERYBODY` */
export function withPlayback(roster: Roster, userId: string | typeof EVERYBODY, change: Partial<Playback>): Roster | undefined {
  const changed = (member: Member): Member => ({ ...member, playback: { ...member.playback, ...change } })
  if (userId === EVERYBODY) return new Map([...roster].map(([id, member]) => [id, changed(member)]))
  const member = roster.get(userId)
  return member && withMember(roster, changed(member))
}

/** Undefined when there is no such user. */
export function playbackOf(roster: Roster, userId: string): Playback | undefined {
  return roster.get(userId)?.playback
}

/** What `subscribe(userId)` or `unSubscribe(userId)` does. */
export type SubscribePlan =
  | { readonly type: 'no-user' }
  /** Something is switched on, but none of it is active. */
  | { readonly type: 'no-stream' }
  /** There is nothing to end. */
  | { readonly type: 'not-subscribed' }
  /** It is as it should be. */
  | { readonly type: 'nothing' }
  /** `labels` empty ends the subscription. */
  | { readonly type: 'request'; readonly wanted: Wanted; readonly labels: ReadonlySet<StreamLabel> }

export function planSubscribe(roster: Roster, userId: string): SubscribePlan {
  const member = roster.get(userId)
  if (member === undefined) return { type: 'no-user' }
  const { audio, camera, screen } = member.switches
  const labels = selected(member)
  if (labels.size === 0 && (audio || camera || screen)) return { type: 'no-stream' }
  return sameLabels(labels, member.subscribed) ? { type: 'nothing' } : { type: 'request', wanted: wantedOf(labels), labels }
}

/** The switches stay. */
export function planUnSubscribe(roster: Roster, userId: string): SubscribePlan {
  if (!roster.has(userId)) return { type: 'no-user' }
  const labels: ReadonlySet<StreamLabel> = new Set()
  return isSubscribed(roster, userId) ? { type: 'request', wanted: wantedOf(labels), labels } : { type: 'not-subscribed' }
}

/** The server agreed to a `request`. Who has left or stopped publishing meanwhile stays as it is. */
export function withSubscription(roster: Roster, userId: string, labels: ReadonlySet<StreamLabel>): Roster {
  const member = roster.get(userId)
  return member === undefined || member.streams.length === 0 ? roster : withMember(roster, { ...member, subscribed: labels })
}

/** Who is subscribed to, and to what. */
export function subscriptions(roster: Roster): readonly { readonly userId: string; readonly displayName: string; readonly labels: ReadonlySet<StreamLabel> }[] {
  return [...roster.values()].filter((member) => member.subscribed.size > 0)
    .map(({ userId, displayName, subscribed }) => ({ userId, displayName, labels: subscribed }))
}

export function isSubscribed(roster: Roster, userId: string): boolean {
  return (roster.get(userId)?.subscribed.size ?? 0) > 0
}

function selected({ streams, switches }: Member): ReadonlySet<StreamLabel> {
  const active = new Set(streams.filter((row) => row.state === 'active').map((row) => row.label))
  const cameras = (['sophon_video_camera_large', 'sophon_video_camera_small'] as const).filter((label) => active.has(label))
  const camera = switches.preferLarge ? cameras[0] : cameras.at(-1)
  return new Set<StreamLabel>([
    ...(switches.audio && active.has('sophon_audio') ? ['sophon_audio'] as const : []),
    ...(switches.camera && camera !== undefined ? [camera] : []),
    ...(switches.screen && active.has('sophon_video_screen_share') ? ['sophon_video_screen_share'] as const : []),
  ])
}

function wantedOf(labels: ReadonlySet<StreamLabel>): Wanted {
  const camera: CameraLayer | null = labels.has('sophon_video_camera_large') ? 'large' : labels.has('sophon_video_camera_small') ? 'small' : null
  return { audio: labels.has('sophon_audio'), camera, screen: labels.has('sophon_video_screen_share') }
}

function sameLabels(a: ReadonlySet<StreamLabel>, b: ReadonlySet<StreamLabel>): boolean {
  return a.size === b.size && [...a].every((label) => b.has(label))
}

function newMember({ userId, displayName, streams }: MemberRow, playback: Playback): Member {
  return { userId, displayName, streams, subscribed: new Set(), switches: defaultSwitches, playback }
}

function withMember(roster: Roster, member: Member): Roster {
  return new Map(roster).set(member.userId, member)
}

/** A fresh object each time: the app may keep or change it. */
function userInfo({ userId, displayName, streams, subscribed, playback }: Member): UserInfo {
  return {
    userId, displayName,
    muteAudioPlaying: playback.muted,
    streamConfigs: streams.map(({ label, state, muted }) => ({
      label, type: label === 'sophon_audio' ? 'audio' : 'video', state, subscribed: subscribed.has(label), muted,
    })),
  }
}
