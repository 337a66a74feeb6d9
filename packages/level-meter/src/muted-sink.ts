/**
 * Plays a stream into a muted, hidden media element, and returns what ends it. Chromium gives Web Audio pure silence from a
 * remote track unless an element plays it; muted is enough (crbug.com/121673, measured on Chromium 156).
 */
export function playMuted(stream: MediaStream): () => void {
  const element = new Audio()
  element.muted = true
  element.srcObject = stream
  // Muted playback needs no gesture. It rejects when the element is released before it began, which is no fault.
  element.play().catch(() => undefined)
  return () => {
    element.pause()
    element.srcObject = null
  }
}
