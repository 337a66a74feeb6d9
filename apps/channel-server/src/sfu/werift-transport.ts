import { randomInt } from 'node:crypto'
import type { RTCCertificate } from 'werift'
import type { UdpPort, UdpPorts } from './ice/udp-ports.js'
import type { IncomingSource } from './incoming-source.js'
import type { SendingCounters } from './outgoing-consumer.js'
import { ReceivingSide, type ReceivingCounters } from './receiving-side.js'
import { readSessionDescription, type SessionDescription } from './sdp/session-description.js'
import { SecureTransport } from './secure-transport.js'
import { SendingSide } from './sending-side.js'
import { SfuError, type Consumer, type IncomingOffer, type SfuEvent } from './sfu-engine.js'
import { TurnTaking } from './turn-taking.js'

export interface WeriftTransportOptions {
  readonly transportId: string
  readonly ports: UdpPorts
  readonly port: UdpPort
  readonly address: string
  readonly certificate: RTCCertificate
  /** The sources of the room by id. */
  readonly sources: Map<string, IncomingSource>
  readonly counters: SendingCounters & ReceivingCounters
  readonly now: () => number
  readonly emit: (event: SfuEvent) => void
  readonly log: (message: string) => void
}

/** One peer connection of one client: a secure transport and one of the two halves, whichever is asked for first. */
export class WeriftTransport {
  readonly turns: TurnTaking = new TurnTaking()
  readonly #options: WeriftTransportOptions
  readonly #secure: SecureTransport
  #receiving: ReceivingSide | null = null
  #sending: SendingSide | null = null

  constructor(options: WeriftTransportOptions) {
    this.#options = options
    const { ports, port, address, certificate, now, log, transportId, emit } = options
    this.#secure = new SecureTransport({
      ports, port, address, certificate, now, log,
      onRtp: (packet) => this.#guard(() => this.#receiving?.onRtp(packet)),
      onRtcp: (packet) => this.#guard(() => {
        this.#receiving?.onRtcp(packet)
        this.#sending?.onRtcp(packet)
      }),
      onConnectivity: (state) => {
        emit({ type: 'transport', transportId, state })
        this.#sending?.chooseLayers()
      },
    })
  }

  get consumers(): number {
    return this.#sending?.size ?? 0
  }

  receive(offer: IncomingOffer): { readonly sdp: string } {
    if (this.#sending) throw new SfuError('this transport sends to its client, so it cannot receive as well')
    const { sources, transportId } = this.#options
    const ours = new Set(this.#receiving?.sources.map((source) => source.sourceId))
    const named = new Set<string>()
    const mids = new Set<string>()
    for (const { sourceId, mid } of offer.sources) {
      if (named.has(sourceId)) throw new SfuError(`source ${JSON.stringify(sourceId)} is named twice`)
      if (mids.has(mid)) throw new SfuError(`media section ${JSON.stringify(mid)} is named twice`)
      if (!ours.has(sourceId) && sources.has(sourceId)) throw new SfuError(`source ${JSON.stringify(sourceId)} belongs to another transport than ${JSON.stringify(transportId)}`)
      named.add(sourceId)
      mids.add(mid)
    }
    const description = parse('offer.sdp', offer.sdp)
    const receiving = this.#receiving ?? new ReceivingSide(this.#secure, 1 + randomInt(0xffff_fffe), this.#options.now, this.#options.counters)
    const { sdp, added, removed } = receiving.negotiate(description, offer.sources)
    this.#receiving = receiving
    for (const source of added) sources.set(source.sourceId, source)
    for (const source of removed) this.#remove(source)
    return { sdp }
  }

  send(consumers: readonly Consumer[]): void {
    if (this.#receiving) throw new SfuError('this transport receives from its client, so it cannot send as well')
    const { now, counters, transportId, emit, sources } = this.#options
    this.#sending ??= new SendingSide({
      transport: this.#secure, now, counters, random: (bound) => randomInt(bound),
      onOffer: (offer) => emit({ type: 'offer', transportId, ...offer }),
      onLayer: (sourceId, layer) => emit({ type: 'layer', transportId, sourceId, layer }),
    })
    this.#sending.setConsumers(consumers, (sourceId) => sources.get(sourceId))
  }

  restart(): void {
    if (this.#receiving) throw new SfuError('this transport receives from its client, which restarts it by an offer')
    this.#sending?.restart()
  }

  answer(offerId: number, sdp: string): void {
    if (!this.#sending) throw new SfuError(`no offer is waiting for an answer, offerId ${offerId}`)
    this.#sending.answered(offerId, () => parse('the answer', sdp))
  }

  tick(now: number): void {
    this.#guard(() => {
      this.#secure.tick()
      this.#receiving?.tick(now)
      this.#sending?.tick(now)
    })
  }

  async close(): Promise<void> {
    this.#sending?.end()
    for (const source of this.#receiving?.sources ?? []) this.#remove(source)
    this.#receiving?.end()
    await this.#secure.close()
  }

  #remove(source: IncomingSource): void {
    this.#options.sources.delete(source.sourceId)
    source.end()
  }

  /** Nothing that a client's packets cause may reach the event loop. */
  #guard(task: () => void): void {
    try {
      task()
    } catch (error) {
      this.#options.log(`transport ${this.#options.transportId}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`)
    }
  }
}

function parse(what: string, sdp: string): SessionDescription {
  try {
    return readSessionDescription(sdp)
  } catch (error) {
    throw new SfuError(`${what} is not a usable session description: ${error instanceof Error ? error.message : String(error)}`)
  }
}
