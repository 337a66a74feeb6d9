import type { MemberRow, Slot, StreamLabel, StreamRow } from '@earshot/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Continuity, type ChannelNews } from './continuity.js'

const audio: StreamRow = { label: 'sophon_audio', state: 'active', muted: false }
const muted: StreamRow = { ...audio, muted: true }
const row = (userId: string, ...streams: StreamRow[]): MemberRow => ({ userId, displayName: userId.toUpperCase(), streams })
const track = (name: string): MediaStreamTrack => ({ name }) as unknown as MediaStreamTrack // only its identity counts
const started = (userId: string, label: StreamLabel, of: MediaStreamTrack): ChannelNews => ({ type: 'track', userId, label, track: of })
const brief = (news: readonly ChannelNews[]): string[] => news.map((event) => {
  const about = event as { userId?: string; member?: MemberRow; label?: string; track?: { name: string } } // each has some
  return [event.type, about.userId ?? about.member?.userId, about.label, about.track?.name].filter((part) => part !== undefined).join(' ')
})

/** An app that knows these, over a session that is lost. */
function lost(members: readonly MemberRow[], ...news: readonly ChannelNews[]): Continuity {
  const continuity = new Continuity()
  continuity.begin(members)
  for (const event of news) continuity.take(event)
  continuity.lost()
  return continuity
}

it('passes on what a session says, as it is', () => {
  const continuity = new Continuity()
  continuity.begin([row('bob')])
  const microphone = track('microphone')
  const said: readonly ChannelNews[] = [
    { type: 'member-joined', member: row('carol') }, { type: 'published', member: row('bob', audio) }, { type: 'published', member: row('bob', audio) },
    started('bob', 'sophon_audio', microphone), { type: 'muted', userId: 'bob', slot: 'audio', muted: true }, { type: 'media-lost', direction: 'publish' },
    { type: 'track-ended', userId: 'bob', label: 'sophon_audio', track: microphone }, { type: 'unpublished', userId: 'bob' }, { type: 'member-left', userId: 'bob' },
  ]
  for (const event of said) expect(continuity.take(event)).toEqual([event])
})

it('compares mutes as they were told', () => {
  const silent = (): Continuity => lost([row('bob', audio)], { type: 'muted', userId: 'bob', slot: 'audio', muted: true })
  expect(silent().begin([row('bob', muted)])).toEqual([])
  expect(brief(silent().begin([row('bob', audio)]))).toEqual(['published bob'])
})

it('holds who is missing until they come back', () => {
  const continuity = lost([row('bob', audio), row('carol')])
  expect(continuity.begin([])).toEqual([])
  expect(continuity.take({ type: 'member-joined', member: row('carol') })).toEqual([])
  expect(continuity.take({ type: 'member-joined', member: row('bob') })).toEqual([])
  expect(continuity.take({ type: 'published', member: row('bob', audio) })).toEqual([])
  expect(continuity.overdue()).toEqual([])
  expect(brief(continuity.take({ type: 'published', member: row('bob', audio) })), 'held no more').toEqual(['published bob'])
})

it('gives up who did not come back, and who came back without what they published', () => {
  const continuity = lost([row('bob', audio), row('carol', audio), row('dave')], started('bob', 'sophon_audio', track('1')), started('carol', 'sophon_audio', track('2')))
  expect(continuity.begin([row('carol')])).toEqual([])
  expect(brief(continuity.overdue())).toEqual([
    'track-ended bob sophon_audio 1', 'unpublished bob', 'member-left bob', 'track-ended carol sophon_audio 2', 'unpublished carol', 'member-left dave',
  ])
  expect(continuity.overdue()).toEqual([])
})

it.each<[string, readonly MemberRow[], ChannelNews, string[]]>([
  ['who leaves', [], { type: 'member-left', userId: 'bob' }, ['track-ended bob sophon_audio 1', 'unpublished bob', 'member-left bob']],
  ['who says to publish no more', [row('bob')], { type: 'unpublished', userId: 'bob' }, ['track-ended bob sophon_audio 1', 'unpublished bob']],
  ['who publishes something else', [row('bob')], { type: 'published', member: row('bob', muted) }, ['published bob']],
])('holds nobody %s in the new session', (_name, members, event, news) => {
  const continuity = lost([row('bob', audio)], started('bob', 'sophon_audio', track('1')))
  continuity.begin(members)
  expect(brief(continuity.take(event))).toEqual(news)
  expect(brief(continuity.overdue()).filter((told) => !told.startsWith('track-ended'))).toEqual([])
})

it('ends a track when its slot has another one, and those that have none in time', () => {
  const [microphone, camera] = [track('old microphone'), track('old camera')]
  const continuity = lost([row('bob', audio)], started('bob', 'sophon_audio', microphone), started('bob', 'sophon_video_camera_large', camera))
  expect(continuity.begin([row('bob', audio)])).toEqual([])
  expect(brief(continuity.take(started('bob', 'sophon_audio', track('new microphone'))))).toEqual(['track-ended bob sophon_audio old microphone', 'track bob sophon_audio new microphone'])
  expect(brief(continuity.overdue())).toEqual(['track-ended bob sophon_video_camera_large old camera'])
})

it('a camera that comes back in the other size replaces the one before, and a layer that switches does not', () => {
  const continuity = lost([row('bob', audio)], started('bob', 'sophon_video_camera_large', track('old')))
  continuity.begin([row('bob', audio)])
  const camera = track('new')
  expect(brief(continuity.take(started('bob', 'sophon_video_camera_small', camera)))).toEqual(['track-ended bob sophon_video_camera_large old', 'track bob sophon_video_camera_small new'])
  expect(brief(continuity.take({ type: 'layer', userId: 'bob', label: 'sophon_video_camera_large', track: camera }))).toEqual(['layer bob sophon_video_camera_large new'])
})

it('compares with what was told, however many sessions are lost before somebody is back', () => {
  const continuity = lost([row('bob', audio), row('carol')], started('bob', 'sophon_audio', track('1')))
  expect(continuity.begin([row('bob')])).toEqual([])
  continuity.lost()
  expect(continuity.begin([row('bob', audio), row('carol')])).toEqual([])
  expect(brief(continuity.overdue())).toEqual(['track-ended bob sophon_audio 1'])
})

// Against a model: a server whose members do as they like, and an app that believes what it is told

type Presence = 'absent' | 'silent' | 'audio' | 'muted'
const users = ['bob', 'carol', 'dave']
const presence = fc.constantFrom<Presence>('absent', 'silent', 'audio', 'muted')
const presences = fc.tuple(presence, presence, presence)
const moves = fc.array(fc.record({ userId: fc.constantFrom(...users), to: presence }), { maxLength: 12 })
const rowsOf = (state: Presence): StreamRow[] => (state === 'audio' ? [audio] : state === 'muted' ? [muted] : [])
const membersOf = (states: ReadonlyMap<string, Presence>): MemberRow[] => [...states].flatMap(([userId, state]) => (state === 'absent' ? [] : [row(userId, ...rowsOf(state))]))
const statesOf = (of: readonly Presence[]): Map<string, Presence> => new Map(of.map((state, index) => [users[index] ?? '', state]))

/** What a server says of a member's move. */
function said(userId: string, from: Presence, to: Presence): ChannelNews[] {
  if (from === to) return []
  const published = rowsOf(from).length > 0
  return [
    ...(from === 'absent' ? [{ type: 'member-joined', member: row(userId) } as const] : []),
    ...(rowsOf(to).length > 0 ? [{ type: 'published', member: row(userId, ...rowsOf(to)) } as const] : published ? [{ type: 'unpublished', userId } as const] : []),
    ...(to === 'absent' ? [{ type: 'member-left', userId } as const] : []),
  ]
}

/** The app's view after a piece of news; throws for one that makes no sense to it. */
function believe(view: Map<string, Presence>, event: ChannelNews): void {
  if (event.type === 'member-joined' || event.type === 'published') {
    const { userId, streams } = event.member
    const before = view.get(userId)
    const now: Presence = streams.length === 0 ? 'silent' : streams[0]?.muted ? 'muted' : 'audio'
    if ((event.type === 'member-joined') !== (before === undefined) || (event.type === 'published' && (streams.length === 0 || before === now))) throw new Error(`${userId} is ${before}, and: ${event.type}`)
    view.set(userId, now)
  } else if (event.type === 'unpublished') {
    if (rowsOf(view.get(event.userId) ?? 'absent').length === 0) throw new Error(`${event.userId} publishes nothing, and: unpublished`)
    view.set(event.userId, 'silent')
  } else if (event.type === 'member-left') {
    if (view.get(event.userId) !== 'silent') throw new Error(`${event.userId} is ${view.get(event.userId)}, and: member-left`)
    view.delete(event.userId)
  }
}

it('ends with exactly who is there, without a ghost, a duplicate, or a word on who came back as before', () => {
  fc.assert(fc.property(presences, fc.array(fc.record({ at: presences, moves, overdue: fc.boolean() }), { minLength: 1, maxLength: 3 }), (first, sessions) => {
    const view = new Map(membersOf(statesOf(first)).map(({ userId }) => [userId, statesOf(first).get(userId) ?? 'absent']))
    const told: string[] = []
    const continuity = new Continuity()
    continuity.begin(membersOf(statesOf(first)))
    /** Users who were never seen to be other than before, but for being late. */
    const steady = new Set(users)
    let server = statesOf(first)
    const tell = (news: readonly ChannelNews[]): void => {
      for (const event of news) believe(view, event)
      told.push(...brief(news))
    }
    for (const [index, { at, moves, overdue }] of sessions.entries()) {
      continuity.lost()
      server = statesOf(at)
      const before = statesOf(first)
      const late = (userId: string, state: Presence): boolean => rank(state) < rank(before.get(userId) ?? 'absent')
      for (const [userId, state] of server) if (state !== before.get(userId) && !late(userId, state)) steady.delete(userId)
      tell(continuity.begin(membersOf(server)))
      for (const { userId, to } of moves) {
        const from = server.get(userId) ?? 'absent'
        if (from !== to && (rank(to) <= rank(from) || (to !== before.get(userId) && !late(userId, to)))) steady.delete(userId)
        for (const event of said(userId, from, to)) tell(continuity.take(event))
        server.set(userId, to)
      }
      if (overdue || index === sessions.length - 1) {
        for (const [userId, state] of server) if (state !== before.get(userId)) steady.delete(userId)
        tell(continuity.overdue())
        expect([...view].sort(byUser)).toEqual([...server].filter(([, state]) => state !== 'absent').sort(byUser))
      }
    }
    for (const userId of steady) expect(told.filter((line) => line.includes(userId))).toEqual([])
  }), { numRuns: 2000 })
})

function rank(state: Presence): number {
  return { absent: 0, silent: 1, audio: 2, muted: 2 }[state]
}

function byUser([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

it('tells every track once, and ends every track once', () => {
  const slots: readonly Slot[] = ['audio', 'camera', 'screen']
  const labels: Record<Slot, StreamLabel> = { audio: 'sophon_audio', camera: 'sophon_video_camera_large', screen: 'sophon_video_screen_share' }
  const step = fc.oneof(
    fc.record({ do: fc.constant('toggle' as const), userId: fc.constantFrom(...users), slot: fc.constantFrom(...slots) }),
    fc.record({ do: fc.constantFrom('lose' as const, 'overdue' as const, 'unpublish' as const), userId: fc.constantFrom(...users), slot: fc.constant('audio' as const) }),
  )
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const everybody = users.map((userId) => row(userId, audio))
    const continuity = new Continuity()
    continuity.begin(everybody)
    const carried = new Map<string, MediaStreamTrack>()
    const heard = new Map<string, MediaStreamTrack>()
    const hear = (news: readonly ChannelNews[]): void => {
      for (const event of news) {
        if (event.type !== 'track' && event.type !== 'track-ended') continue
        const key = `${event.userId}/${event.label}`
        if (event.type === 'track') {
          expect(heard.has(key), `${key} starts where there is one`).toBe(false)
          heard.set(key, event.track)
        } else {
          expect(heard.get(key), `${key} ends`).toBe(event.track)
          heard.delete(key)
        }
      }
    }
    for (const { do: what, userId, slot } of [...steps, { do: 'overdue' as const, userId: 'bob', slot: 'audio' as const }]) {
      const key = `${userId}/${labels[slot]}`
      const old = carried.get(key)
      if (what === 'overdue') hear(continuity.overdue())
      else if (what === 'lose') {
        carried.clear()
        continuity.lost()
        hear(continuity.begin(everybody))
      } else if (what === 'unpublish') {
        for (const [of, ended] of [...carried].filter(([of]) => of.startsWith(userId))) {
          carried.delete(of)
          hear(continuity.take({ type: 'track-ended', userId, label: of.split('/')[1] as StreamLabel, track: ended })) // set below
        }
        hear(continuity.take({ type: 'unpublished', userId }))
        hear(continuity.take({ type: 'published', member: row(userId, audio) }))
      } else if (old === undefined) {
        carried.set(key, track(key))
        hear(continuity.take(started(userId, labels[slot], carried.get(key) ?? track(key))))
      } else {
        carried.delete(key)
        hear(continuity.take({ type: 'track-ended', userId, label: labels[slot], track: old }))
      }
    }
    expect(heard).toEqual(carried)
  }), { numRuns: 2000 })
})
