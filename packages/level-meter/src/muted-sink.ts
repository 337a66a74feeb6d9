/**
 * Plays a stream into a muted, hidden media element, and returns what ends it. Chromium gives Web Audio pure silence from a
 * remote track unless an element plays it; muted is enough (crbug.com/121673, measured on Chromium 156).
 */
export function playMuted(stream: MediaStream): () => void {
  const element = new Audio()
  element.muted = true
  element.srcObject = stream
  // Muted playback needs no gesture. It rejects when the element is released before it began, which is no fault.
  const play = (): void => { element.play().catch(() => undefined) }
  // Chromium pauses it when it freezes the page and leaves it so: the track would be silent from then on.
  element.onpause = play
  play()
  return () => {
    element.onpause = null
    element.pause()
    element.srcObject = null
  }
}
