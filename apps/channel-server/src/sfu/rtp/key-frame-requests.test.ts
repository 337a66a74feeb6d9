import { describe, expect, it } from 'vitest'
import { askIfDue, gotKeyFrame, KEY_FRAME_LONGEST_PAUSE_MS, KEY_FRAME_PAUSE_MS, noKeyFrameRequests, wantKeyFrame, type KeyFrameRequests } from './key-frame-requests.js'

/** Asks every 10 ms from `from` to `to` and gives the times at which a request went out. */
function run(state: KeyFrameRequests, from: number, to: number): { readonly asked: number[]; readonly state: KeyFrameRequests } {
  const asked: number[] = []
  let current = state
  for (let now = from; now <= to; now += 10) {
    const step = askIfDue(current, now)
    current = step.state
    if (step.ask) asked.push(now)
  }
  return { asked, state: current }
}

describe('key frame requests', () => {
  it('asks for nothing that nobody wants', () => expect(run(noKeyFrameRequests, 0, 5000).asked).toEqual([]))

  it('asks at once, then again and again, more and more rarely', () => {
    const { asked } = run(wantKeyFrame(noKeyFrameRequests, 1000), 1000, 10_000)
    expect(asked.slice(0, 2)).toEqual([1000, 1000 + KEY_FRAME_PAUSE_MS])
    const pauses = asked.slice(1).map((at, i) => at - asked[i]!)
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    // 10 ms: the grid of the loop above.
    expect(Math.max(...pauses)).toBeLessThanOrEqual(KEY_FRAME_LONGEST_PAUSE_MS + 10)
    expect(asked.length).toBeGreaterThan(6)
  })

  it('stops when it has come', () => {
    const { state } = run(wantKeyFrame(noKeyFrameRequests, 0), 0, 100)
    expect(run(gotKeyFrame(state), 110, 5000).asked).toEqual([])
  })

  it('keeps a wish that comes during the pause, and asks at its end', () => {
    const { state } = run(wantKeyFrame(noKeyFrameRequests, 0), 0, 50)
    expect(run(wantKeyFrame(gotKeyFrame(state), 60), 60, 600).asked[0]).toBe(KEY_FRAME_PAUSE_MS)
  })

  it('asks soon again for somebody new, however rare the repetitions have become', () => {
    const { state, asked } = run(wantKeyFrame(noKeyFrameRequests, 0), 0, 8000)
    const next = run(wantKeyFrame(state, 8010), 8010, 9000).asked[0]!
    expect(next).toBeLessThanOrEqual(Math.max(8010, asked.at(-1)! + KEY_FRAME_PAUSE_MS) + 10)
  })
})
