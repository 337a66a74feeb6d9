/** First frame after a step of 10 ms, counted from frame 0: steps differ by one frame at rates that are no multiple of 100. */
export function endOfStep(step: number, sampleRate: number): number {
  return Math.round((step + 1) * sampleRate / 100)
}

/** The step that a frame lies in. */
export function stepAt(frame: number, sampleRate: number): number {
  let step = Math.floor(frame * 100 / sampleRate)
  while (endOfStep(step, sampleRate) <= frame) step++
  return step
}
