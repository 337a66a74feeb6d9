import type { IncomingLayer, IncomingSource, PacketSink } from './incoming-source.js'
import { chooseLayer } from './rtp/layer-choice.js'
import { wrapRetransmission, type RetransmissionStream } from './rtp/retransmission.js'
import { writeDescription, writeSenderReport } from './rtp/rtcp.js'
import { extensionOf, writeRtpHeader, type RtpPacket } from './rtp/rtp-packet.js'
import { RtpRewriter } from './rtp/rtp-rewriter.js'
import { SentPackets } from './rtp/sent-packets.js'
import { Vp8Rewriter, type Vp8Descriptor } from './rtp/vp8-descriptor.js'
import { CODECS, OFFERED_AUDIO_LEVEL_ID } from './sdp/codecs.js'
import type { SecureTransport } from './secure-transport.js'
import type { Consumer } from './sfu-engine.js'

export interface SendingCounters {
  packetsForwarded: number
  bytesForwarded: number
  packetsRetransmitted: number
}

export interface OutgoingConsumerOptions {
  readonly source: IncomingSource
  readonly consumer: Consumer
  readonly ssrc: number
  /** Of the RTX stream; null for a kind that has none. */
  readonly rtxSsrc: number | null
  /** Below 2^15; of both streams. */
  readonly firstSequenceNumber: number
  readonly transport: SecureTransport
  readonly now: () => number
  readonly counters: SendingCounters
  readonly onLayer: (rid: string) => void
  readonly onEnd: () => void
}

// Powers of two, so that the ring survives the wrap of sequence numbers; about a second of media each.
const REMEMBERED = { audio: 64, video: 256 } as const

/** To be sent again: over RTX as a new packet, which takes it in the clear, else the very same bytes, which is safe with SRTP and costs nothing. */
type Sent = { readonly header: Buffer; readonly payload: Buffer } | Buffer

/** One source on its way to one client. */
export class OutgoingConsumer implements PacketSink {
  readonly source: IncomingSource
  readonly ssrc: number
  readonly rtxSsrc: number | null
  readonly streamId: string
  readonly trackId: string
  readonly #options: OutgoingConsumerOptions
  readonly #rewriter: RtpRewriter
  readonly #vp8 = new Vp8Rewriter()
  readonly #sent: SentPackets<Sent>
  #rtx: RetransmissionStream | null = null
  #rtxSequenceNumber: number
  #wanted: string | undefined
  #current: IncomingLayer | null = null
  #target: IncomingLayer | null = null
  #flowing = false
  #lastSentAt = 0
  #packets = 0
  #octets = 0

  constructor(options: OutgoingConsumerOptions) {
    this.#options = options
    this.source = options.source
    this.ssrc = options.ssrc
    this.rtxSsrc = options.rtxSsrc
    this.#rtxSequenceNumber = options.firstSequenceNumber
    this.streamId = options.consumer.streamId
    this.trackId = options.consumer.trackId
    this.#wanted = options.consumer.layer
    this.#rewriter = new RtpRewriter(options.firstSequenceNumber)
    this.#sent = new SentPackets(REMEMBERED[options.source.kind])
    this.source.sinks.add(this)
  }

  /**
   * The client has agreed to the section, or will not have it. Nothing is sent before: it would not know whose it is. Without an `rtxPayloadType`
   * in its answer, packets are sent again in the stream itself.
   */
  setFlowing(flowing: boolean, rtxPayloadType: number | null): void {
    this.#rtx = this.rtxSsrc === null || rtxPayloadType === null ? null : { ssrc: this.rtxSsrc, payloadType: rtxPayloadType }
    if (flowing === this.#flowing) return
    this.#flowing = flowing
    this.#current = null
    this.#target = null
    this.chooseLayer()
  }

  setWanted(layer: string | undefined): void {
    this.#wanted = layer
    this.chooseLayer()
  }

  /** The client lost its picture. */
  keyFrameAsked(): void {
    if (this.#flowing && this.source.kind === 'video') this.#current?.wantKeyFrame(this.#options.now())
  }

  resend(sequenceNumbers: readonly number[]): void {
    const now = this.#options.now()
    for (const sequenceNumber of sequenceNumbers) {
      const sent = this.#sent.take(sequenceNumber, now)
      const packet = sent && (Buffer.isBuffer(sent) ? sent : this.#retransmission(sent))
      if (!packet) continue
      this.#options.transport.send(packet)
      this.#options.counters.packetsRetransmitted += 1
    }
  }

  /**
   * Looks which layer to go for; to be called now and then, because layers fall silent. None while nobody can be reached: numbers that are used up
   * unsent would leave the client's guess of the SRTP rollover counter behind, and the next picture has to begin with a key frame anyway.
   */
  chooseLayer(): void {
    if (!this.#flowing) return
    if (!this.#options.transport.connected) {
      this.#current = this.#target = null
      return
    }
    const now = this.#options.now()
    const { layers, kind } = this.source
    const rid = chooseLayer([...layers.values()], this.#wanted, this.#current?.rid ?? this.#target?.rid ?? null, now)
    const target = rid === null ? null : layers.get(rid) ?? null
    if (target === this.#target) return
    this.#target = target
    if (target && target !== this.#current && kind === 'video') target.wantKeyFrame(now)
  }

  onNewLayer(): void {
    this.chooseLayer()
  }

  onPacket(layer: IncomingLayer, packet: RtpPacket, vp8: Vp8Descriptor | null): void {
    if (!this.#flowing) return
    if (layer !== this.#current) {
      const mayStart = layer === this.#target && packet.payloadEnd > packet.payloadStart && (this.source.kind === 'audio' || vp8?.startsKeyFrame === true)
      if (!mayStart) return
      this.#start(layer, packet, vp8)
    }
    if (packet.payloadEnd === packet.payloadStart) this.#rewriter.omit(packet.sequenceNumber)
    else this.#forward(packet, vp8)
  }

  /** The publisher's clock goes through unchanged, so that all streams of one user stay in step with each other. */
  onSenderReport(layer: IncomingLayer): void {
    const report = layer.senderReport
    if (!report || layer !== this.#current || !this.#flowing || this.#packets === 0) return
    const timestamp = (report.timestamp + this.#rewriter.timestampOffset) >>> 0
    this.#options.transport.sendRtcp(Buffer.concat([
      writeSenderReport({ ssrc: this.ssrc, ntpSeconds: report.ntpSeconds, ntpFraction: report.ntpFraction, timestamp, packets: this.#packets, octets: this.#octets }),
      writeDescription(this.ssrc, this.streamId),
    ]))
  }

  onEnd(): void {
    this.close()
    this.#options.onEnd()
  }

  close(): void {
    this.#flowing = false
    this.#current = this.#target = null
    this.source.sinks.delete(this)
  }

  #start(layer: IncomingLayer, packet: RtpPacket, vp8: Vp8Descriptor | null): void {
    const elapsedMs = this.#packets === 0 ? 0 : this.#options.now() - this.#lastSentAt
    this.#rewriter.restart(packet.sequenceNumber, packet.timestamp, elapsedMs * CODECS[this.source.kind].clockRate / 1000)
    if (vp8) this.#vp8.restart(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd), vp8)
    this.#current = layer
    if (layer.rid !== '') this.#options.onLayer(layer.rid)
    this.onSenderReport(layer)
  }

  #forward(packet: RtpPacket, vp8: Vp8Descriptor | null): void {
    const { transport, counters } = this.#options
    const rewritten = this.#rewriter.rewrite(packet.sequenceNumber, packet.timestamp)
    // A packet that came twice must not be encrypted twice under one number.
    if (!rewritten || this.#sent.has(rewritten.sequenceNumber)) return
    const original = packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)
    const payload = vp8 ? this.#vp8.rewrite(original, vp8) : original
    const level = this.#audioLevel(packet)
    const header = writeRtpHeader(
      { marker: packet.marker, payloadType: CODECS[this.source.kind].payloadType, ssrc: this.ssrc, ...rewritten },
      level === null ? 0 : OFFERED_AUDIO_LEVEL_ID, level ?? 0,
    )
    const encrypted = transport.protectRtp(header, payload)
    if (!encrypted) return
    this.#sent.add(rewritten.sequenceNumber, this.#rtx ? { header, payload } : encrypted)
    transport.send(encrypted)
    this.#lastSentAt = this.#options.now()
    this.#packets += 1
    this.#octets += payload.length
    counters.packetsForwarded += 1
    counters.bytesForwarded += payload.length
  }

  /** `null` when the client no longer takes RTX. */
  #retransmission(sent: { readonly header: Buffer; readonly payload: Buffer }): Buffer | null {
    if (!this.#rtx) return null
    const { header, payload } = wrapRetransmission(sent.header, sent.payload, this.#rtx, this.#rtxSequenceNumber)
    this.#rtxSequenceNumber = (this.#rtxSequenceNumber + 1) & 0xffff
    return this.#options.transport.protectRtp(header, payload)
  }

  #audioLevel(packet: RtpPacket): number | null {
    if (this.source.kind !== 'audio') return null
    const id = this.source.audioLevelId
    return (id === undefined ? null : extensionOf(packet, id)?.[0]) ?? null
  }
}
