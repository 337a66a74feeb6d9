import type { MemberRow, StreamRow } from '@earshot/protocol'
import { expect, it } from 'vitest'
import { compareMember } from './roster-comparison.js'

const audio: StreamRow = { label: 'sophon_audio', state: 'active', muted: false }
const camera: StreamRow = { label: 'sophon_video_camera_large', state: 'active', muted: false }
const bob = (...streams: StreamRow[]): MemberRow => ({ userId: 'bob', displayName: 'Bob', streams })

it.each<[string, MemberRow | undefined, MemberRow, string[] | undefined]>([
  ['one who is new', undefined, bob(), ['member-joined 0']],
  ['one who is new and publishes', undefined, bob(audio), ['member-joined 0', 'published 1']],
  ['one who is as before', bob(), bob(), []],
  ['a publisher who is as before', bob(audio, camera), bob(audio, camera), []],
  ['rows in another order', bob(audio, camera), bob(camera, audio), []],
  ['one who publishes now', bob(), bob(audio), ['published 1']],
  ['one who publishes more', bob(audio), bob(audio, camera), ['published 2']],
  ['one who switched a stream off', bob(audio), bob({ ...audio, state: 'inactive' }), ['published 1']],
  ['one who muted', bob(audio), bob({ ...audio, muted: true }), ['published 1']],
  ['a publisher of another name', bob(audio), { ...bob(audio), displayName: 'Robert' }, ['published 1']],
  ['one who publishes no more, or not yet', bob(audio), bob(), undefined],
])('tells of %s', (_name, known, row, news) => {
  expect(compareMember(known, row)?.map(({ type, member }) => `${type} ${member.streams.length}`)).toEqual(news)
})
