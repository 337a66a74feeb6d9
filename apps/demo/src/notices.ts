import { button, element } from './dom.js'

export interface Notice {
  readonly tone: 'error' | 'warning' | 'info'
  readonly text: string
  readonly action?: { readonly label: string; run(): void }
  /** With a button that takes it away; default true. */
  readonly dismissable?: boolean
}

/** The messages above the page, at most one per key, and a voice for those who listen to it. */
export interface Notices {
  readonly root: HTMLElement
  show(key: string, notice: Notice): void
  /** Whether it was shown. */
  clear(key: string): boolean
  clearAll(): void
  /** Says a change aloud without showing it: the picture shows it already. */
  say(text: string): void
}

export function createNotices(texts: { readonly dismiss: string }): Notices {
  const shown = new Map<string, HTMLElement>()
  const voice = element('p', { role: 'status', class: 'visually-hidden' })
  const list = element('div', { class: 'notices' })

  const clear = (key: string): boolean => {
    shown.get(key)?.remove()
    return shown.delete(key)
  }
  return {
    root: element('div', {}, voice, list),
    show(key, notice) {
      clear(key)
      const made = noticeElement(notice, texts.dismiss, () => { clear(key) })
      shown.set(key, made)
      list.append(made)
    },
    clear,
    clearAll: () => { for (const key of shown.keys()) clear(key) },
    say: (text) => { voice.textContent = text },
  }
}

function noticeElement({ tone, text, action, dismissable = true }: Notice, dismiss: string, close: () => void): HTMLElement {
  const made = element('div', { class: `notice ${tone}`, role: tone === 'error' ? 'alert' : 'status' }, element('p', {}, text))
  if (action) made.append(button({ class: 'secondary' }, () => action.run(), action.label))
  if (dismissable) made.append(button({ class: 'plain', 'aria-label': dismiss }, close, '✕'))
  return made
}
