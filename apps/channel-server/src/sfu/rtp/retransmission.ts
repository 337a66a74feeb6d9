import type { RtpPacket } from './rtp-packet.js'

/** RTX (RFC 4588): a packet goes again as a stream of its own, its old sequence number in front of its payload. */
export interface RetransmissionStream {
  readonly payloadType: number
  readonly ssrc: number
}

/** What goes out for a packet that was sent as `header` (with its extensions) and `payload`. */
export function wrapRetransmission(header: Buffer, payload: Buffer, { payloadType, ssrc }: RetransmissionStream, sequenceNumber: number): { readonly header: Buffer; readonly payload: Buffer } {
  const own = Buffer.from(header)
  own[1] = (header[1]! & 0x80) | payloadType
  own.writeUInt16BE(sequenceNumber, 2)
  own.writeUInt32BE(ssrc, 8)
  return { header: own, payload: Buffer.concat([header.subarray(2, 4), payload]) }
}

/** The packet that was sent again, as it was in its `original` stream, in the same bytes; `null` when there is none in it, as in one that only probes for bandwidth. */
export function unwrapRetransmission(packet: RtpPacket, original: RetransmissionStream): RtpPacket | null {
  const payloadStart = packet.payloadStart + 2
  if (payloadStart > packet.payloadEnd) return null
  return { ...packet, ...original, sequenceNumber: packet.bytes.readUInt16BE(packet.payloadStart), payloadStart }
}
