import { button, element } from './dom.js'
import { isPerSecond, timeOfDay, withLine, type LogLine } from './log-lines.js'
import { summarise } from './payload-summary.js'
import type { Texts } from './texts.js'

/** The callbacks as they came, newest first. */
export interface CallbackLog {
  readonly root: HTMLElement
  add(callback: string, payload: unknown): void
}

/**
 * The log is not announced (`aria-live` off): its lines are for reading, several come every second, and what people need to know is
 * said in words by the notices.
 */
export function createCallbackLog(texts: Texts): CallbackLog {
  let lines: readonly LogLine[] = []
  let count = 0
  const items = new Map<LogLine, HTMLElement>()
  const list = element('ol')
  const empty = element('p', { class: 'hint' }, texts.log.empty)
  const log = element('div', { class: 'log-lines', role: 'log', 'aria-live': 'off', 'aria-labelledby': 'log-heading', tabindex: 0 }, empty, list)
  const perSecond = element('input', { type: 'checkbox', checked: true })
  perSecond.addEventListener('change', () => log.classList.toggle('without-per-second', !perSecond.checked))

  const show = (now: readonly LogLine[]): void => {
    const kept = new Set(now)
    for (const [line, item] of items) {
      if (kept.has(line)) continue
      item.remove()
      items.delete(line)
    }
    lines = now
    empty.hidden = now.length > 0
  }
  return {
    root: element('section', { class: 'log', 'aria-labelledby': 'log-heading' },
      element('div', { class: 'log-head' },
        element('h2', { id: 'log-heading' }, texts.log.heading),
        element('label', { class: 'check' }, perSecond, texts.log.perSecond),
        button({ class: 'plain' }, () => show([]), texts.log.clear)),
      log),
    add(callback, payload) {
      const line: LogLine = { number: count++, callback, time: timeOfDay(new Date()), summary: summarise(payload) }
      const item = lineElement(line)
      items.set(line, item)
      list.prepend(item)
      show(withLine(lines, line))
    },
  }
}

function lineElement(line: LogLine): HTMLElement {
  return element('li', { 'data-callback': line.callback, class: isPerSecond(line) ? 'per-second' : undefined },
    element('span', { class: 'time' }, line.time), ' ', element('strong', {}, line.callback), ' ', element('span', { class: 'summary' }, line.summary))
}
