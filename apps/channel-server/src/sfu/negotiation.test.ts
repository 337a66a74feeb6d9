import { describe, expect, it } from 'vitest'
import { expects, initialNegotiation, negotiate, type NegotiationInput } from './negotiation.js'

describe('negotiation', () => {
  it.each<[string, NegotiationInput[], number]>([
    ['one change, one offer', ['changed'], 1],
    ['many changes while one is in flight, one more', ['changed', 'changed', 'changed', 'answered'], 2],
    ['a change after the answer, a second', ['changed', 'answered', 'changed'], 2],
    ['an answer without changes, none', ['changed', 'answered'], 1],
    ['an answer out of the blue, none', ['answered'], 0],
  ])('%s', (_, inputs, offers) => {
    let state = initialNegotiation
    let made = 0
    for (const input of inputs) {
      const step = negotiate(state, input)
      state = step.state
      if (step.offer) made += 1
    }
    expect(made).toBe(offers)
    expect(state.offerId).toBe(offers)
  })

  it('expects the answer to the last offer only', () => {
    const { state } = negotiate(initialNegotiation, 'changed')
    expect([0, 1, 2].map((offerId) => expects(state, offerId))).toEqual([false, true, false])
    expect(expects(negotiate(state, 'answered').state, 1)).toBe(false)
  })
})
