import type { OfferedTrack } from '@earshot/protocol'
import { expect, test } from 'vitest'
import { renegotiated, switched, withoutUser, type CarriedTracks } from './carried-tracks.js'

const audio = (mid: string, userId: string): OfferedTrack => ({ mid, userId, label: 'sophon_audio' })
const large = (mid: string, userId: string): OfferedTrack => ({ mid, userId, label: 'sophon_video_camera_large' })
const small = (mid: string, userId: string): OfferedTrack => ({ mid, userId, label: 'sophon_video_camera_small' })
const carried = (...rows: OfferedTrack[]): CarriedTracks => renegotiated(new Map(), rows).now

test.each<[string, OfferedTrack[], OfferedTrack[], { ended: OfferedTrack[]; started: OfferedTrack[] }]>([
  ['the first offer starts all it carries', [], [audio('0', 'bob'), large('1', 'bob')], { ended: [], started: [audio('0', 'bob'), large('1', 'bob')] }],
  ['the same again changes nothing', [audio('0', 'bob')], [audio('0', 'bob')], { ended: [], started: [] }],
  ['one more starts alone', [audio('0', 'bob')], [audio('0', 'bob'), audio('1', 'eve')], { ended: [], started: [audio('1', 'eve')] }],
  ['one less ends', [audio('0', 'bob'), large('1', 'bob')], [audio('0', 'bob')], { ended: [large('1', 'bob')], started: [] }],
  ['a section that passes to another user ends and starts', [audio('0', 'bob')], [audio('0', 'eve')], { ended: [audio('0', 'bob')], started: [audio('0', 'eve')] }],
  ['a track that moves to another section ends and starts', [audio('0', 'bob')], [audio('2', 'bob')], { ended: [audio('0', 'bob')], started: [audio('2', 'bob')] }],
  ['the other camera layer in the same section goes on', [large('1', 'bob')], [small('1', 'bob')], { ended: [], started: [] }],
  ['a section that passes to another slot of the user ends and starts', [audio('0', 'bob')], [large('0', 'bob')], { ended: [audio('0', 'bob')], started: [large('0', 'bob')] }],
  ['nothing ends all', [audio('0', 'bob'), audio('1', 'eve')], [], { ended: [audio('0', 'bob'), audio('1', 'eve')], started: [] }],
])('%s', (_, before, offered, { ended, started }) => {
  expect(renegotiated(carried(...before), offered)).toMatchObject({ ended, started })
})

test('a layer message changes the label of that camera, and later offers do not change it back', () => {
  const before = carried(audio('0', 'bob'), large('1', 'bob'), large('2', 'eve'))
  const change = switched(before, 'bob', 'sophon_video_camera_small')
  expect(change?.mid).toBe('1')
  expect(change?.now.get('1')).toEqual({ userId: 'bob', label: 'sophon_video_camera_small' })
  expect(change?.now.get('2')?.label).toBe('sophon_video_camera_large')
  const offered = renegotiated(change?.now ?? before, [audio('0', 'bob'), large('1', 'bob')])
  expect(offered.now.get('1')?.label).toBe('sophon_video_camera_small')
  expect(offered.started).toEqual([])
})

test.each([
  ['a camera that is not carried', 'eve', 'sophon_video_camera_small'],
  ['a camera that is on that layer already', 'bob', 'sophon_video_camera_large'],
] as const)('a layer message for %s changes nothing', (_, userId, label) => {
  expect(switched(carried(large('1', 'bob')), userId, label)).toBeUndefined()
})

test('a user who stops sending takes its tracks along, and no other', () => {
  const change = withoutUser(carried(audio('0', 'bob'), audio('1', 'eve'), large('2', 'bob')), 'bob')
  expect(change.ended).toEqual([audio('0', 'bob'), large('2', 'bob')])
  expect([...change.now.keys()]).toEqual(['1'])
  expect(change.started).toEqual([])
  expect(renegotiated(change.now, [audio('1', 'eve')])).toMatchObject({ ended: [], started: [] })
})
