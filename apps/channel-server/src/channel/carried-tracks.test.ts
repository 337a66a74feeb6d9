import type { StreamLabel, StreamRow } from '@earshot/protocol'
import { describe, expect, it } from 'vitest'
import { carriedTracks, consumersOf, countWanted, sameTracks, wantedTracks } from './carried-tracks.js'
import { emptyChannel, type CarriedTrack, type Member, type Subscription, type Wanted } from './channel-model.js'

const row = (label: StreamLabel, state: StreamRow['state'] = 'active'): StreamRow => ({ label, state, muted: false })
const [audio, large, small, screen] = [row('sophon_audio'), row('sophon_video_camera_large'), row('sophon_video_camera_small'), row('sophon_video_screen_share')]
const off = (one: StreamRow): StreamRow => ({ ...one, state: 'inactive' })
const wanted = (more: Partial<Wanted> = {}): Wanted => ({ audio: false, camera: null, screen: false, ...more })

const audioTrack: CarriedTrack = { slot: 'audio', trackId: 'sophon_audio', label: 'sophon_audio' }
const screenTrack: CarriedTrack = { slot: 'screen', trackId: 'sophon_video_screen_share', label: 'sophon_video_screen_share' }
const largeTrack: CarriedTrack = { slot: 'camera', trackId: 'sophon_video_camera_large', label: 'sophon_video_camera_large', layer: 'large' }
const smallTrack: CarriedTrack = { slot: 'camera', trackId: 'sophon_video_camera_small', label: 'sophon_video_camera_small', layer: 'small' }

describe('what a subscription carries', () => {
  const all = wanted({ audio: true, camera: 'large', screen: true })
  it.each<[string, Wanted, StreamRow[], CarriedTrack[], CarriedTrack[]]>([
    ['all that is wanted and sent, in the order of the slots', all, [screen, small, large, audio], [], [audioTrack, largeTrack, screenTrack]],
    ['nothing that is not wanted', wanted(), [audio, large, screen], [], []],
    ['nothing that is not published', all, [], [audioTrack, largeTrack, screenTrack], []],
    ['the screen alone', wanted({ screen: true }), [audio, large, screen], [], [screenTrack]],
    ['the audio alone', wanted({ audio: true }), [audio, large, screen], [], [audioTrack]],
    ['nothing that was never active', wanted({ audio: true }), [off(audio)], [], []],
    ['what was active and is not', wanted({ audio: true }), [off(audio)], [audioTrack], [audioTrack]],
    ['the small layer when asked', wanted({ camera: 'small' }), [large, small], [], [smallTrack]],
    ['the only layer that is active', wanted({ camera: 'small' }), [large, off(small)], [], [largeTrack]],
    ['the small layer when there is no large one', wanted({ camera: 'large' }), [small], [], [smallTrack]],
    ['the wanted layer while none is active', wanted({ camera: 'small' }), [off(large), off(small)], [largeTrack], [{ ...largeTrack, layer: 'small' }]],
    ['the label that it had, whatever layer is asked for', wanted({ camera: 'small' }), [large, small], [largeTrack], [{ ...largeTrack, layer: 'small' }]],
  ])('is %s', (_what, asked, rows, before, carried) => { expect(carriedTracks(asked, rows, before)).toEqual(carried) })
})

it.each<[Wanted, number]>([
  [wanted(), 0], [wanted({ audio: true }), 1], [wanted({ camera: 'small' }), 1], [wanted({ screen: true }), 1], [wanted({ audio: true, camera: 'large', screen: true }), 3],
])('%j is %d tracks', (asked, count) => { expect(wantedTracks(asked)).toBe(count) })

const subscription = (...carried: CarriedTrack[]): Subscription => ({ wanted: wanted({ audio: true }), carried })

it.each<[string, Subscription, Subscription, boolean]>([
  ['the same', subscription(audioTrack, largeTrack), subscription(audioTrack, largeTrack), true],
  ['another label of the same track', subscription(largeTrack), subscription({ ...largeTrack, label: 'sophon_video_camera_small' }), true],
  ['one more', subscription(audioTrack), subscription(audioTrack, largeTrack), false],
  ['one less', subscription(audioTrack, largeTrack), subscription(audioTrack), false],
  ['another slot', subscription(audioTrack), subscription({ ...audioTrack, slot: 'screen' }), false],
  ['another track id', subscription(largeTrack), subscription({ ...largeTrack, trackId: 'sophon_video_camera_small' }), false],
  ['another layer', subscription(largeTrack), subscription({ ...largeTrack, layer: 'small' }), false],
])('for the SFU %s: the same is %s', (_what, a, b, same) => { expect(sameTracks(a, b)).toBe(same) })

const member = (sessionId: string, subscriptions: [string, Subscription][] = []): Member => ({
  sessionId, userId: `user ${sessionId}`, displayName: '', role: 0, joinedAtMs: 0, streams: [], connection: null, pending: null, subscriptions: new Map(subscriptions),
})

it('counts what is wanted of all publishers but one', () => {
  const subscriber = member('s', [['a', { wanted: wanted({ audio: true, screen: true }), carried: [] }], ['b', subscription()]])
  expect([countWanted(subscriber, ''), countWanted(subscriber, 'a'), countWanted(subscriber, 'b')]).toEqual([3, 1, 2])
})

it('what a member receives leaves out who has gone, and names a layer only for a camera', () => {
  const subscriber = member('s', [['gone', subscription(audioTrack)], ['a', subscription(audioTrack, smallTrack)]])
  const state = { ...emptyChannel({ maxMembers: 9, maxTracks: 9, iceServers: [] }), members: new Map([['a', member('a')], ['s', subscriber]]) }
  expect(consumersOf(state, subscriber)).toStrictEqual([
    { sourceId: 'a:audio', streamId: 'user a', trackId: 'sophon_audio' },
    { sourceId: 'a:camera', layer: 'small', streamId: 'user a', trackId: 'sophon_video_camera_small' },
  ])
})
