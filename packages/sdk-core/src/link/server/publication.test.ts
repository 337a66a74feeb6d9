import type { Slot, StreamRow } from '@earshot/protocol'
import { describe, expect, test } from 'vitest'
import type { PublishOptions } from '../channel-link.js'
import { CAMERA_LAYERS, changed, hasTwoLayers, iceServersOf, muted, preferring, SLOTS, streamRows, tuning, type EncodingTuning, type Publication, type Sending } from './publication.js'

// The rows know the slots and the options only; no track is looked at
const sending = (options: Partial<PublishOptions> = {}): Sending => ({ track: {} as MediaStreamTrack, options: { muted: false, maxBitrate: 500_000, ...options } })
const publication = (...slots: [Slot, Partial<PublishOptions>?][]): Publication => new Map(slots.map(([slot, options]) => [slot, sending(options)]))
const brief = (rows: readonly StreamRow[]) => rows.map((row) => `${row.label.slice(7)} ${row.state}${row.muted ? ' muted' : ''}`)

describe('the rows of a publish message', () => {
  test.each<[string, Publication, boolean, string[]]>([
    ['audio only', publication(['audio']), true, ['audio active', 'video_camera_large inactive', 'video_camera_small inactive', 'video_screen_share inactive']],
    ['everything', publication(['audio'], ['camera'], ['screen']), true, ['audio active', 'video_camera_large active', 'video_camera_small active', 'video_screen_share active']],
    ['without simulcast', publication(['camera']), false, ['audio inactive', 'video_camera_large active', 'video_screen_share inactive']],
    ['muted', publication(['audio', { muted: true }], ['camera', { muted: true }]), true, ['audio active muted', 'video_camera_large active muted', 'video_camera_small active muted', 'video_screen_share inactive']],
  ])('%s', (_, what, simulcast, rows) => {
    expect(brief(streamRows(what, simulcast))).toEqual(rows)
  })
})

test.each([
  [640, 480, true], [480, 270, true], [270, 480, true], [479, 270, false], [320, 240, false], [33, 1000, false], [undefined, undefined, true], [160, undefined, true], [undefined, 160, true],
])('a camera of %s x %s is worth two layers: %s', (width, height, worth) => {
  expect(hasTwoLayers({ ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) })).toBe(worth)
})

test('the slots are in the order of the media sections', () => { expect(SLOTS).toEqual(['audio', 'camera', 'screen']) })

test('a change replaces, adds and ends slots, and leaves the publication before it alone', () => {
  const before = publication(['audio'], ['camera'])
  const replacement = sending({ maxBitrate: 1 })
  const after = changed(before, new Map([['camera', null], ['audio', replacement], ['screen', sending()]]))
  expect([...after.keys()].sort()).toEqual(['audio', 'screen'])
  expect(after.get('audio')).toBe(replacement)
  expect([...before.keys()]).toEqual(['audio', 'camera'])
})

test('muting is kept for the next publish message; an absent slot cannot be muted', () => {
  const before = publication(['audio'])
  expect(muted(before, 'audio', true).get('audio')?.options.muted).toBe(true)
  expect(muted(before, 'camera', true)).toBe(before)
})

describe('encodings', () => {
  test('are first offered as they are sent: a whole picture, and before it a quarter', () => {
    expect(CAMERA_LAYERS).toEqual([{ rid: 'small', scaleResolutionDownBy: 4 }, { rid: 'large', scaleResolutionDownBy: 1 }])
  })

  const options: PublishOptions = { muted: false, maxBitrate: 800_000, maxFramerate: 15 }
  test.each<[string, Parameters<typeof tuning>, EncodingTuning]>([
    ['a slot without a track is off', ['camera', 'large', undefined, 480], { active: false }],
    ['audio has no picture', ['audio', undefined, options, undefined], { active: true, maxBitrate: 800_000 }],
    ['large is the whole picture', ['camera', 'large', options, 480], { active: true, maxBitrate: 800_000, maxFramerate: 15, scaleResolutionDownBy: 1 }],
    ['small is a quarter', ['camera', 'small', options, 720], { active: true, maxBitrate: 120_000, maxFramerate: 15, scaleResolutionDownBy: 4 }],
    ['small of a low picture is a half', ['camera', 'small', options, 360], { active: true, maxBitrate: 120_000, maxFramerate: 15, scaleResolutionDownBy: 2 }],
    ['small never has more bits than large', ['camera', 'small', { muted: false, maxBitrate: 90_000 }, undefined], { active: true, maxBitrate: 90_000, scaleResolutionDownBy: 4 }],
    ['an only encoding is the whole picture', ['screen', undefined, options, 1080], { active: true, maxBitrate: 800_000, maxFramerate: 15, scaleResolutionDownBy: 1 }],
  ])('%s', (_, asked, expected) => {
    expect(tuning(...asked)).toEqual(expected)
  })
})

test('the preferred codec comes first, the order of the others stays', () => {
  const codecs = ['video/H264', 'video/rtx', 'video/vp8', 'video/AV1'].map((mimeType) => ({ mimeType }))
  expect(preferring('video/VP8', codecs).map((codec) => codec.mimeType)).toEqual(['video/vp8', 'video/H264', 'video/rtx', 'video/AV1'])
})

test('relays without credentials get those of the user', () => {
  const turn = { username: 'u', password: 'p' }
  expect(iceServersOf([{ urls: 'stun:s' }, { urls: ['turn:t'] }, { urls: 'turns:t', username: 'own', credential: 'c' }], turn)).toEqual([
    { urls: ['stun:s'] }, { urls: ['turn:t'], username: 'u', credential: 'p' }, { urls: ['turns:t'], username: 'own', credential: 'c' },
  ])
  expect(iceServersOf([{ urls: 'turn:t' }])).toEqual([{ urls: ['turn:t'] }])
  expect(iceServersOf([{ urls: ['stun:s', 'turn:t'] }, { urls: 'stun:turn:9' }, { urls: 'TURNS:t' }], turn)).toEqual([
    { urls: ['stun:s', 'turn:t'], username: 'u', credential: 'p' }, { urls: ['stun:turn:9'] }, { urls: ['TURNS:t'], username: 'u', credential: 'p' },
  ])
  expect(iceServersOf([{ urls: 'turn:t', username: 'own' }, { urls: 'turn:t', credential: 'own' }])).toEqual([{ urls: ['turn:t'] }, { urls: ['turn:t'] }])
})
