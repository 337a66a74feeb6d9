/**
 * The offers of a subscribing connection: one in flight. A table of state × input; the caller makes the offer that a step
 * asks for. What changes meanwhile goes into the next: after an answer the caller compares what it offered with what it has.
 */
export interface Negotiation {
  /** Of the last offer made, 0 before the first. */
  readonly offerId: number
  readonly phase: 'stable' | 'offered' | 'offered-and-restarting'
}

/** What is carried differs from what was offered; new ICE credentials are wanted; the offer in flight was answered. */
export type NegotiationInput = 'changed' | 'restart' | 'answered'

/** `restart`: an offer with new ICE credentials. */
export type OfferToMake = 'none' | 'plain' | 'restart'

export const initialNegotiation: Negotiation = { offerId: 0, phase: 'stable' }

type Step = { readonly phase: Negotiation['phase']; readonly offer: OfferToMake }

const TABLE: Readonly<Record<Negotiation['phase'], Readonly<Record<NegotiationInput, Step>>>> = {
  'stable': {
    changed: { phase: 'offered', offer: 'plain' },
    restart: { phase: 'offered', offer: 'restart' },
    answered: { phase: 'stable', offer: 'none' },
  },
  'offered': {
    changed: { phase: 'offered', offer: 'none' },
    restart: { phase: 'offered-and-restarting', offer: 'none' },
    answered: { phase: 'stable', offer: 'none' },
  },
  'offered-and-restarting': {
    changed: { phase: 'offered-and-restarting', offer: 'none' },
    restart: { phase: 'offered-and-restarting', offer: 'none' },
    answered: { phase: 'offered', offer: 'restart' },
  },
}

/** The next state, and which offer to make with its `offerId`. */
export function negotiate(state: Negotiation, input: NegotiationInput): { readonly state: Negotiation; readonly offer: OfferToMake } {
  const { phase, offer } = TABLE[state.phase][input]
  return { state: { phase, offerId: offer === 'none' ? state.offerId : state.offerId + 1 }, offer }
}

/** Whether an answer to that offer is the one that is waited for. */
export function expects(state: Negotiation, offerId: number): boolean {
  return state.phase !== 'stable' && offerId === state.offerId
}
