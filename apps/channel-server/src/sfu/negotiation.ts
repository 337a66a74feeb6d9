/**
 * The offers of a subscribing connection: one in flight, and what changes meanwhile goes into the next. A table of
 * state × input; the caller makes the offer when `offer` is true.
 */
export interface Negotiation {
  /** Of the last offer made, 0 before the first. */
  readonly offerId: number
  readonly phase: 'stable' | 'offered' | 'offered-and-changed'
}

export type NegotiationInput = 'changed' | 'answered'

export const initialNegotiation: Negotiation = { offerId: 0, phase: 'stable' }

type Step = { readonly phase: Negotiation['phase']; readonly offer: boolean }

const TABLE: Readonly<Record<Negotiation['phase'], Readonly<Record<NegotiationInput, Step>>>> = {
  'stable': { changed: { phase: 'offered', offer: true }, answered: { phase: 'stable', offer: false } },
  'offered': { changed: { phase: 'offered-and-changed', offer: false }, answered: { phase: 'stable', offer: false } },
  'offered-and-changed': { changed: { phase: 'offered-and-changed', offer: false }, answered: { phase: 'offered', offer: true } },
}

/** The next state, and whether to make an offer with its `offerId`. */
export function negotiate(state: Negotiation, input: NegotiationInput): { readonly state: Negotiation; readonly offer: boolean } {
  const { phase, offer } = TABLE[state.phase][input]
  return { state: { phase, offerId: offer ? state.offerId + 1 : state.offerId }, offer }
}

/** Whether an answer to that offer is the one that is waited for. */
export function expects(state: Negotiation, offerId: number): boolean {
  return state.phase !== 'stable' && offerId === state.offerId
}
