import type { StreamLabel } from '@earshot/protocol'
import type { ConnectionSample, StreamSample } from '@earshot/stats-sampler'
import { expect, it } from 'vitest'
import type { StreamOwner } from '../link/channel-link.js'
import { INITIAL_MEDIA, mediaStep, type MediaParties, type MediaSample, type MediaState } from './media-report.js'

const stream = (mid: string, kind: 'audio' | 'video', direction: 'send' | 'receive', more: Partial<StreamSample> = {}): StreamSample =>
  ({ id: mid, mid, kind, direction, bytesPerSecond: 1000, ...more })

const sample = (streams: StreamSample[], more: Partial<ConnectionSample> = {}): ConnectionSample =>
  ({ timestamp: 2000, durationMs: 1000, gap: false, reset: false, streams, tracks: streams, ...more })

const mine = { a: { self: true, slot: 'audio' }, c: { self: true, slot: 'camera' }, s: { self: true, slot: 'screen' } } as const
const theirs = (userId: string, label: StreamLabel) => ({ self: false, userId, label }) as const
const owners: Readonly<Record<string, StreamOwner>> = {
  ...mine, ba: theirs('bob', 'sophon_audio'), bc: theirs('bob', 'sophon_video_camera_large'), bs: theirs('bob', 'sophon_video_screen_share'), ca: theirs('cy', 'sophon_audio'),
}

const input = (source: string, of: ConnectionSample, peaks: Record<string, number> = {}): MediaSample =>
  ({ source, sample: of, ownerOf: ({ mid = '' }) => owners[mid], peakOf: (userId) => peaks[userId] })

const nobody: MediaParties = { sending: new Set(), remote: [] }
const to = (userId: string, ...labels: StreamLabel[]): MediaParties => ({ ...nobody, remote: [{ userId, labels: new Set(labels) }] })
const rows = (parties: MediaParties, sampled: MediaSample, state: MediaState = INITIAL_MEDIA) => mediaStep(state, parties, sampled).rows

it('our own row has audio, camera and screen, zeros for what is not sent, and the connection\'s bytes', () => {
  const sent = sample([stream('a', 'audio', 'send'), stream('c', 'video', 'send', { frameWidth: 640, frameHeight: 480, framesPerSecond: 14.7 }), stream('s', 'video', 'send')],
    { rttMs: 12.6, bytesSentPerSecond: 70_000.4, bytesReceivedPerSecond: 900 })
  const numbers = {
    rtt: 13, audio: { level: 0.25 }, camera: { width: 640, height: 480, fps: 15 }, screen: { width: 0, height: 0, fps: 0 }, bytesSentPerSecond: 70_000,
  }
  expect(rows({ ...nobody, sending: new Set(['audio', 'camera']) }, input('publish', sent, { 0: 0.25 }))).toEqual([{ userId: '0', ...numbers, data: numbers }])
  // a slot that is not sent any more keeps its last size in the statistics
  expect(rows({ ...nobody, sending: new Set(['audio']) }, input('publish', sent, { 0: 0.25 }))[0]?.camera).toEqual({ width: 0, height: 0, fps: 0 })
  expect(rows(nobody, input('publish', sent)), 'nothing is published').toEqual([])
})

it('a remote row has what is subscribed and known, and that user\'s bytes only', () => {
  const received = sample([
    stream('ba', 'audio', 'receive', { bytesPerSecond: 4000.2 }),
    stream('bc', 'video', 'receive', { bytesPerSecond: 60_000, frameWidth: 320, frameHeight: 240, framesPerSecond: 15 }),
    stream('bs', 'video', 'receive', { bytesPerSecond: 0 }),
    stream('ca', 'audio', 'receive', { bytesPerSecond: 5000 }),
  ], { rttMs: 3, bytesReceivedPerSecond: 80_000 })
  const parties: MediaParties = {
    sending: new Set(['audio']), // over another connection
    remote: [
      { userId: 'bob', labels: new Set(['sophon_audio', 'sophon_video_camera_large', 'sophon_video_screen_share']) },
      { userId: 'cy', labels: new Set(['sophon_audio']) }, { userId: 'dee', labels: new Set(['sophon_audio']) },
    ],
  }
  const bob = { rtt: 3, audio: { level: 1 }, camera: { width: 320, height: 240, fps: 15 }, bytesReceivedPerSecond: 64_000 }
  const cy = { rtt: 3, audio: { level: 0 }, bytesReceivedPerSecond: 5000 }
  expect(rows(parties, input('subscribe', received, { bob: 1.3, cy: 0 }))).toEqual([{ userId: 'bob', ...bob, data: bob }, { userId: 'cy', ...cy, data: cy }])
  expect(rows(to('bob', 'sophon_video_camera_large'), input('subscribe', received))[0], 'without audio').not.toHaveProperty('audio')
  expect(rows(to('bob', 'sophon_audio'), input('subscribe', received))[0], 'without camera').not.toHaveProperty('camera')
})

it('`data` shares no object with the flat fields', () => {
  const [row] = rows(to('cy', 'sophon_audio'), input('subscribe', sample([stream('ca', 'audio', 'receive')])))
  expect(row?.data.audio).toEqual(row?.audio)
  expect(row?.data.audio).not.toBe(row?.audio)
})

it('rtt is the last known of its connection, 0 before the first', () => {
  const withRtt = (rttMs?: number) => sample([stream('ca', 'audio', 'receive')], rttMs === undefined ? {} : { rttMs })
  const first = mediaStep(INITIAL_MEDIA, to('cy', 'sophon_audio'), input('subscribe', withRtt()))
  const second = mediaStep(first.state, to('cy', 'sophon_audio'), input('subscribe', withRtt(41.5)))
  const other = mediaStep(second.state, nobody, input('publish', withRtt(7)))
  const third = mediaStep(other.state, to('cy', 'sophon_audio'), input('subscribe', withRtt()))
  expect([first, second, third].map((step) => step.rows[0]?.rtt)).toEqual([0, 42, 42])
})

it('no row before there are two reports of a stream; one without rates later has no bytes', () => {
  const { bytesPerSecond: _, ...fresh } = stream('ca', 'audio', 'receive')
  const parties = to('cy', 'sophon_audio')
  const first = mediaStep(INITIAL_MEDIA, parties, input('subscribe', sample([fresh])))
  expect(first.rows).toEqual([])
  expect(mediaStep(first.state, parties, input('subscribe', sample([fresh]))).rows, 'still without rates').toEqual([])
  const second = mediaStep(first.state, parties, input('subscribe', sample([stream('ca', 'audio', 'receive')])))
  expect(second.rows).toHaveLength(1)
  const restarted = mediaStep(second.state, parties, input('subscribe', sample([fresh], { reset: true })))
  expect(restarted.rows[0]).toMatchObject({ userId: 'cy' })
  expect(restarted.rows[0]).not.toHaveProperty('bytesReceivedPerSecond')
  const gone = mediaStep(restarted.state, nobody, input('subscribe', sample([])))
  expect(mediaStep(gone.state, parties, input('subscribe', sample([fresh]))).rows, 'subscribed anew').toEqual([])
})

it('the level is the meter\'s, clamped; the statistics\' only without one', () => {
  const level = (peaks: Record<string, number>, audioLevel?: number) =>
    rows(to('cy', 'sophon_audio'), input('subscribe', sample([stream('ca', 'audio', 'receive', audioLevel === undefined ? {} : { audioLevel })]), peaks))[0]?.audio?.level
  expect([level({ cy: 0.4 }, 0.9), level({ cy: 1.7 }, 0.9), level({ cy: 0 }, 0.9), level({}, 0.9), level({})]).toEqual([0.4, 1, 0, 0.9, 0])
})

it('a picture of the screen has its own numbers, and half a size is none', () => {
  const received = [stream('bs', 'video', 'receive', { frameWidth: 960, frameHeight: 540, framesPerSecond: 9.6 }), stream('bc', 'video', 'receive', { frameWidth: 320 })]
  const parties = to('bob', 'sophon_video_screen_share', 'sophon_video_camera_large')
  const [row] = rows(parties, input('subscribe', sample(received)))
  expect(row?.data).toEqual({ rtt: 0, screen: { width: 960, height: 540, fps: 10 }, bytesReceivedPerSecond: 2000 })
})

it('what is subscribed to and does not come has no numbers, and streams of nobody none at all', () => {
  const [row, ...more] = rows(to('bob', 'sophon_audio', 'sophon_video_screen_share'), input('subscribe', sample([stream('bc', 'video', 'receive'), stream('nobody', 'audio', 'receive')])))
  expect(row?.data).toEqual({ rtt: 0, audio: { level: 0 }, bytesReceivedPerSecond: 1000 })
  expect(more).toEqual([])
})

it('our row without sound is silent, and without a rate has no bytes', () => {
  const sent = sample([stream('c', 'video', 'send', { frameWidth: 640, frameHeight: 480 })])
  const [row] = rows({ ...nobody, sending: new Set(['camera']) }, input('publish', sent, { 0: 0.5 }))
  expect(row?.data).toEqual({ rtt: 0, audio: { level: 0 }, camera: { width: 640, height: 480, fps: 0 }, screen: { width: 0, height: 0, fps: 0 } })
})

it('a row of one user does not stand in for the second report of another', () => {
  const { bytesPerSecond: _, ...fresh } = stream('ba', 'audio', 'receive')
  const parties = { ...nobody, remote: [...to('bob', 'sophon_audio').remote, ...to('cy', 'sophon_audio').remote] }
  const sampled = input('subscribe', sample([fresh, stream('ca', 'audio', 'receive')]))
  const first = mediaStep(INITIAL_MEDIA, parties, sampled)
  const second = mediaStep(first.state, parties, sampled)
  expect([first, second].map((step) => step.rows.map(({ userId }) => userId))).toEqual([['cy'], ['cy']])
})

it('who was left out of one report is not forgotten', () => {
  const { bytesPerSecond: _, ...fresh } = stream('ca', 'audio', 'receive')
  const parties = to('cy', 'sophon_audio')
  const first = mediaStep(INITIAL_MEDIA, parties, input('subscribe', sample([stream('ca', 'audio', 'receive')])))
  const without = mediaStep(first.state, parties, input('publish', sample([])))
  expect(mediaStep(without.state, parties, input('subscribe', sample([fresh]))).rows).toHaveLength(1)
})
