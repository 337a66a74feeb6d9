import { element, setText } from './dom.js'
import { barLength, decibelsOf, FLOOR_DB, formatDecibels, loudnessOf, type Level } from './level-scale.js'
import { HOLD_MS, markerAt, NO_PEAK, withReading, type PeakHold } from './peak-hold.js'
import type { Texts } from './texts.js'

/** One user's level with a marker at the last peak. */
export interface LevelBar {
  readonly root: HTMLElement
  /** A row of `onAudioLevel`, or undefined when the user has none (any more). */
  show(row: Level | undefined): void
  close(): void
}

/**
 * `aria-valuenow` is the `level` of `onAudioLevel` (0..100); the words and the bar are in decibels, as ears hear it. A meter is no live
 * region: it is read when somebody asks for it.
 */
export function createLevelBar(texts: Texts, name: string): LevelBar {
  const fill = element('span', { class: 'level-fill' })
  const marker = element('span', { class: 'level-marker' })
  const meter = element('div', {
    class: 'level-bar', role: 'meter', 'aria-label': texts.levelOf(name), 'aria-valuemin': 0, 'aria-valuemax': 100,
  }, fill, marker)
  const words = element('span', { class: 'level-words', 'aria-hidden': 'true' })
  let hold: PeakHold = NO_PEAK
  let timer = 0
  let frame = 0

  const draw = (): void => {
    const decibels = markerAt(hold, performance.now())
    marker.hidden = decibels <= FLOOR_DB
    marker.style.setProperty('--at', String(barLength(decibels)))
  }
  /** At the level of now the marker stays until the next reading. */
  const resting = (): boolean => markerAt(hold, performance.now()) === hold.now
  const fall = (): void => {
    draw()
    if (!marker.hidden && !resting()) frame = requestAnimationFrame(fall)
  }
  const stop = (): void => {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
  }
  /** Nothing runs while the marker holds. With reduced motion it only steps, once per reading. */
  const animate = (): void => {
    stop()
    draw()
    if (marker.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return
    timer = window.setTimeout(() => { frame = requestAnimationFrame(fall) }, Math.max(0, hold.atMs + HOLD_MS - performance.now()))
  }
  const bar: LevelBar = {
    root: element('div', { class: 'level' }, meter, words),
    show(row) {
      const decibels = row ? decibelsOf(row) : -Infinity
      const loudness = row ? loudnessOf(decibels) : 'none'
      meter.setAttribute('aria-valuenow', String(row?.level ?? 0))
      meter.setAttribute('aria-valuetext', texts.spokenLevel(decibels, loudness))
      meter.dataset['loudness'] = loudness
      fill.style.setProperty('--length', String(barLength(decibels)))
      setText(words, row ? `${formatDecibels(decibels)} · ${texts.loudness[loudness]}` : texts.loudness.none)
      hold = row ? withReading(hold, decibels, performance.now()) : NO_PEAK
      animate()
    },
    close: stop,
  }
  bar.show(undefined)
  return bar
}
