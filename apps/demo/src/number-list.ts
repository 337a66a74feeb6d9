import { element, setText } from './dom.js'
import type { NumberName, Numbers } from './media-numbers.js'
import { NONE } from './media-numbers.js'
import type { Texts } from './texts.js'

/** A row of named numbers. */
export interface NumberList {
  readonly root: HTMLElement
  show(numbers: Partial<Numbers>): void
}

export function createNumberList(texts: Texts, names: readonly NumberName[]): NumberList {
  const values = new Map(names.map((name) => [name, element('dd', { 'data-number': name }, NONE)]))
  const rows = [...values].map(([name, value]) => element('div', {}, element('dt', {}, texts.numbers[name]), value))
  return {
    root: element('dl', { class: 'numbers' }, ...rows),
    show(numbers) {
      for (const [name, value] of values) setText(value, numbers[name] ?? NONE)
    },
  }
}
