/** A received RTP packet (RFC 3550): the bytes and where things are in them. */
export interface RtpPacket {
  readonly bytes: Buffer
  readonly marker: boolean
  readonly payloadType: number
  readonly sequenceNumber: number
  readonly timestamp: number
  readonly ssrc: number
  readonly payloadStart: number
  /** Before the padding; equal to `payloadStart` in a packet that only probes for bandwidth. */
  readonly payloadEnd: number
  /** The header extensions (RFC 8285), both 0 without any. */
  readonly extensionsStart: number
  readonly extensionsEnd: number
  readonly twoByteExtensions: boolean
}

const FIXED = 12
const ONE_BYTE_PROFILE = 0xbede

/** `null` when it is not an RTP packet or its lengths contradict each other. */
export function readRtp(bytes: Buffer): RtpPacket | null {
  if (bytes.length < FIXED || bytes[0]! >> 6 !== 2) return null
  let payloadStart = FIXED + (bytes[0]! & 0x0f) * 4
  let extensionsStart = 0
  let extensionsEnd = 0
  let twoByteExtensions = false
  if (bytes[0]! & 0x10) {
    if (bytes.length < payloadStart + 4) return null
    const profile = bytes.readUInt16BE(payloadStart)
    extensionsStart = payloadStart + 4
    extensionsEnd = extensionsStart + bytes.readUInt16BE(payloadStart + 2) * 4
    payloadStart = extensionsEnd
    twoByteExtensions = profile >> 4 === 0x100
    if (profile !== ONE_BYTE_PROFILE && !twoByteExtensions) extensionsStart = extensionsEnd = 0
  }
  const padding = bytes[0]! & 0x20 ? bytes[bytes.length - 1]! : 0
  const payloadEnd = bytes.length - padding
  if (payloadStart > payloadEnd) return null
  return {
    bytes,
    marker: (bytes[1]! & 0x80) !== 0,
    payloadType: bytes[1]! & 0x7f,
    sequenceNumber: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payloadStart, payloadEnd, extensionsStart, extensionsEnd, twoByteExtensions,
  }
}

/** The value of one header extension, `null` when the packet has none with that id. */
export function extensionOf(packet: RtpPacket, id: number): Buffer | null {
  const { bytes, extensionsEnd: end, twoByteExtensions } = packet
  for (let at = packet.extensionsStart; at < end;) {
    const first = bytes[at]!
    if (first === 0) {
      at += 1
      continue
    }
    const found = twoByteExtensions ? first : first >> 4
    if (!twoByteExtensions && found === 15) return null
    const size = twoByteExtensions ? bytes[at + 1] ?? 0 : (first & 0x0f) + 1
    const start = at + (twoByteExtensions ? 2 : 1)
    if (start + size > end) return null
    if (found === id) return bytes.subarray(start, start + size)
    at = start + size
  }
  return null
}

export interface RtpHeaderFields {
  readonly marker: boolean
  readonly payloadType: number
  readonly sequenceNumber: number
  readonly timestamp: number
  readonly ssrc: number
}

/** A header with at most one extension of one byte: nothing else of a publisher's header reaches a subscriber. */
export function writeRtpHeader(fields: RtpHeaderFields, extensionId = 0, extensionValue = 0): Buffer {
  const bytes = Buffer.allocUnsafe(extensionId ? FIXED + 8 : FIXED)
  bytes[0] = extensionId ? 0x90 : 0x80
  bytes[1] = (fields.marker ? 0x80 : 0) | fields.payloadType
  bytes.writeUInt16BE(fields.sequenceNumber, 2)
  bytes.writeUInt32BE(fields.timestamp, 4)
  bytes.writeUInt32BE(fields.ssrc, 8)
  if (extensionId) {
    bytes.writeUInt32BE((ONE_BYTE_PROFILE << 16 | 1) >>> 0, FIXED)
    bytes.writeUInt32BE((extensionId << 28 | extensionValue << 16) >>> 0, FIXED + 4)
  }
  return bytes
}
