import { describe, expect, it } from 'vitest'
import { NO_STREAMS, streamNews, streamsState, type StreamsState } from './stream-state.js'

const row = (label: Parameters<typeof streamsState>[0][number]['label'], state: 'active' | 'inactive' = 'active', muted = false) => ({ label, state, muted })
const both: StreamsState = { audio: 'on', camera: 'on', screen: 'off' }

describe('the rows of a user', () => {
  it.each<[string, Parameters<typeof streamsState>[0], StreamsState]>([
    ['nothing published', [], NO_STREAMS],
    ['microphone and both sizes of the camera', [row('sophon_audio'), row('sophon_video_camera_large'), row('sophon_video_camera_small')], both],
    ['only the small camera', [row('sophon_video_camera_large', 'inactive'), row('sophon_video_camera_small')], { ...NO_STREAMS, camera: 'on' }],
    ['a muted microphone and camera', [row('sophon_audio', 'active', true), row('sophon_video_camera_large', 'active', true)], { ...NO_STREAMS, audio: 'muted', camera: 'muted' }],
    ['muted and not sent', [row('sophon_audio', 'inactive', true)], NO_STREAMS],
    ['a screen', [row('sophon_video_screen_share')], { ...NO_STREAMS, screen: 'on' }],
  ])('%s', (_name, rows, state) => {
    expect(streamsState(rows)).toEqual(state)
  })
})

describe('what is said about a change', () => {
  it.each<[string, StreamsState, StreamsState, readonly string[]]>([
    ['the first publication says nothing', NO_STREAMS, both, []],
    ['a first publication that is muted', NO_STREAMS, { ...both, audio: 'muted' }, ['microphone-muted']],
    ['nothing new', both, both, []],
    ['muted', both, { ...both, audio: 'muted' }, ['microphone-muted']],
    ['heard again', { ...both, audio: 'muted' }, both, ['microphone-on']],
    ['camera muted', both, { ...both, camera: 'muted' }, ['camera-off']],
    ['camera gone after mute', { ...both, camera: 'muted' }, { ...both, camera: 'off' }, []],
    ['camera on', { ...both, camera: 'off' }, both, ['camera-on']],
    ['screen', both, { ...both, screen: 'on' }, ['screen-on']],
    ['screen ends', { ...both, screen: 'on' }, both, ['screen-off']],
  ])('%s', (_name, before, now, news) => {
    expect(streamNews(before, now)).toEqual(news)
  })
})
