import { checkConsumers } from './consumer-list.js'
import type { IncomingSource } from './incoming-source.js'
import { expects, initialNegotiation, negotiate, type Negotiation, type NegotiationInput } from './negotiation.js'
import { OutgoingConsumer, type SendingCounters } from './outgoing-consumer.js'
import { readRtcp } from './rtp/rtcp.js'
import { usable } from './sdp/codecs.js'
import { writeOffer } from './sdp/offer-description.js'
import { arrangeSections, sameSections, type Section, type WantedSection } from './sdp/offered-sections.js'
import type { SessionDescription } from './sdp/session-description.js'
import type { SecureTransport } from './secure-transport.js'
import { SfuError, type Consumer } from './sfu-engine.js'

export interface SendingSideOptions {
  readonly transport: SecureTransport
  readonly now: () => number
  readonly counters: SendingCounters
  /** A number below the bound that nobody can guess. */
  readonly random: (bound: number) => number
  readonly onOffer: (offer: { readonly offerId: number; readonly sdp: string; readonly consumers: readonly { readonly mid: string; readonly sourceId: string }[] }) => void
  readonly onLayer: (sourceId: string, rid: string) => void
}

/** Whether layers still arrive is looked at this often. */
const CHOOSE_MS = 100

/** The half of a transport that brings media to a subscriber. */
export class SendingSide {
  readonly #options: SendingSideOptions
  readonly #consumers = new Map<string, OutgoingConsumer>()
  #negotiation: Negotiation = initialNegotiation
  /** As last offered. */
  #sections: readonly Section[] = []
  #chooseAt = 0
  #ended = false

  constructor(options: SendingSideOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#consumers.size
  }

  /** `find` looks a source up in the room. Throws an `SfuError`, and then has changed nothing. */
  setConsumers(consumers: readonly Consumer[], find: (sourceId: string) => IncomingSource | undefined): void {
    checkConsumers(consumers)
    for (const [sourceId, outgoing] of this.#consumers) {
      const wanted = consumers.find((consumer) => consumer.sourceId === sourceId)
      if (wanted && wanted.streamId === outgoing.streamId && wanted.trackId === outgoing.trackId) continue
      outgoing.close()
      this.#consumers.delete(sourceId)
    }
    for (const consumer of consumers) {
      const source = find(consumer.sourceId)
      const known = this.#consumers.get(consumer.sourceId)
      if (known && known.source === source) known.setWanted(consumer.layer)
      else if (source) this.#consumers.set(consumer.sourceId, this.#add(source, consumer))
    }
    this.#changed()
  }

  /** Throws an `SfuError` for an answer that is late or does not fit; the offer then stays in flight. */
  answered(offerId: number, answer: () => SessionDescription): void {
    if (!expects(this.#negotiation, offerId)) {
      throw new SfuError(this.#negotiation.phase === 'stable' ? `no offer is waiting for an answer, offerId ${offerId}` : `the offer in flight is ${this.#negotiation.offerId}, not ${offerId}`)
    }
    const { sections } = answer()
    if (sections.length !== this.#sections.length || sections.some((section, i) => section.mid !== this.#sections[i]!.mid || section.kind !== this.#sections[i]!.kind)) {
      throw new SfuError('the answer does not have the media sections of the offer')
    }
    const first = sections.find((section) => section.port !== 0)
    if (first) {
      if (first.fingerprints.length === 0) throw new SfuError('the answer has no SHA-2 certificate fingerprint')
      if (first.setup === 'passive') throw new SfuError('the answer must take the active DTLS role')
      this.#options.transport.setFingerprints(first.fingerprints)
    }
    this.#sections.forEach(({ sourceId, stream }, i) => {
      const outgoing = sourceId === null ? undefined : this.#consumers.get(sourceId)
      const section = sections[i]!
      const accepted = section.port !== 0 && (section.direction === 'recvonly' || section.direction === 'sendrecv')
      if (outgoing && outgoing.ssrc === stream?.ssrc) outgoing.setFlowing(accepted, usable(section)?.rtxPayloadType ?? null)
    })
    this.#negotiate('answered')
    this.#changed()
  }

  /** Offers what is there with new ICE credentials; nothing before the first offer. */
  restart(): void {
    if (this.#sections.length > 0) this.#negotiate('restart')
  }

  onRtcp(bytes: Buffer): void {
    for (const feedback of readRtcp(bytes)) {
      if (feedback.type === 'sender-report') continue
      const outgoing = [...this.#consumers.values()].find((consumer) => consumer.ssrc === feedback.ssrc)
      if (feedback.type === 'nack') outgoing?.resend(feedback.sequenceNumbers)
      else outgoing?.keyFrameAsked()
    }
  }

  tick(now: number): void {
    if (now < this.#chooseAt) return
    this.#chooseAt = now + CHOOSE_MS
    this.chooseLayers()
  }

  /** To be called when the transport connects, or fails, too. */
  chooseLayers(): void {
    for (const outgoing of this.#consumers.values()) outgoing.chooseLayer()
  }

  end(): void {
    this.#ended = true
    for (const outgoing of this.#consumers.values()) outgoing.close()
    this.#consumers.clear()
  }

  #add(source: IncomingSource, consumer: Consumer): OutgoingConsumer {
    const { transport, now, counters, random, onLayer } = this.#options
    const outgoing = new OutgoingConsumer({
      source, consumer, transport, now, counters,
      ssrc: 1 + random(0xffff_fffe), rtxSsrc: source.kind === 'video' ? 1 + random(0xffff_fffe) : null, firstSequenceNumber: 1 + random(0x4000),
      onLayer: (rid) => onLayer(source.sourceId, rid),
      onEnd: () => {
        if (this.#consumers.get(source.sourceId) !== outgoing) return
        this.#consumers.delete(source.sourceId)
        this.#changed()
      },
    })
    return outgoing
  }

  #changed(): void {
    if (this.#ended || sameSections(this.#sections, this.#arranged())) return
    this.#negotiate('changed')
  }

  #negotiate(input: NegotiationInput): void {
    const { state, offer } = negotiate(this.#negotiation, input)
    this.#negotiation = state
    if (offer === 'none') return
    if (offer === 'restart') this.#options.transport.restartIce()
    this.#sections = this.#arranged()
    const consumers = this.#sections.flatMap(({ mid, sourceId }) => (sourceId === null ? [] : [{ mid, sourceId }]))
    this.#options.onOffer({ offerId: state.offerId, sdp: writeOffer(this.#sections, this.#options.transport.local, state.offerId), consumers })
  }

  #arranged(): readonly Section[] {
    const wanted: WantedSection[] = [...this.#consumers.values()].map(({ source, streamId, trackId, ssrc, rtxSsrc }) => ({ sourceId: source.sourceId, kind: source.kind, streamId, trackId, ssrc, rtxSsrc }))
    return arrangeSections(this.#sections, wanted)
  }
}
