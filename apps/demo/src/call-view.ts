import { createCallbackLog, type CallbackLog } from './callback-log.js'
import { createControls, type ControlActions, type Controls } from './controls.js'
import { button, element, setText } from './dom.js'
import { icon } from './icons.js'
import type { Texts } from './texts.js'
import { createTile, type Person, type Tile } from './tile.js'

/** The page during a call. */
export interface CallView {
  readonly root: HTMLElement
  readonly heading: HTMLElement
  readonly controls: Controls
  readonly log: CallbackLog
  readonly tiles: ReadonlyMap<string, Tile>
  /** The tile of a user; a new one goes to the end. */
  tileOf(person: Person): Tile
  removeTile(userId: string): void
  close(): void
}

export function createCallView(texts: Texts, channel: string, actions: ControlActions & { copyLink(): void }): CallView {
  const tiles = new Map<string, Tile>()
  const heading = element('h1', { tabindex: -1 }, texts.channelHeading(channel))
  const count = element('span', { class: 'count' })
  const list = element('ul', { class: 'tiles', 'aria-label': texts.call.users })
  const controls = createControls(texts, actions)
  const log = createCallbackLog(texts)
  const showCount = (): void => {
    setText(count, texts.peopleCount(tiles.size))
    list.dataset['count'] = String(Math.min(tiles.size, 5))
  }
  return {
    root: element('div', { class: 'call' },
      element('div', { class: 'call-head' }, heading, count, button({ class: 'secondary' }, () => actions.copyLink(), icon('link'), texts.call.copyLink)),
      list, log.root, controls.root),
    heading, controls, log, tiles,
    tileOf(person) {
      const known = tiles.get(person.userId)
      if (known) return known
      const tile = createTile(texts, person)
      tiles.set(person.userId, tile)
      list.append(tile.root)
      showCount()
      return tile
    },
    removeTile(userId) {
      const tile = tiles.get(userId)
      tile?.close()
      tile?.root.remove()
      tiles.delete(userId)
      showCount()
    },
    close() {
      for (const tile of tiles.values()) tile.close()
    },
  }
}
