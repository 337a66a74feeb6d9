import { element, setText } from './dom.js'
import { icon } from './icons.js'
import { createLevelBar } from './level-bar.js'
import type { Level } from './level-scale.js'
import { cameraNumbers, pictureNumbers, type MediaRow } from './media-numbers.js'
import { createNumberList } from './number-list.js'
import { NO_STREAMS, type StreamsState } from './stream-state.js'
import type { Texts } from './texts.js'

/** One person: pictures, level, numbers, and what is muted. */
export interface Tile {
  readonly root: HTMLElement
  /** Where the camera plays; the sound of a remote user comes with it. */
  readonly camera: HTMLVideoElement
  /** Where a shared screen plays. */
  readonly screen: HTMLVideoElement
  readonly name: string
  readonly streams: StreamsState
  showStreams(streams: StreamsState): void
  showLevel(row: Level | undefined): void
  showMedia(row: MediaRow): void
  /** Plays a remote user aloud; rejects when the browser still refuses. Only within a gesture. */
  playSound(): Promise<void>
  close(): void
}

export interface Person {
  /** '0' for ourselves. */
  readonly userId: string
  readonly displayName: string
}

export function createTile(texts: Texts, { userId, displayName }: Person): Tile {
  const own = userId === '0'
  const name = own ? texts.you(displayName) : displayName
  const camera = videoElement(texts.cameraOf(name), own)
  const screen = videoElement(texts.screenOf(name), true)
  const level = createLevelBar(texts, name)
  const numbers = createNumberList(texts, ['rtt', 'rate', 'size', 'fps'])
  const screenNumbers = createNumberList(texts, ['size', 'fps'])
  const placeholder = createPlaceholder(displayName)
  const badge = element('span', { class: 'badge', hidden: true })
  const screenPart = element('div', { class: 'screen-part', hidden: true },
    element('div', { class: 'frame' }, own ? element('p', { class: 'placeholder' }, icon('screen'), texts.ownScreen) : screen,
      element('span', { class: 'name' }, texts.screenOf(name))),
    screenNumbers.root)
  const cameraPart = element('div', { class: 'camera-part' },
    element('div', { class: 'frame' }, camera, placeholder.root, element('span', { class: 'name' }, name), badge),
    level.root, numbers.root)

  let streams = NO_STREAMS
  const tile: Tile = {
    root: element('li', { class: 'tile', 'data-user-id': userId, 'aria-label': name }, cameraPart, screenPart),
    camera, screen, name,
    get streams() { return streams },
    showStreams(now) {
      streams = now
      screenPart.hidden = now.screen === 'off'
      tile.root.classList.toggle('with-screen', now.screen === 'on')
      camera.toggleAttribute('data-off', now.camera !== 'on')
      placeholder.show(now.camera === 'on' ? undefined : pictureWords(texts, now))
      showBadge(badge, texts, now)
    },
    showLevel: level.show,
    showMedia(row) {
      numbers.show(cameraNumbers(row))
      screenNumbers.show(pictureNumbers(row.screen))
    },
    async playSound() {
      if (own || camera.srcObject === null) return
      camera.muted = false
      await camera.play()
    },
    close: level.close,
  }
  tile.showStreams(NO_STREAMS)
  return tile
}

function videoElement(label: string, muted: boolean): HTMLVideoElement {
  const video = element('video', { autoplay: true, playsinline: true, 'aria-label': label })
  video.muted = muted // our own voice would echo; the sound of a screen travels with the microphone
  return video
}

function createPlaceholder(displayName: string): { readonly root: HTMLElement; show(words: string | undefined): void } {
  const words = element('span')
  const initial = element('span', { class: 'initial', 'aria-hidden': 'true' }, [...displayName][0]?.toUpperCase() ?? '?')
  const root = element('p', { class: 'placeholder' }, initial, words)
  return {
    root,
    show(text) {
      root.hidden = text === undefined
      setText(words, text ?? '')
    },
  }
}

function pictureWords(texts: Texts, streams: StreamsState): string {
  if (streams.camera === 'muted') return texts.tile.cameraMuted
  return streams.audio === 'off' && streams.screen === 'off' ? texts.tile.waiting : texts.tile.noCamera
}

function showBadge(badge: HTMLElement, texts: Texts, { audio, camera, screen }: StreamsState): void {
  const sendsSomething = camera !== 'off' || screen !== 'off'
  const words = audio === 'muted' ? texts.tile.microphoneMuted : audio === 'off' && sendsSomething ? texts.tile.noMicrophone : ''
  badge.hidden = words === ''
  badge.replaceChildren(icon('microphone-off'), words)
}
