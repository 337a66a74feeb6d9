import type { MemberRow, StreamRow } from '@earshot/protocol'
import { expect, it } from 'vitest'
import { EMPTY_ROSTER, firstRoster, isSubscribed, planSubscribe, planUnSubscribe, playbackOf, rosterStep, subscriptions, userList, userOf, withPlayback, withSubscription, withSwitches, type Roster, type RosterInput } from './roster.js'

const audio: StreamRow = { label: 'sophon_audio', state: 'active', muted: false }
const large: StreamRow = { label: 'sophon_video_camera_large', state: 'active', muted: false }
const small: StreamRow = { label: 'sophon_video_camera_small', state: 'active', muted: false }
const screen: StreamRow = { label: 'sophon_video_screen_share', state: 'active', muted: false }
const off = (row: StreamRow): StreamRow => ({ ...row, state: 'inactive' })
const bob = (...streams: StreamRow[]): MemberRow => ({ userId: 'bob', displayName: 'Bob', streams })

/** The roster after the inputs, and the names of what they told. */
function run(...inputs: RosterInput[]): { roster: Roster; names: string[][]; last: unknown } {
  let roster = EMPTY_ROSTER
  let last: unknown
  const names = inputs.map((input) => {
    const step = rosterStep(roster, input)
    roster = step.roster
    last = step.events.at(-1)?.payload
    return step.events.map((event) => event.name)
  })
  return { roster, names, last }
}

it('tells who is there, then who publishes, then who is muted', () => {
  const { roster, events } = firstRoster([{ userId: 'ann', displayName: 'Ann', streams: [] }, bob(audio, { ...large, muted: true }), { userId: 'cy', displayName: 'Cy', streams: [audio] }])
  expect(events.map(({ name, payload }) => [name, Array.isArray(payload) ? payload.map((row) => row.userId) : payload.userId])).toEqual([
    ['onJoin', 'ann'], ['onJoin', 'bob'], ['onJoin', 'cy'], ['onPublisher', 'bob'], ['onPublisher', 'cy'], ['onNotify', ['ann', 'bob', 'cy']],
  ])
  expect(userList(roster).map((row) => row.userId)).toEqual(['ann', 'bob', 'cy'])
  expect(firstRoster([bob(audio, { ...large, muted: true })]).events.map(({ name }) => name), 'one muted row is enough').toContain('onNotify')
  expect(firstRoster([bob(audio)]).events.map(({ name }) => name)).toEqual(['onJoin', 'onPublisher'])
})

it.each<[string, RosterInput[], string[][]]>([
  ['a whole stay', [{ type: 'member-joined', member: bob() }, { type: 'published', member: bob(audio) }, { type: 'published', member: bob(audio, large) }, { type: 'unpublished', userId: 'bob' }, { type: 'member-left', userId: 'bob' }],
    [['onJoin'], ['onPublisher'], ['onPublisher'], ['onUnPublisher'], ['onLeave']]],
  ['a repeated join', [{ type: 'member-joined', member: bob() }, { type: 'member-joined', member: bob() }], [['onJoin'], []]],
  ['a publisher nobody announced', [{ type: 'published', member: bob(audio) }], [['onJoin', 'onPublisher']]],
  ['one who joins publishing', [{ type: 'member-joined', member: bob(audio) }], [['onJoin', 'onPublisher']]],
  ['a publisher who leaves', [{ type: 'published', member: bob(audio) }, { type: 'member-left', userId: 'bob' }], [['onJoin', 'onPublisher'], ['onUnPublisher', 'onLeave']]],
  ['unpublish of a stranger', [{ type: 'unpublished', userId: 'bob' }], [[]]],
  ['unpublish twice', [{ type: 'published', member: bob(audio) }, { type: 'unpublished', userId: 'bob' }, { type: 'unpublished', userId: 'bob' }], [['onJoin', 'onPublisher'], ['onUnPublisher'], []]],
  ['a stranger who leaves', [{ type: 'member-left', userId: 'bob' }], [[]]],
  ['mute of a stranger', [{ type: 'muted', userId: 'bob', slot: 'audio', muted: true }], [[]]],
  ['mute of one who publishes nothing', [{ type: 'member-joined', member: bob() }, { type: 'muted', userId: 'bob', slot: 'audio', muted: true }], [['onJoin'], []]],
  ['mute of a slot that is not published', [{ type: 'published', member: bob(audio) }, { type: 'muted', userId: 'bob', slot: 'camera', muted: true }], [['onJoin', 'onPublisher'], []]],
  ['a repeated mute', [{ type: 'published', member: bob(audio) }, { type: 'muted', userId: 'bob', slot: 'audio', muted: true }, { type: 'muted', userId: 'bob', slot: 'audio', muted: true }], [['onJoin', 'onPublisher'], ['onNotify'], []]],
])('%s', (_, inputs, names) => { expect(run(...inputs).names).toEqual(names) })

it('mutes the rows of the slot: both camera sizes, never the screen', () => {
  const { roster } = run({ type: 'published', member: bob(audio, large, small, screen) }, { type: 'muted', userId: 'bob', slot: 'camera', muted: true })
  expect(userOf(roster, 'bob')?.streamConfigs.map((row) => row.muted)).toEqual([false, true, true, false])
})

it('the last row of a leaver has no streams, and is out of the list', () => {
  const { roster, last } = run({ type: 'published', member: bob(audio) }, { type: 'member-left', userId: 'bob' })
  expect(last).toEqual({ userId: 'bob', displayName: 'Bob', muteAudioPlaying: false, streamConfigs: [] })
  expect(userOf(roster, 'bob')).toBe(null)
})

it('how a user is played is in the row, and stays with the user; who comes is played as told', () => {
  const quiet = { muted: true, volume: 0.5 }
  const muted = (roster: Roster) => userList(roster).map((row) => [row.userId, row.muteAudioPlaying])
  let { roster } = firstRoster([bob(audio)])
  roster = rosterStep(roster, { type: 'published', member: { ...bob(audio), userId: 'cy' } }, quiet).roster
  roster = rosterStep(roster, { type: 'member-joined', member: { ...bob(audio), userId: 'dan' } }, quiet).roster
  expect(muted(roster)).toEqual([['bob', false], ['cy', true], ['dan', true]])
  expect(['bob', 'dan', 'eve'].map((userId) => playbackOf(roster, userId))).toEqual([{ muted: false, volume: 1 }, quiet, undefined])
  roster = withPlayback(roster, 'bob', { muted: true }) ?? EMPTY_ROSTER
  roster = rosterStep(roster, { type: 'published', member: bob(audio, large) }).roster
  expect(playbackOf(roster, 'bob')).toEqual({ muted: true, volume: 1 })
  roster = withPlayback(roster, -1, { volume: 0 }) ?? EMPTY_ROSTER
  expect(userList(roster).map(({ userId }) => playbackOf(roster, userId)?.volume)).toEqual([0, 0, 0])
  expect(withPlayback(roster, 'eve', quiet)).toBe(undefined)
  expect(muted(firstRoster([bob(audio)], quiet).roster)).toEqual([['bob', true]])
})

it('unSubscribe asks for nothing of who is subscribed to, whatever the switches say', () => {
  let { roster } = firstRoster([bob(audio)])
  expect(planUnSubscribe(roster, 'eve')).toEqual({ type: 'no-user' })
  expect(planUnSubscribe(roster, 'bob')).toEqual({ type: 'not-subscribed' })
  roster = withSubscription(roster, 'bob', new Set(['sophon_audio']))
  expect(planUnSubscribe(roster, 'bob')).toEqual({ type: 'request', wanted: { audio: false, camera: null, screen: false }, labels: new Set() })
})

it('rows are copies', () => {
  const { roster } = run({ type: 'published', member: bob(audio) })
  const row = userOf(roster, 'bob')
  row?.streamConfigs.pop()
  expect(userOf(roster, 'bob')?.streamConfigs).toEqual([{ label: 'sophon_audio', type: 'audio', state: 'active', subscribed: false, muted: false }])
})

const none = { audio: false, camera: false, screen: false }
it.each<[string, StreamRow[], Parameters<typeof withSwitches>[2], unknown]>([
  ['audio and the large camera by default', [audio, large, small, screen], {}, { audio: true, camera: 'large', screen: false }],
  ['the small camera when preferred', [audio, large, small], { preferLarge: false }, { audio: true, camera: 'small', screen: false }],
  ['the only camera there is', [audio, large], { preferLarge: false }, { audio: true, camera: 'large', screen: false }],
  ['the only active camera', [off(large), small], {}, { audio: false, camera: 'small', screen: false }],
  ['the screen when switched on', [audio, screen], { screen: true, audio: false }, { audio: false, camera: null, screen: true }],
  ['nothing that is inactive', [audio, off(large)], {}, { audio: true, camera: null, screen: false }],
  ['nothing active', [off(audio), off(large)], {}, 'no-stream'],
  ['nothing active that is selected', [screen], {}, 'no-stream'],
  ['one who does not publish', [], {}, 'no-stream'],
  ['no camera when it is all that is on', [audio], { audio: false, screen: false }, 'no-stream'],
  ['no screen when it is all that is on', [audio], { audio: false, camera: false, screen: true }, 'no-stream'],
  ['no audio when it is all that is on', [large], { camera: false }, 'no-stream'],
  ['all off and not subscribed', [audio, large], none, 'nothing'],
])('asks for %s', (_, streams, switches, expected) => {
  const roster = withSwitches(run({ type: 'member-joined', member: bob(...streams) }).roster, 'bob', switches)
  const plan = planSubscribe(roster ?? EMPTY_ROSTER, 'bob')
  expect(plan.type === 'request' ? plan.wanted : plan.type).toEqual(expected)
})

it('keeps `subscribed` while a stream is inactive, and loses it with the publication', () => {
  const subscribed = (roster: Roster) => userOf(roster, 'bob')?.streamConfigs.map((row) => row.subscribed)
  let { roster } = run({ type: 'published', member: bob(audio, large) })
  const plan = planSubscribe(roster, 'bob')
  if (plan.type !== 'request') throw new Error('expected a request')
  roster = withSubscription(roster, 'bob', plan.labels)
  expect(subscribed(roster)).toEqual([true, true])
  expect(planSubscribe(roster, 'bob')).toEqual({ type: 'nothing' })

  roster = rosterStep(roster, { type: 'published', member: bob(audio, off(large), screen) }).roster
  expect(subscribed(roster)).toEqual([true, true, false])
  expect(planSubscribe(roster, 'bob')).toMatchObject({ type: 'request', wanted: { audio: true, camera: null, screen: false } })
  expect(subscriptions(roster)).toEqual([{ userId: 'bob', displayName: 'Bob', labels: new Set(['sophon_audio', 'sophon_video_camera_large']) }])

  roster = rosterStep(roster, { type: 'unpublished', userId: 'bob' }).roster
  expect(isSubscribed(roster, 'bob')).toBe(false)
  expect(subscriptions(roster)).toEqual([])
  expect(withSubscription(roster, 'bob', plan.labels), 'an answer that comes too late').toBe(roster)
  expect(withSubscription(roster, 'eve', plan.labels), 'of one who has left').toBe(roster)
  expect(isSubscribed(roster, 'eve')).toBe(false)
})

it('all off ends a subscription; a stranger has none', () => {
  let { roster } = run({ type: 'published', member: bob(audio) })
  roster = withSubscription(roster, 'bob', new Set(['sophon_audio']))
  roster = withSwitches(roster, 'bob', { audio: false, camera: true }) ?? EMPTY_ROSTER
  expect(planSubscribe(rosterStep(roster, { type: 'published', member: bob(audio, large) }).roster, 'bob'), 'as many, but others').toMatchObject({ wanted: { audio: false, camera: 'large' } })
  roster = withSwitches(roster, 'bob', none) ?? EMPTY_ROSTER
  expect(planSubscribe(roster, 'bob')).toEqual({ type: 'request', wanted: { audio: false, camera: null, screen: false }, labels: new Set() })
  expect(planSubscribe(roster, 'eve')).toEqual({ type: 'no-user' })
  expect(withSwitches(roster, 'eve', {})).toBe(undefined)
})

it('tells sound from pictures', () => {
  const { roster } = run({ type: 'published', member: bob(audio, large, small, screen) })
  expect(userOf(roster, 'bob')?.streamConfigs.map(({ type }) => type)).toEqual(['audio', 'video', 'video', 'video'])
})

it('who joins publishing comes without streams, and publishes them next', () => {
  const { events } = rosterStep(EMPTY_ROSTER, { type: 'member-joined', member: bob(audio) })
  expect(events).toMatchObject([{ name: 'onJoin', payload: { streamConfigs: [] } }, { name: 'onPublisher', payload: { streamConfigs: [{ label: 'sophon_audio' }] } }])
})
