import { checkConsumers } from './consumer-list.js'
import { expects, initialNegotiation, negotiate, type Negotiation, type NegotiationInput } from './negotiation.js'
import { writeOffer } from './sdp/offer-description.js'
import { arrangeSections, sameSections, type Section } from './sdp/offered-sections.js'
import type { Kind } from './sdp/codecs.js'
import { SfuError, type Consumer, type IncomingOffer, type SfuEngine, type SfuEvent, type SfuStats, type TransportOptions } from './sfu-engine.js'

/** An engine without sockets, for tests of what stands above one. */
export interface MemoryEngine extends SfuEngine {
  /** Lets the listeners hear something that a network would cause. */
  emit(event: SfuEvent): void
}

interface Source {
  readonly sourceId: string
  readonly transportId: string
  readonly kind: Kind
}

interface Outgoing {
  readonly consumer: Consumer
  readonly source: Source
  readonly ssrc: number
  readonly rtxSsrc: number | null
  layer: string | null
}

interface Transport {
  readonly transportId: string
  readonly roomId: string
  readonly outgoing: Map<string, Outgoing>
  role: 'receives' | 'sends' | null
  connected: boolean
  /** Of its ICE. */
  restarts: number
  negotiation: Negotiation
  sections: readonly Section[]
}

const localOf = ({ restarts }: Transport) => ({ usernameFragment: `memory${restarts}`, password: `memory${restarts}`, fingerprint: '00', address: '127.0.0.1', port: 9 })

/**
 * Keeps the port's promises with neither media nor time: every effect happens before the call that causes it resolves.
 * A transport is connected at its first answer. Descriptions only have to begin with `v=0`; a source is audio when its
 * section's `m=` line says so or, without one, when its id contains "audio". A layer arrives as soon as it is asked for.
 */
export function createMemoryEngine(): MemoryEngine {
  return new InMemory()
}

class InMemory implements MemoryEngine {
  readonly #rooms = new Map<string, Map<string, Source>>()
  readonly #transports = new Map<string, Transport>()
  readonly #listeners = new Set<(event: SfuEvent) => void>()
  #ssrc = 1

  async openRoom(roomId: string): Promise<void> {
    if (this.#rooms.has(roomId)) throw new SfuError(`room ${JSON.stringify(roomId)} is open already`)
    this.#rooms.set(roomId, new Map())
  }

  async closeRoom(roomId: string): Promise<void> {
    for (const { transportId, roomId: owner } of [...this.#transports.values()]) if (owner === roomId) await this.closeTransport(transportId)
    this.#rooms.delete(roomId)
  }

  async openTransport(roomId: string, transportId: string, { address }: TransportOptions): Promise<void> {
    if (!this.#rooms.has(roomId)) throw new SfuError(`no room ${JSON.stringify(roomId)}`)
    if (this.#transports.has(transportId)) throw new SfuError(`transport ${JSON.stringify(transportId)} is open already`)
    if (!/^[0-9a-f.:]+$/i.test(address)) throw new SfuError(`address must be an IP address, not ${JSON.stringify(address)}`)
    this.#transports.set(transportId, {
      transportId, roomId, outgoing: new Map(), role: null, connected: false, restarts: 0, negotiation: initialNegotiation, sections: [],
    })
  }

  async closeTransport(transportId: string): Promise<void> {
    const transport = this.#transports.get(transportId)
    if (!transport) return
    this.#transports.delete(transportId)
    transport.outgoing.clear()
    const sources = this.#rooms.get(transport.roomId)
    this.#end([...sources?.values() ?? []].filter((source) => source.transportId === transportId), transport.roomId)
  }

  async receive(transportId: string, offer: IncomingOffer): Promise<{ readonly sdp: string }> {
    const transport = this.#find(transportId)
    if (transport.role === 'sends') throw new SfuError('this transport sends to its client, so it cannot receive as well')
    checkText('offer.sdp', offer.sdp)
    const sources = this.#rooms.get(transport.roomId)!
    for (const [i, { sourceId, mid }] of offer.sources.entries()) {
      if (offer.sources.findIndex((other) => other.sourceId === sourceId) !== i) throw new SfuError(`source ${JSON.stringify(sourceId)} is named twice`)
      const known = sources.get(sourceId)
      if (known && known.transportId !== transportId) throw new SfuError(`source ${JSON.stringify(sourceId)} belongs to another transport than ${JSON.stringify(transportId)}`)
      if (offer.sdp.includes('\nm=') && !offer.sdp.split(/\r?\n/).includes(`a=mid:${mid}`)) throw new SfuError(`offer.sdp has no media section with mid ${JSON.stringify(mid)}`)
    }
    transport.role = 'receives'
    const named = new Set(offer.sources.map((source) => source.sourceId))
    for (const { mid, sourceId } of offer.sources) if (!sources.has(sourceId)) sources.set(sourceId, { sourceId, transportId, kind: kindOf(offer.sdp, mid, sourceId) })
    this.#end([...sources.values()].filter((source) => source.transportId === transportId && !named.has(source.sourceId)), transport.roomId)
    this.#connect(transport)
    return { sdp: `v=0\r\ns=memory\r\n${offer.sources.map(({ mid }) => `a=mid:${mid}\r\n`).join('')}` }
  }

  async send(transportId: string, consumers: readonly Consumer[]): Promise<void> {
    const transport = this.#find(transportId)
    if (transport.role === 'receives') throw new SfuError('this transport receives from its client, so it cannot send as well')
    checkConsumers(consumers)
    transport.role = 'sends'
    const before = new Map(transport.outgoing)
    transport.outgoing.clear()
    for (const consumer of consumers) {
      const source = this.#rooms.get(transport.roomId)!.get(consumer.sourceId)
      if (!source) continue
      const known = before.get(consumer.sourceId)
      const same = known?.source === source && known.consumer.streamId === consumer.streamId && known.consumer.trackId === consumer.trackId
      const { ssrc, rtxSsrc, layer } = same ? known : { ssrc: this.#ssrc++, rtxSsrc: source.kind === 'video' ? this.#ssrc++ : null, layer: null }
      transport.outgoing.set(consumer.sourceId, { consumer, source, ssrc, rtxSsrc, layer })
    }
    this.#changed(transport)
    this.#showLayers(transport)
  }

  async restart(transportId: string): Promise<void> {
    const transport = this.#find(transportId)
    if (transport.role === 'receives') throw new SfuError('this transport receives from its client, which restarts it by an offer')
    if (transport.sections.length > 0) this.#negotiate(transport, 'restart')
  }

  async answer(transportId: string, offerId: number, sdp: string): Promise<void> {
    const transport = this.#find(transportId)
    if (!expects(transport.negotiation, offerId)) throw new SfuError(`the offer in flight is ${transport.negotiation.phase === 'stable' ? 'none' : transport.negotiation.offerId}, not ${offerId}`)
    checkText('the answer', sdp)
    this.#connect(transport)
    this.#negotiate(transport, 'answered')
    this.#changed(transport)
    this.#showLayers(transport)
  }

  async addCandidate(transportId: string): Promise<void> {
    this.#find(transportId)
  }

  stats(): SfuStats {
    let [sources, consumers] = [0, 0]
    for (const room of this.#rooms.values()) sources += room.size
    for (const transport of this.#transports.values()) consumers += transport.outgoing.size
    return {
      rooms: this.#rooms.size, transports: this.#transports.size, sources, consumers,
      packetsReceived: 0, packetsForwarded: 0, bytesForwarded: 0, keyFramesRequested: 0, packetsRetransmitted: 0,
    }
  }

  on(listener: (event: SfuEvent) => void): () => void {
    const own = (event: SfuEvent) => listener(event)
    this.#listeners.add(own)
    return () => void this.#listeners.delete(own)
  }

  emit(event: SfuEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch {
        // A listener's fault stays the listener's.
      }
    }
  }

  async close(): Promise<void> {
    for (const roomId of [...this.#rooms.keys()]) await this.closeRoom(roomId)
  }

  #find(transportId: string): Transport {
    const transport = this.#transports.get(transportId)
    if (!transport) throw new SfuError(`no transport ${JSON.stringify(transportId)}`)
    return transport
  }

  #end(ended: readonly Source[], roomId: string): void {
    for (const source of ended) this.#rooms.get(roomId)?.delete(source.sourceId)
    for (const transport of this.#transports.values()) {
      for (const [sourceId, outgoing] of transport.outgoing) if (ended.includes(outgoing.source)) transport.outgoing.delete(sourceId)
      this.#changed(transport)
    }
  }

  #connect(transport: Transport): void {
    if (transport.connected) return
    transport.connected = true
    this.emit({ type: 'transport', transportId: transport.transportId, state: 'connected' })
  }

  #changed(transport: Transport): void {
    if (!sameSections(transport.sections, arrange(transport))) this.#negotiate(transport, 'changed')
  }

  #negotiate(transport: Transport, input: NegotiationInput): void {
    const { state, offer } = negotiate(transport.negotiation, input)
    transport.negotiation = state
    if (offer === 'none') return
    if (offer === 'restart') transport.restarts += 1
    transport.sections = arrange(transport)
    const consumers = transport.sections.flatMap(({ mid, sourceId }) => (sourceId === null ? [] : [{ mid, sourceId }]))
    this.emit({ type: 'offer', transportId: transport.transportId, offerId: state.offerId, sdp: writeOffer(transport.sections, localOf(transport), state.offerId), consumers })
  }

  /** Layers of what the client has agreed to. */
  #showLayers(transport: Transport): void {
    if (transport.negotiation.phase !== 'stable') return
    for (const outgoing of transport.outgoing.values()) {
      const { layer } = outgoing.consumer
      if (layer === undefined || layer === outgoing.layer) continue
      outgoing.layer = layer
      this.emit({ type: 'layer', transportId: transport.transportId, sourceId: outgoing.source.sourceId, layer })
    }
  }
}

function arrange(transport: Transport): readonly Section[] {
  return arrangeSections(transport.sections, [...transport.outgoing.values()].map(({ consumer, source, ssrc, rtxSsrc }) => ({
    sourceId: source.sourceId, kind: source.kind, streamId: consumer.streamId, trackId: consumer.trackId, ssrc, rtxSsrc,
  })))
}

function kindOf(sdp: string, mid: string, sourceId: string): Kind {
  const section = sdp.split(/\r?\n(?=m=)/).find((block) => block.split(/\r?\n/).includes(`a=mid:${mid}`))
  if (section?.startsWith('m=')) return section.startsWith('m=audio') ? 'audio' : 'video'
  return sourceId.includes('audio') ? 'audio' : 'video'
}

function checkText(what: string, sdp: string): void {
  if (!sdp.startsWith('v=0')) throw new SfuError(`${what} is not a usable session description: it does not start with v=0`)
}
