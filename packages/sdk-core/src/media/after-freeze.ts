/** Plays on after a freeze what played before it: Chromium pauses an element with a stream when it freezes the page, and leaves it so. */
export function playAfterFreeze(element: HTMLMediaElement, play: () => void, signal: AbortSignal): void {
  document.addEventListener('freeze', () => {
    if (!element.paused) document.addEventListener('resume', play, { once: true, signal })
  }, { signal })
}
