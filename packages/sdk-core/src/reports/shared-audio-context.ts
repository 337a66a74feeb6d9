import { onUserGesture } from '../media/user-gesture.js'

let shared: AudioContext | undefined

/**
 * One AudioContext for all engines of the page: Chromium runs only about fifty, and a meter's seconds are cut alike for all of
 * one context. Made at the first call, at the device's own rate (Firefox refuses tracks of another). Nobody closes it.
 *
 * Runs as soon as the browser lets it: at once, or at the user's next gesture; and again after an interruption (a call on
 * iOS): when it ends, when the page comes back, or at the next gesture.
 */
export function sharedAudioContext(): AudioContext {
  if (shared !== undefined && shared.state !== 'closed') return shared
  const context = new AudioContext()
  shared = context
  keepRunning(context)
  return context
}

function keepRunning(context: AudioContext): void {
  let forget: (() => void) | undefined
  const follow = (): void => {
    forget?.()
    forget = undefined
    if (context.state === 'running' || context.state === 'closed') return
    forget = onUserGesture(follow, true)
    context.resume().catch(() => undefined) // pending until a gesture allows it; refused while interrupted
  }
  context.addEventListener('statechange', follow)
  follow()
}
