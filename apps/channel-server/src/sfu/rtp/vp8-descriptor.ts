/** What a forwarder needs of a VP8 payload descriptor (RFC 7741, 4.2). */
export interface Vp8Descriptor {
  /** The first packet of a key frame. */
  readonly startsKeyFrame: boolean
  /** Offsets within the payload, -1 when absent. */
  readonly pictureIdAt: number
  readonly pictureIdBits: 7 | 15
  readonly tl0PicIdxAt: number
}

/** `null` when the payload is too short for its own descriptor. */
export function readVp8(payload: Buffer): Vp8Descriptor | null {
  if (payload.length < 2) return null
  const first = payload[0]!
  let at = 1
  let pictureIdAt = -1
  let pictureIdBits: 7 | 15 = 7
  let tl0PicIdxAt = -1
  if (first & 0x80) {
    const flags = payload[at++]!
    if (flags & 0x80) {
      pictureIdAt = at
      if ((payload[at] ?? 0) & 0x80) pictureIdBits = 15
      at += pictureIdBits === 15 ? 2 : 1
    }
    if (flags & 0x40) tl0PicIdxAt = at++
    if (flags & 0x30) at++
  }
  if (at >= payload.length) return null
  // S = 1 and partition 0: a frame begins; then the VP8 header's first bit is 0 for a key frame.
  const startsFrame = (first & 0x10) !== 0 && (first & 0x0f) === 0
  return { startsKeyFrame: startsFrame && (payload[at]! & 1) === 0, pictureIdAt, pictureIdBits, tl0PicIdxAt }
}

/** The picture id (as 15 bits, or the 7 that are there), `null` when absent. */
export function pictureIdOf(payload: Buffer, descriptor: Vp8Descriptor): number | null {
  if (descriptor.pictureIdAt < 0) return null
  return descriptor.pictureIdBits === 15 ? payload.readUInt16BE(descriptor.pictureIdAt) & 0x7fff : payload[descriptor.pictureIdAt]! & 0x7f
}

/**
 * Keeps picture id and TL0PICIDX running on across layer switches: each layer counts for itself, and a decoder that sees
 * them jump back drops frames as old. `restart` is called with the first payload of a new layer.
 */
export class Vp8Rewriter {
  #pictureIdOffset = 0
  #tl0Offset = 0
  #lastPictureId: number | null = null
  #lastTl0: number | null = null

  restart(payload: Buffer, descriptor: Vp8Descriptor): void {
    const pictureId = pictureIdOf(payload, descriptor)
    if (pictureId !== null && this.#lastPictureId !== null) this.#pictureIdOffset = (this.#lastPictureId + 1 - pictureId) & 0x7fff
    if (descriptor.tl0PicIdxAt >= 0 && this.#lastTl0 !== null) this.#tl0Offset = (this.#lastTl0 + 1 - payload[descriptor.tl0PicIdxAt]!) & 0xff
  }

  /** The same buffer when nothing has to change, else a changed copy: the original goes to other subscribers too. */
  rewrite(payload: Buffer, descriptor: Vp8Descriptor): Buffer {
    const pictureId = pictureIdOf(payload, descriptor)
    const tl0 = descriptor.tl0PicIdxAt < 0 ? null : payload[descriptor.tl0PicIdxAt]!
    const bits = descriptor.pictureIdBits === 15 ? 0x7fff : 0x7f
    const newPictureId = pictureId === null ? null : (pictureId + this.#pictureIdOffset) & bits
    const newTl0 = tl0 === null ? null : (tl0 + this.#tl0Offset) & 0xff
    // A late packet must not turn the clock back.
    if (newPictureId !== null && isLater(this.#lastPictureId, newPictureId, bits)) this.#lastPictureId = newPictureId
    if (newTl0 !== null && isLater(this.#lastTl0, newTl0, 0xff)) this.#lastTl0 = newTl0
    if (newPictureId === pictureId && newTl0 === tl0) return payload

    const copy = Buffer.from(payload)
    if (newPictureId !== null && bits === 0x7fff) copy.writeUInt16BE(0x8000 | newPictureId, descriptor.pictureIdAt)
    else if (newPictureId !== null) copy[descriptor.pictureIdAt] = newPictureId
    if (newTl0 !== null) copy[descriptor.tl0PicIdxAt] = newTl0
    return copy
  }
}

function isLater(last: number | null, next: number, mask: number): boolean {
  return last === null || ((next - last) & mask) < (mask + 1) / 2
}
