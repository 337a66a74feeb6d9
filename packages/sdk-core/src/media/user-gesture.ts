const gestures: readonly string[] = ['pointerup', 'keydown', 'touchend']
/** The page is there again: out of a hidden tab, a freeze, the back/forward cache. */
const returns: readonly string[] = ['visibilitychange', 'resume', 'pageshow']

/**
 * Calls once at the user's next click, tap or key, which is when browsers allow sound; `orReturn`: also when the page comes
 * back. Call the result to stop waiting.
 */
export function onUserGesture(listener: () => void, orReturn = false): () => void {
  const stop = new AbortController()
  const once = ({ type }: Event): void => {
    const activation = navigator.userActivation as UserActivation | undefined // Safari has it since 16.4
    // Escape and Shift are keys and no activation: what was refused would be refused again
    if (gestures.includes(type) && activation && !activation.isActive) return
    stop.abort()
    listener()
  }
  for (const type of orReturn ? [...gestures, ...returns] : gestures) addEventListener(type, once, { signal: stop.signal, capture: true })
  return () => { stop.abort() }
}
