import { describe, expect, it } from 'vitest'
import { expects, initialNegotiation, negotiate, type NegotiationInput, type OfferToMake } from './negotiation.js'

describe('negotiation', () => {
  it.each<[string, NegotiationInput[], OfferToMake[]]>([
    ['one change, one offer', ['changed'], ['plain']],
    ['changes while one is in flight, none until its answer', ['changed', 'changed', 'changed', 'answered'], ['plain']],
    ['a change that is still there after the answer, a second', ['changed', 'changed', 'answered', 'changed'], ['plain', 'plain']],
    ['an answer out of the blue, none', ['answered'], []],
    ['a restart, one at once', ['restart'], ['restart']],
    ['a restart while one is in flight, one more with its answer', ['changed', 'restart', 'answered'], ['plain', 'restart']],
    ['restarts and changes meanwhile, one for all', ['changed', 'restart', 'changed', 'restart', 'answered', 'answered'], ['plain', 'restart']],
    ['a restart while one is in flight for a restart, another', ['restart', 'restart', 'answered'], ['restart', 'restart']],
  ])('%s', (_, inputs, offers) => {
    let state = initialNegotiation
    const made: OfferToMake[] = []
    for (const input of inputs) {
      const step = negotiate(state, input)
      state = step.state
      if (step.offer !== 'none') made.push(step.offer)
    }
    expect(made).toEqual(offers)
    expect(state.offerId).toBe(offers.length)
  })

  it('expects the answer to the last offer only', () => {
    const { state } = negotiate(initialNegotiation, 'changed')
    expect([0, 1, 2].map((offerId) => expects(state, offerId))).toEqual([false, true, false])
    expect(expects(negotiate(state, 'answered').state, 1)).toBe(false)
  })
})
