import type { StreamConfig } from '@earshot/sdk-core'

/** `off` is not sent; `muted` is sent as silence or black. */
export type MediaState = 'on' | 'muted' | 'off'

/** What one user sends now. */
export interface StreamsState {
  readonly audio: MediaState
  readonly camera: MediaState
  readonly screen: Exclude<MediaState, 'muted'>
}

export const NO_STREAMS: StreamsState = { audio: 'off', camera: 'off', screen: 'off' }

/** The rows of a user as three states; of the camera's two sizes, one that is on counts. */
export function streamsState(rows: readonly Pick<StreamConfig, 'label' | 'state' | 'muted'>[]): StreamsState {
  const stateOf = (...labels: readonly string[]): MediaState => {
    const active = rows.filter((row) => labels.includes(row.label) && row.state === 'active')
    if (active.length === 0) return 'off'
    return active.some((row) => !row.muted) ? 'on' : 'muted'
  }
  return {
    audio: stateOf('sophon_audio'),
    camera: stateOf('sophon_video_camera_large', 'sophon_video_camera_small'),
    screen: stateOf('sophon_video_screen_share') === 'off' ? 'off' : 'on', // a screen cannot be muted
  }
}

/** Something worth saying aloud about a user. */
export type StreamNews = 'microphone-muted' | 'microphone-on' | 'camera-off' | 'camera-on' | 'screen-on' | 'screen-off'

/** What changed for those who look and listen. The first publication says only what is unusual: a muted microphone, a shared screen. */
export function streamNews(before: StreamsState, now: StreamsState): readonly StreamNews[] {
  const news: StreamNews[] = []
  const first = before.audio === 'off' && before.camera === 'off' && before.screen === 'off'
  if (before.audio !== now.audio && now.audio !== 'off' && !(first && now.audio === 'on')) news.push(now.audio === 'on' ? 'microphone-on' : 'microphone-muted')
  const sees = (state: StreamsState): boolean => state.camera === 'on'
  if (!first && sees(before) !== sees(now)) news.push(sees(now) ? 'camera-on' : 'camera-off')
  if (before.screen !== now.screen) news.push(now.screen === 'on' ? 'screen-on' : 'screen-off')
  return news
}
