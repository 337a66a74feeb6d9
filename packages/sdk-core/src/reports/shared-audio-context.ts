import { onUserGesture } from '../media/user-gesture.js'

/** An AudioContext that runs, or will as soon as it may, until it is released. */
export interface HeldAudioContext {
  readonly context: AudioContext
  /** May be called more than once. */
  release(): void
}

let shared: SharedAudioContext | undefined

/**
 * The app's own, which runs when the app says so; or one for all engines of the page, since Chromium runs only about fifty, and a
 * meter's seconds are cut alike for all of one context. Made at the first call, at the device's own rate (Firefox refuses tracks of
 * another). Nobody closes it.
 *
 * While it is held it runs as soon as the browser lets it: at once, or at the user's next gesture; and again after an interruption
 * (a call on iOS): when it ends, when the page comes back, or at the next gesture. While nobody holds it, it is suspended: a running
 * context costs power, and Chromium keeps every track that was connected to it.
 */
export function holdAudioContext(own?: AudioContext): HeldAudioContext {
  if (own !== undefined) return { context: own, release: () => undefined }
  if (shared === undefined || shared.context.state === 'closed') shared = new SharedAudioContext()
  return shared.hold()
}

class SharedAudioContext {
  readonly context: AudioContext = new AudioContext()
  readonly #holds = new Set<HeldAudioContext>()
  #stopWaiting: (() => void) | undefined

  constructor() {
    this.context.addEventListener('statechange', () => { this.#follow() })
  }

  hold(): HeldAudioContext {
    const held: HeldAudioContext = {
      context: this.context,
      release: () => {
        this.#holds.delete(held)
        queueMicrotask(() => { this.#follow() }) // whoever ends one meter to begin another holds it again by then
      },
    }
    this.#holds.add(held)
    this.#follow()
    return held
  }

  /** Once more when the state has changed: what was asked for before may have crossed this. */
  #follow(): void {
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
    const { context } = this
    if (context.state === 'closed' || (context.state === 'running') === this.#holds.size > 0) return
    if (this.#holds.size === 0) return void context.suspend().catch(() => undefined) // closed meanwhile
    this.#stopWaiting = onUserGesture(() => { this.#follow() }, true)
    context.resume().catch(() => undefined) // pending until a gesture allows it; refused while interrupted
  }
}
