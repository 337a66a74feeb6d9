import { button, element, setText } from './dom.js'
import { icon } from './icons.js'
import { channelFault, type PageUrl } from './page-url.js'
import type { Texts } from './texts.js'

export interface JoinFormOptions {
  readonly texts: Texts
  readonly page: PageUrl
  /** False: microphone and worklet are refused by the browser, so that joining is pointless. */
  readonly secure: boolean
  /** After every change of a field. */
  onChange(page: PageUrl): void
  onJoin(): void
  onCopyLink(): void
}

export interface JoinForm {
  readonly root: HTMLElement
  readonly heading: HTMLElement
  setBusy(busy: boolean): void
  /** Whether everything is filled in; says at the fields what is not, and goes to the first of them. */
  validate(): boolean
}

export function createJoinForm({ texts, page, secure, onChange, onJoin, onCopyLink }: JoinFormOptions): JoinForm {
  const words = texts.form
  const channel = textField({ id: 'channel', label: words.channel, help: words.channelHelp, value: page.channel, autocomplete: 'off' })
  const name = textField({ id: 'name', label: words.name, help: words.nameHelp, value: page.name, autocomplete: 'nickname' })
  const processing = element('input', { type: 'checkbox', id: 'processing', checked: page.audioProcessing, 'aria-describedby': 'processing-help' })
  const join = element('button', { type: 'submit', class: 'primary', disabled: !secure, 'aria-describedby': secure ? undefined : 'insecure' }, words.join)
  const heading = element('h1', { tabindex: -1 }, words.heading)

  const current = (): PageUrl => ({ ...page, channel: channel.input.value.trim(), name: name.input.value.trim(), audioProcessing: processing.checked })
  const validate = (): boolean => {
    const fault = channelFault(channel.input.value.trim())
    channel.showFault(fault === 'empty' ? texts.faults.channelEmpty : fault ? texts.faults.channelMalformed : '')
    name.showFault(name.input.value.trim() ? '' : texts.faults.nameEmpty)
    const wrong = [channel, name].find((field) => field.faulty)
    wrong?.input.focus()
    return wrong === undefined
  }
  const form = element('form', { class: 'card', novalidate: true, 'aria-labelledby': 'form-heading' },
    heading, channel.root, name.root,
    element('div', { class: 'field' },
      element('label', { class: 'check', for: 'processing' }, processing, words.processing),
      element('p', { class: 'hint', id: 'processing-help' }, words.processingHelp)),
    ...(secure ? [] : [element('p', { class: 'notice warning', id: 'insecure' }, words.insecure)]),
    element('div', { class: 'actions' }, join, button({ class: 'secondary' }, onCopyLink, icon('link'), words.copyLink)))
  heading.id = 'form-heading'
  form.addEventListener('input', () => onChange(current()))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (secure && !join.disabled && validate()) onJoin()
  })
  return {
    root: form,
    heading,
    validate,
    setBusy(busy) {
      join.disabled = busy || !secure
      setText(join, busy ? words.joining : words.join)
    },
  }
}

interface TextField {
  readonly root: HTMLElement
  readonly input: HTMLInputElement
  readonly faulty: boolean
  /** '' takes the fault away. */
  showFault(text: string): void
}

function textField({ id, label, help, value, autocomplete }: Readonly<Record<'id' | 'label' | 'help' | 'value' | 'autocomplete', string>>): TextField {
  const input = element('input', {
    type: 'text', id, value, autocomplete, maxlength: 64, spellcheck: 'false', autocapitalize: 'off', required: true, 'aria-describedby': `${id}-help ${id}-fault`,
  })
  const fault = element('p', { class: 'fault', id: `${id}-fault` })
  const showFault = (text: string): void => {
    setText(fault, text)
    if (text) input.setAttribute('aria-invalid', 'true')
    else input.removeAttribute('aria-invalid')
  }
  input.addEventListener('input', () => showFault(''))
  return {
    root: element('div', { class: 'field' }, element('label', { for: id }, label), input, fault, element('p', { class: 'hint', id: `${id}-help` }, help)),
    input,
    showFault,
    get faulty() { return input.hasAttribute('aria-invalid') },
  }
}
