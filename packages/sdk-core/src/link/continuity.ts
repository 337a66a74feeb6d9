import { slotOf, type MemberRow } from '@earshot/protocol'
import type { LinkEvent } from './channel-link.js'
import { compareMember } from './roster-comparison.js'

/** What is said of members and their tracks. */
export type ChannelNews = Exclude<LinkEvent, { type: 'bye' | 'connection' }>
type TrackNews = Extract<LinkEvent, { type: 'track' | 'layer' }>

/**
 * What the app knows of the channel, and what it is told when another session takes over: whoever is as before is not
 * mentioned, and who is missing is held for a while, because all who lost the server come back within seconds.
 *
 * No clock, no link: each call returns what to tell now, in this order.
 */
export class Continuity {
  readonly #members = new Map<string, MemberRow>()
  /** How each was told last. */
  readonly #tracks = new Map<MediaStreamTrack, TrackNews>()
  /** Those that ended with their session, which the app was not told. */
  #stale: ReadonlySet<MediaStreamTrack> = new Set()
  /** Who is not as the app knows them (yet): whether they are there at all. */
  readonly #held = new Map<string, boolean>()

  /** The session is lost, and with it all tracks. */
  lost(): void {
    this.#stale = new Set(this.#tracks.keys())
  }

  /** Another session begins (or the first, whose news are nobody's). */
  begin(members: readonly MemberRow[]): readonly ChannelNews[] {
    for (const userId of this.#members.keys()) this.#held.set(userId, false)
    return members.flatMap((member) => this.#compare(member))
  }

  /** The session says something: at once, but for those who are held. */
  take(event: ChannelNews): readonly ChannelNews[] {
    const before: ChannelNews[] = []
    switch (event.type) {
      case 'member-joined':
      case 'published':
        if (this.#held.has(event.member.userId)) return this.#compare(event.member)
        this.#members.set(event.member.userId, event.member)
        break
      case 'muted':
        this.#change(event.userId, (streams) => streams.map((row) => (slotOf(row.label) === event.slot ? { ...row, muted: event.muted } : row)))
        break
      case 'unpublished':
        before.push(...this.#end(({ userId }) => userId === event.userId))
        this.#held.delete(event.userId)
        this.#change(event.userId, () => [])
        break
      case 'member-left':
        if (this.#members.get(event.userId)?.streams.length) before.push(...this.take({ type: 'unpublished', userId: event.userId }))
        this.#held.delete(event.userId)
        this.#members.delete(event.userId)
        break
      case 'track':
      case 'layer':
        before.push(...this.#end(({ userId, label, track }) => userId === event.userId && slotOf(label) === slotOf(event.label) && track !== event.track))
        this.#tracks.set(event.track, event)
        break
      case 'track-ended': this.#tracks.delete(event.track)
    }
    return [...before, event]
  }

  /** Whoever and whatever did not come back until now does not come back. */
  overdue(): readonly ChannelNews[] {
    const news = [...this.#held].flatMap(([userId, there]) => this.take({ type: there ? 'unpublished' : 'member-left', userId }))
    return [...news, ...this.#end(({ track }) => this.#stale.has(track))]
  }

  /** Whether the user is not (yet) what the app believes. */
  holds(userId: string): boolean {
    return this.#held.has(userId)
  }

  #compare(member: MemberRow): readonly ChannelNews[] {
    const { userId } = member
    const news = compareMember(this.#members.get(userId), member)
    this.#held.set(userId, true)
    if (news === undefined) return []
    this.#held.delete(userId)
    this.#members.set(userId, member)
    return news
  }

  #end(ends: (event: TrackNews) => boolean): readonly ChannelNews[] {
    const ended = [...this.#tracks.values()].filter(ends)
    return ended.flatMap((event) => this.take({ ...event, type: 'track-ended' }))
  }

  #change(userId: string, change: (streams: MemberRow['streams']) => MemberRow['streams']): void {
    const member = this.#members.get(userId)
    if (member !== undefined) this.#members.set(userId, { ...member, streams: change(member.streams) })
  }
}
