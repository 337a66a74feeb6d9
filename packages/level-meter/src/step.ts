/** First frame after a step of 10 ms, counted from frame 0: steps differ by one frame at rates that are no multiple of 100. */
export function endOfStep(step: number, sampleRate: number): number {
  return Math.round((step + 1) * sampleRate / 100)
}
