import { onUserGesture } from '../media/user-gesture.js'

let shared: AudioContext | undefined

/**
 * One AudioContext for all engines of the page: Chromium runs only about fifty, and a meter's seconds are cut alike for all of
 * one context. Made at the first call, at the device's own rate (Firefox refuses tracks of another). Nobody closes it.
 *
 * Starts as soon as the browser lets it: at once, or at the user's next gesture.
 */
export function sharedAudioContext(): AudioContext {
  if (shared !== undefined && shared.state !== 'closed') return shared
  const context = new AudioContext()
  shared = context
  keepRunning(context)
  return context
}

function keepRunning(context: AudioContext): void {
  let waiting: (() => void) | undefined
  const follow = (): void => {
    if (context.state === 'running' || context.state === 'closed') {
      waiting?.()
      waiting = undefined
    } else {
      waiting ??= onUserGesture(() => {
        waiting = undefined
        resume()
      })
    }
  }
  const resume = (): void => {
    context.resume().catch(() => undefined).finally(follow)
    follow() // resume() stays pending until a gesture allows it
  }
  context.addEventListener('statechange', follow)
  resume()
}
