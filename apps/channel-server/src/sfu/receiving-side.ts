import { IncomingSource, type IncomingLayer } from './incoming-source.js'
import { ReceiveBandwidth } from './rtp/receive-bandwidth.js'
import { unwrapRetransmission } from './rtp/retransmission.js'
import { readRtcp, writeMaxBitrate, writeNack, writePictureLossIndication, writeReceiverReport } from './rtp/rtcp.js'
import { extensionOf, readRtp, type RtpPacket } from './rtp/rtp-packet.js'
import { writeAnswer, receives } from './sdp/answer-description.js'
import { EXTENSION, usable } from './sdp/codecs.js'
import type { MediaSection, SessionDescription } from './sdp/session-description.js'
import type { SecureTransport } from './secure-transport.js'
import { SfuError, type IncomingOffer } from './sfu-engine.js'

interface Inlet {
  readonly section: MediaSection
  readonly payloadType: number
  readonly rtxPayloadType: number | null
  readonly source: IncomingSource
}

interface Stream {
  readonly inlet: Inlet
  readonly layer: IncomingLayer
}

export interface ReceivingCounters {
  packetsReceived: number
  keyFramesRequested: number
}

/** Less than a second, so that the client has a new one each second though ticks and the network jitter. */
const REPORT_MS = 900
/** Until the first reports are out the client neither knows its limit nor its round trip time. */
const FIRST_REPORT_MS = 100

/** The half of a transport that takes media from a publisher. */
export class ReceivingSide {
  readonly #transport: SecureTransport
  readonly #now: () => number
  readonly #counters: ReceivingCounters
  /** Our SSRC in what we report. */
  readonly #ssrc: number
  #bandwidth = new ReceiveBandwidth()
  #inlets = new Map<string, Inlet>()
  #streams = new Map<number, Stream>()
  /** SSRCs of RTX, each with the one it repairs, as far as heard. */
  readonly #repairs = new Map<number, number>()
  #reportAt = 0
  #version = 0
  #fragment = ''
  #fingerprints: readonly string[] = []

  constructor(transport: SecureTransport, ssrc: number, now: () => number, counters: ReceivingCounters) {
    this.#transport = transport
    this.#ssrc = ssrc
    this.#now = now
    this.#counters = counters
  }

  get sources(): IncomingSource[] {
    return [...this.#inlets.values()].map((inlet) => inlet.source)
  }

  /** Takes an offer and answers it. Throws an `SfuError`, and then has changed nothing. */
  negotiate(offer: SessionDescription, named: IncomingOffer['sources']): { readonly sdp: string; readonly added: IncomingSource[]; readonly removed: IncomingSource[] } {
    const before = new Map(this.sources.map((source) => [source.sourceId, source]))
    const inlets = new Map<string, Inlet>()
    for (const { mid, sourceId } of named) {
      const section = offer.sections.find((candidate) => candidate.mid === mid)
      if (!section) throw new SfuError(`offer.sdp has no media section with mid ${JSON.stringify(mid)}`)
      const use = usable(section)
      if (!use) throw new SfuError(`media section ${JSON.stringify(mid)} offers neither Opus nor VP8 over DTLS-SRTP`)
      const known = before.get(sourceId)
      if (known && known.kind !== use.kind) throw new SfuError(`source ${JSON.stringify(sourceId)} is ${known.kind} and cannot become ${use.kind}`)
      inlets.set(mid, { section, payloadType: use.payloadType, rtxPayloadType: use.rtxPayloadType, source: known ?? new IncomingSource(sourceId, use.kind) })
    }
    const first = offer.sections.find((section) => section.port !== 0)
    if (!first || first.fingerprints.length === 0 || first.usernameFragment === '') throw new SfuError('offer.sdp has no ICE user name or no SHA-2 certificate fingerprint')

    const fingerprints = first.fingerprints.map(({ value }) => value)
    if (this.#fingerprints.length > 0 && !this.#fingerprints.some((known) => fingerprints.includes(known))) {
      throw new SfuError('offer.sdp is of another peer connection (its certificate fingerprint differs); open a new transport for it')
    }
    this.#fingerprints = fingerprints
    // A changed user name is an ICE restart, which the answer has to join in (RFC 8445, 9).
    if (this.#fragment !== '' && this.#fragment !== first.usernameFragment) this.#transport.restartIce()
    this.#fragment = first.usernameFragment
    this.#transport.setFingerprints(first.fingerprints)
    this.#inlets = inlets
    for (const { source, section } of inlets.values()) source.audioLevelId = section.extensions.get(EXTENSION.audioLevel)
    const after = this.sources
    this.#streams = new Map([...this.#streams].filter(([, { inlet }]) => inlets.get(inlet.section.mid)?.source === inlet.source))
    for (const [ssrc, { inlet, layer }] of this.#streams) this.#streams.set(ssrc, { inlet: inlets.get(inlet.section.mid)!, layer })
    const sdp = writeAnswer(offer, new Set(inlets.keys()), this.#transport.local, ++this.#version)
    return { sdp, added: after.filter((source) => !before.has(source.sourceId)), removed: [...before.values()].filter((source) => !after.includes(source)) }
  }

  onRtp(bytes: Buffer): void {
    const packet = readRtp(bytes)
    if (!packet) return
    const stream = this.#streams.get(packet.ssrc) ?? this.#repairedBy(packet) ?? this.#identify(packet)
    if (!stream) return
    const { layer, inlet: { source, section, payloadType, rtxPayloadType } } = stream
    const isRtx = packet.ssrc !== layer.ssrc
    if (packet.payloadType !== (isRtx ? rtxPayloadType : payloadType)) return
    const now = this.#now()
    this.#counters.packetsReceived += 1
    this.#bandwidth.arrived(bytes.length, sendTimeOf(packet, section), now)
    const original = isRtx ? unwrapRetransmission(packet, { payloadType, ssrc: layer.ssrc }) : null
    if (original) source.repaired(layer, original, now)
    else if (!isRtx) source.received(layer, packet, now)
    if (layer.askForKeyFrame(now)) this.#askForKeyFrame(layer)
  }

  onRtcp(bytes: Buffer): void {
    for (const feedback of readRtcp(bytes)) {
      const stream = this.#streams.get(feedback.ssrc)
      if (stream && feedback.type === 'sender-report') stream.inlet.source.senderReported(stream.layer, feedback, this.#now())
    }
  }

  tick(now: number): void {
    if (!this.#transport.connected) return
    for (const { layer } of this.#streams.values()) {
      if (layer.missing.size > 0) {
        const numbers = layer.missing.due(now)
        if (numbers.length > 0) this.#transport.sendRtcp(writeNack(this.#ssrc, layer.ssrc, numbers))
      }
      if (layer.askForKeyFrame(now)) this.#askForKeyFrame(layer)
    }
    if (now >= this.#reportAt && this.#streams.size > 0) {
      this.#reportAt = now + (this.#reportAt === 0 ? FIRST_REPORT_MS : REPORT_MS)
      this.#report(now)
    }
  }

  end(): void {
    for (const source of this.sources) source.end()
    this.#inlets.clear()
    this.#streams.clear()
  }

  #askForKeyFrame(layer: IncomingLayer): void {
    this.#counters.keyFramesRequested += 1
    this.#transport.sendRtcp(writePictureLossIndication(this.#ssrc, layer.ssrc))
  }

  #report(now: number): void {
    const ssrcs = [...this.#streams.keys()]
    const blocks = [...this.#streams.values()].flatMap(({ layer }) => layer.statistics.report(layer.ssrc, now) ?? [])
    this.#transport.sendRtcp(Buffer.concat([
      writeReceiverReport(this.#ssrc, blocks),
      writeMaxBitrate(this.#ssrc, this.#bandwidth.limit(now), ssrcs),
    ]))
  }

  /** A stream that was not heard before. */
  #identify(packet: RtpPacket): Stream | null {
    const inlet = this.#inletOf(packet, 'payloadType', ({ ssrcs }) => ssrcs.includes(packet.ssrc))
    if (!inlet) return null
    const rid = inlet.section.sendRids.length > 0 ? textOf(packet, inlet, EXTENSION.rid) : ''
    if (rid === undefined || (rid !== '' && !inlet.section.sendRids.includes(rid))) return null
    const replaced = inlet.source.layers.get(rid)
    if (replaced) this.#streams.delete(replaced.ssrc)
    const stream = { inlet, layer: inlet.source.layer(rid, packet.ssrc) }
    this.#streams.set(packet.ssrc, stream)
    return stream
  }

  /** The stream that an RTX stream belongs to, by its SSRC in the description, else by its mid and repaired rid; null before that was heard itself. */
  #repairedBy(packet: RtpPacket): Stream | null {
    const known = this.#stream(this.#repairs.get(packet.ssrc))
    if (known) return known
    const inlet = this.#inletOf(packet, 'rtxPayloadType', ({ repairs }) => repairs.has(packet.ssrc))
    if (!inlet) return null
    const rid = inlet.section.sendRids.length > 0 ? textOf(packet, inlet, EXTENSION.repairedRid) : ''
    const stream = this.#stream(inlet.section.repairs.get(packet.ssrc) ?? inlet.source.layers.get(rid ?? '')?.ssrc)
    if (stream?.inlet !== inlet) return null
    this.#repairs.set(packet.ssrc, stream.layer.ssrc)
    return stream
  }

  #stream(ssrc: number | undefined): Stream | undefined {
    return ssrc === undefined ? undefined : this.#streams.get(ssrc)
  }

  /** Where a packet of that payload type belongs: by its mid, else by its SSRC in the description, else by the payload type alone. */
  #inletOf(packet: RtpPacket, type: 'payloadType' | 'rtxPayloadType', names: (section: MediaSection) => boolean): Inlet | undefined {
    const inlets = [...this.#inlets.values()].filter((inlet) => inlet[type] === packet.payloadType && receives(inlet.section, new Set([inlet.section.mid])))
    return inlets.find((inlet) => textOf(packet, inlet, EXTENSION.mid) === inlet.section.mid)
      ?? inlets.find(({ section }) => names(section))
      ?? only(inlets.filter((inlet) => textOf(packet, inlet, EXTENSION.mid) === undefined))
  }
}

function textOf(packet: RtpPacket, { section }: Inlet, uri: string): string | undefined {
  const id = section.extensions.get(uri)
  return id === undefined ? undefined : extensionOf(packet, id)?.toString('latin1')
}

/** Its abs-send-time, `null` when it has none. */
function sendTimeOf(packet: RtpPacket, { extensions }: MediaSection): number | null {
  const id = extensions.get(EXTENSION.absSendTime)
  const value = id === undefined ? null : extensionOf(packet, id)
  return value?.length === 3 ? value.readUIntBE(0, 3) : null
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined
}
