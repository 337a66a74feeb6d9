import { MissingPackets } from './rtp/missing-packets.js'
import { ReceiveStatistics } from './rtp/receive-statistics.js'
import { askIfDue, gotKeyFrame, noKeyFrameRequests, wantKeyFrame, type KeyFrameRequests } from './rtp/key-frame-requests.js'
import type { RtpPacket } from './rtp/rtp-packet.js'
import type { Feedback } from './rtp/rtcp.js'
import { readVp8, type Vp8Descriptor } from './rtp/vp8-descriptor.js'
import { CODECS, type Kind } from './sdp/codecs.js'

/** A publisher that sent nothing for so long has stopped; a screen that does not change sends a frame every second or so. */
const SILENT_MS = 10_000

export type SenderReported = Extract<Feedback, { type: 'sender-report' }>

/** Something that wants the packets of a source. */
export interface PacketSink {
  onPacket(layer: IncomingLayer, packet: RtpPacket, vp8: Vp8Descriptor | null): void
  onSenderReport(layer: IncomingLayer): void
  /** A layer was heard of for the first time. */
  onNewLayer(): void
  /** The source is gone. */
  onEnd(): void
}

/** One RTP stream of a source: a simulcast layer, or all of it (with an empty RID). */
export class IncomingLayer {
  readonly rid: string
  readonly ssrc: number
  readonly statistics: ReceiveStatistics
  readonly missing: MissingPackets = new MissingPackets()
  /** Of its newest packet with a payload. */
  lastPacketAt: number = -Infinity
  senderReport: SenderReported | null = null
  #keyFrames: KeyFrameRequests = noKeyFrameRequests

  constructor(rid: string, ssrc: number, kind: Kind) {
    this.rid = rid
    this.ssrc = ssrc
    this.statistics = new ReceiveStatistics(CODECS[kind].clockRate)
  }

  wantKeyFrame(nowMs: number): void {
    this.#keyFrames = wantKeyFrame(this.#keyFrames, nowMs)
  }

  gotKeyFrame(): void {
    this.#keyFrames = gotKeyFrame(this.#keyFrames)
  }

  /** Whether to ask now; a publisher that stopped sending is not asked. */
  askForKeyFrame(nowMs: number): boolean {
    if (nowMs - this.lastPacketAt > SILENT_MS) return false
    const { ask, state } = askIfDue(this.#keyFrames, nowMs)
    this.#keyFrames = state
    return ask
  }
}

/** What one media section of a publisher brings, and who gets it. */
export class IncomingSource {
  readonly sourceId: string
  readonly kind: Kind
  readonly layers: Map<string, IncomingLayer> = new Map()
  readonly sinks: Set<PacketSink> = new Set()
  /** The publisher's id of the audio-level header extension. */
  audioLevelId: number | undefined

  constructor(sourceId: string, kind: Kind) {
    this.sourceId = sourceId
    this.kind = kind
  }

  /** The layer that stream is. A publisher that starts over with a new SSRC gets a new one. */
  layer(rid: string, ssrc: number): IncomingLayer {
    const known = this.layers.get(rid)
    if (known?.ssrc === ssrc) return known
    const layer = new IncomingLayer(rid, ssrc, this.kind)
    this.layers.set(rid, layer)
    return layer
  }

  received(layer: IncomingLayer, packet: RtpPacket, nowMs: number): void {
    layer.statistics.arrived(packet.sequenceNumber, packet.timestamp, nowMs)
    layer.missing.arrived(packet.sequenceNumber, nowMs)
    this.#pass(layer, packet, nowMs)
  }

  /** A packet of the layer that came over RTX. It stays lost in the statistics: they tell the publisher what its network loses. */
  repaired(layer: IncomingLayer, packet: RtpPacket, nowMs: number): void {
    if (layer.missing.repaired(packet.sequenceNumber)) this.#pass(layer, packet, nowMs)
  }

  senderReported(layer: IncomingLayer, report: SenderReported, nowMs: number): void {
    layer.statistics.senderReported(report.middle, nowMs)
    layer.senderReport = report
    for (const sink of this.sinks) sink.onSenderReport(layer)
  }

  end(): void {
    for (const sink of [...this.sinks]) sink.onEnd()
    this.sinks.clear()
  }

  #pass(layer: IncomingLayer, packet: RtpPacket, nowMs: number): void {
    const hasPayload = packet.payloadEnd > packet.payloadStart
    const vp8 = hasPayload && this.kind === 'video' ? readVp8(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)) : null
    const isNew = layer.lastPacketAt === -Infinity
    if (hasPayload) layer.lastPacketAt = nowMs
    if (isNew) for (const sink of this.sinks) sink.onNewLayer()
    for (const sink of this.sinks) sink.onPacket(layer, packet, vp8)
    // After the sinks: those who waited have it now, those who come later ask anew.
    if (vp8?.startsKeyFrame) layer.gotKeyFrame()
  }
}
