/** What a client reports, as far as a forwarder uses it. Everything else in a compound packet is skipped. */
export type Feedback =
  /** `ntp` is the sender's clock, 64 bits as two numbers; `middle` its middle 32 bits, which reports echo. */
  | { readonly type: 'sender-report'; readonly ssrc: number; readonly ntpSeconds: number; readonly ntpFraction: number; readonly middle: number; readonly timestamp: number }
  | { readonly type: 'nack'; readonly ssrc: number; readonly sequenceNumbers: readonly number[] }
  /** PLI or FIR. */
  | { readonly type: 'key-frame'; readonly ssrc: number }

export interface ReportBlock {
  readonly ssrc: number
  /** In 1/256, since the last report. */
  readonly fractionLost: number
  readonly packetsLost: number
  readonly highestSequence: number
  /** In units of the RTP clock. */
  readonly jitter: number
  readonly lastSenderReport: number
  /** In 1/65536 s. */
  readonly delaySinceSenderReport: number
}

export interface SenderReport {
  readonly ssrc: number
  readonly ntpSeconds: number
  readonly ntpFraction: number
  readonly timestamp: number
  readonly packets: number
  readonly octets: number
}

const TYPE = { senderReport: 200, receiverReport: 201, description: 202, transportFeedback: 205, payloadFeedback: 206 }
const FORMAT = { nack: 1, pli: 1, fir: 4, applicationLayer: 15 }
/** One NACK entry names up to 17 packets; a packet with more entries than this is no honest request. */
const MOST_NACK_ENTRIES = 64

/** Whether a decrypted or encrypted packet on a port with RTP and RTCP is RTCP (RFC 5761, 4). */
export function isRtcp(bytes: Buffer): boolean {
  return bytes.length >= 8 && bytes[1]! >= 192 && bytes[1]! <= 223
}

/** Reads a compound packet; stops at the first part whose length is wrong. */
export function readRtcp(bytes: Buffer): Feedback[] {
  const found: Feedback[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    const end = at + 4 + bytes.readUInt16BE(at + 2) * 4
    if (bytes[at]! >> 6 !== 2 || end > bytes.length) break
    readPart(bytes.subarray(at, end), found)
    at = end
  }
  return found
}

function readPart(part: Buffer, found: Feedback[]): void {
  const format = part[0]! & 0x1f
  const type = part[1]!
  if (type === TYPE.senderReport && part.length >= 28) found.push(readSenderReport(part))
  if (part.length < 12) return
  if (type === TYPE.transportFeedback && format === FORMAT.nack) found.push(readNack(part))
  if (type === TYPE.payloadFeedback && format === FORMAT.pli) found.push({ type: 'key-frame', ssrc: part.readUInt32BE(8) })
  // A FIR names its streams in its entries; the media ssrc of its header is 0.
  if (type === TYPE.payloadFeedback && format === FORMAT.fir) {
    for (let at = 12; at + 8 <= part.length && at < 12 + 8 * 16; at += 8) found.push({ type: 'key-frame', ssrc: part.readUInt32BE(at) })
  }
}

function readSenderReport(part: Buffer): Feedback {
  const [ntpSeconds, ntpFraction] = [part.readUInt32BE(8), part.readUInt32BE(12)]
  const middle = ((ntpSeconds << 16) | (ntpFraction >>> 16)) >>> 0
  return { type: 'sender-report', ssrc: part.readUInt32BE(4), ntpSeconds, ntpFraction, middle, timestamp: part.readUInt32BE(16) }
}

function readNack(part: Buffer): Feedback {
  const sequenceNumbers: number[] = []
  const end = Math.min(part.length, 12 + MOST_NACK_ENTRIES * 4)
  for (let at = 12; at + 4 <= end; at += 4) {
    const first = part.readUInt16BE(at)
    const mask = part.readUInt16BE(at + 2)
    sequenceNumbers.push(first)
    for (let bit = 0; bit < 16; bit++) if ((mask >> bit) & 1) sequenceNumbers.push((first + bit + 1) & 0xffff)
  }
  return { type: 'nack', ssrc: part.readUInt32BE(8), sequenceNumbers }
}

/** At most 31 blocks fit. */
export function writeReceiverReport(from: number, blocks: readonly ReportBlock[]): Buffer {
  const used = blocks.slice(0, 31)
  const bytes = part(TYPE.receiverReport, used.length, 8 + used.length * 24)
  bytes.writeUInt32BE(from, 4)
  used.forEach((block, i) => {
    const at = 8 + i * 24
    bytes.writeUInt32BE(block.ssrc, at)
    bytes[at + 4] = block.fractionLost
    bytes.writeIntBE(block.packetsLost, at + 5, 3)
    bytes.writeUInt32BE(block.highestSequence, at + 8)
    bytes.writeUInt32BE(block.jitter, at + 12)
    bytes.writeUInt32BE(block.lastSenderReport, at + 16)
    bytes.writeUInt32BE(block.delaySinceSenderReport, at + 20)
  })
  return bytes
}

export function writeSenderReport(report: SenderReport): Buffer {
  const bytes = part(TYPE.senderReport, 0, 28)
  bytes.writeUInt32BE(report.ssrc, 4)
  bytes.writeUInt32BE(report.ntpSeconds, 8)
  bytes.writeUInt32BE(report.ntpFraction, 12)
  bytes.writeUInt32BE(report.timestamp, 16)
  bytes.writeUInt32BE(report.packets >>> 0, 20)
  bytes.writeUInt32BE(report.octets >>> 0, 24)
  return bytes
}

/** The canonical name, which a compound packet with a sender report has to carry. At most 255 bytes. */
export function writeDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname).subarray(0, 255)
  const bytes = part(TYPE.description, 1, 8 + Math.ceil((2 + name.length + 1) / 4) * 4)
  bytes.writeUInt32BE(ssrc, 4)
  bytes[8] = 1
  bytes[9] = name.length
  name.copy(bytes, 10)
  return bytes
}

export function writePictureLossIndication(from: number, ssrc: number): Buffer {
  const bytes = part(TYPE.payloadFeedback, FORMAT.pli, 12)
  bytes.writeUInt32BE(from, 4)
  bytes.writeUInt32BE(ssrc, 8)
  return bytes
}

/** `sequenceNumbers` ascending (on the circle); at least one. */
export function writeNack(from: number, ssrc: number, sequenceNumbers: readonly number[]): Buffer {
  const entries: { first: number; mask: number }[] = []
  for (const sequence of sequenceNumbers) {
    const last = entries.at(-1)
    const distance = last ? (sequence - last.first) & 0xffff : 0
    if (last && distance >= 1 && distance <= 16) last.mask |= 1 << (distance - 1)
    else entries.push({ first: sequence, mask: 0 })
  }
  const bytes = part(TYPE.transportFeedback, FORMAT.nack, 12 + entries.length * 4)
  bytes.writeUInt32BE(from, 4)
  bytes.writeUInt32BE(ssrc, 8)
  entries.forEach(({ first, mask }, i) => {
    bytes.writeUInt16BE(first, 12 + i * 4)
    bytes.writeUInt16BE(mask, 14 + i * 4)
  })
  return bytes
}

/** How much the publisher may send over all its streams (draft-alvestrand-rmcat-remb), bits per second. */
export function writeMaxBitrate(from: number, bitsPerSecond: number, ssrcs: readonly number[]): Buffer {
  const used = ssrcs.slice(0, 255)
  const bytes = part(TYPE.payloadFeedback, FORMAT.applicationLayer, 20 + used.length * 4)
  bytes.writeUInt32BE(from, 4)
  bytes.write('REMB', 12, 'latin1')
  let exponent = 0
  let mantissa = Math.max(0, Math.floor(bitsPerSecond))
  while (mantissa > 0x3ffff) {
    mantissa = Math.floor(mantissa / 2)
    exponent += 1
  }
  bytes[16] = used.length
  bytes[17] = (exponent << 2) | (mantissa >> 16)
  bytes.writeUInt16BE(mantissa & 0xffff, 18)
  used.forEach((ssrc, i) => bytes.writeUInt32BE(ssrc, 20 + i * 4))
  return bytes
}

function part(type: number, count: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  bytes[0] = 0x80 | count
  bytes[1] = type
  bytes.writeUInt16BE(size / 4 - 1, 2)
  return bytes
}
