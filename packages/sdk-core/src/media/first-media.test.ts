import { expect, it } from 'vitest'
import { FirstMedia } from './first-media.js'

const track = (muted: boolean): MediaStreamTrack & { flow(): void } => {
  const target = new EventTarget()
  return Object.assign(target, { muted, flow: () => target.dispatchEvent(new Event('unmute')) }) as unknown as MediaStreamTrack & { flow(): void } // all that is asked of it
}

it('tells when the first track flows, once, and again after the tracks have ended', () => {
  const told: string[] = []
  const media = new FirstMedia((userId) => told.push(userId))
  const [audio, camera] = [track(true), track(false)]
  media.update('bob', [audio])
  media.update('bob', [audio, camera])
  expect(told).toEqual([])
  audio.flow()
  audio.flow()
  expect(told).toEqual(['bob'])
  media.update('carol', [track(false)])
  media.update('bob', [])
  media.update('bob', [camera])
  expect(told).toEqual(['bob', 'carol', 'bob'])
})

it('tells nothing of a user who has gone meanwhile, nor of a session that is over', () => {
  const told: string[] = []
  const media = new FirstMedia((userId) => told.push(userId))
  const [audio, other] = [track(true), track(true)]
  media.update('bob', [audio])
  media.update('bob', [])
  media.update('carol', [other])
  media.clear()
  audio.flow()
  other.flow()
  expect(told).toEqual([])
})

it('a track that never flowed and is used again tells of its new user alone, once', () => {
  const told: string[] = []
  const media = new FirstMedia((userId) => told.push(userId))
  const audio = track(true)
  for (const userId of ['bob', 'carol', 'carol']) {
    media.update(userId, [audio])
    media.update(userId, [])
  }
  media.update('carol', [audio])
  audio.flow()
  expect(told).toEqual(['carol'])
})
