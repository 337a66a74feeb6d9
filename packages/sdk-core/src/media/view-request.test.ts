import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { viewRequest } from './view-request.js'

class Stream {
  readonly #ids: readonly string[]
  constructor(...ids: readonly string[]) { this.#ids = ids }
  getVideoTracks(): object[] { return this.#ids.map((id) => ({ id })) }
}

beforeEach(() => { vi.stubGlobal('MediaStream', Stream) })
afterEach(() => { vi.unstubAllGlobals() })

const bob = { publishId: 'bob', userId: 'another' }

it.each<[string, unknown, unknown, unknown]>([
  ['a user and 1', 'bob', 1, { userId: 'bob', kind: 'camera' }],
  ['a user and 2', 'bob', 2, { userId: 'bob', kind: 'screen' }],
  ['a subscriber and a stream with a camera', bob, new Stream('sophon_video_camera_large'), { userId: 'bob', kind: 'camera' }],
  ['a subscriber and a stream with a screen', bob, new Stream('sophon_video_screen_share'), { userId: 'bob', kind: 'screen' }],
  ['a subscriber and a stream of sound alone', bob, new Stream(), { userId: 'bob', kind: 'camera' }],
  ['a user and another number', 'bob', 3, undefined],
  ['a user and a stream', 'bob', new Stream(), undefined],
  ['a subscriber and a number', bob, 1, undefined],
  ['a subscriber without an id', { publishId: 7 }, new Stream(), undefined],
  ['nobody', undefined, new Stream(), undefined],
  ['nobody at all', null, 1, undefined],
])('%s', (_, user, what, request) => { expect(viewRequest(user, what)).toEqual(request) })
