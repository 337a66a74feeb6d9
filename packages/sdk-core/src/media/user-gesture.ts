const gestures = ['pointerup', 'keydown', 'touchend'] as const

/** Calls once at the user's next click, tap or key, which is when browsers allow sound. Call the result to stop waiting. */
export function onUserGesture(listener: () => void): () => void {
  const stop = new AbortController()
  const once = (): void => {
    stop.abort()
    listener()
  }
  for (const gesture of gestures) document.addEventListener(gesture, once, { signal: stop.signal, capture: true })
  return () => { stop.abort() }
}
