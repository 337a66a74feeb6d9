import { button, element } from './dom.js'
import { icon, type IconName } from './icons.js'
import type { Texts } from './texts.js'

/** Whether a button is pressed, and whether it can be. */
export interface ToggleState {
  readonly pressed: boolean
  readonly enabled: boolean
}

export interface ControlActions {
  toggleMicrophone(): void
  toggleCamera(): void
  toggleScreen(): void
  leave(): void
}

/** The buttons below the tiles. Their names stay the same, `aria-pressed` tells the state. */
export interface Controls {
  readonly root: HTMLElement
  showMicrophone(state: ToggleState): void
  showCamera(state: ToggleState): void
  showScreen(state: ToggleState): void
}

export function createControls(texts: Texts, actions: ControlActions): Controls {
  const microphone = toggle(texts.call.muteMicrophone, 'microphone', 'microphone-off', () => actions.toggleMicrophone())
  const camera = toggle(texts.call.muteCamera, 'camera', 'camera-off', () => actions.toggleCamera())
  const screen = toggle(texts.call.shareScreen, 'screen', 'screen', () => actions.toggleScreen())
  const leave = button({ class: 'control leave' }, () => actions.leave(), icon('leave'), element('span', {}, texts.call.leave))
  return {
    root: element('div', { class: 'controls', role: 'group', 'aria-label': texts.call.controls }, microphone.root, camera.root, screen.root, leave),
    showMicrophone: microphone.show,
    showCamera: camera.show,
    showScreen: screen.show,
  }
}

function toggle(label: string, off: IconName, on: IconName, onClick: () => void): { readonly root: HTMLElement; show(state: ToggleState): void } {
  const root = button({ class: 'control' }, onClick)
  const show = ({ pressed, enabled }: ToggleState): void => {
    root.setAttribute('aria-pressed', String(pressed))
    root.disabled = !enabled
    root.replaceChildren(icon(pressed ? on : off), element('span', {}, label))
  }
  show({ pressed: false, enabled: false })
  return { root, show }
}
