/** The signed distance from `from` to `to` on the circle of 16-bit sequence numbers. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from + 0x8000) & 0xffff) - 0x8000
}

/** A 16-bit sequence number without the wrap: the one nearest to `reference`. */
export function unwrapSequence(reference: number, sequenceNumber: number): number {
  return reference + sequenceDistance(reference & 0xffff, sequenceNumber)
}
