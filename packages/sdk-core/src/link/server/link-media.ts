import type { ClientMessage, Connection, ServerEvent } from '@earshot/protocol'
import type { StatsSource } from '@earshot/stats-sampler'
import type { AliRtcError } from '../../errors.js'
import type { ChannelLink, StreamOwner } from '../channel-link.js'
import type { EventOutlet, Report } from './event-outlet.js'
import type { MediaConnectionOptions } from './media-connection.js'
import type { PathNews } from './path-health.js'
import { Publishing } from './publishing.js'
import type { Consent, Question } from './server-requests.js'
import { Subscribing } from './subscribing.js'

export interface LinkMediaOptions {
  readonly iceServers: readonly RTCIceServer[]
  readonly patience: MediaConnectionOptions['patience']
  readonly ask: (question: Question) => Promise<Consent>
  readonly say: (message: ClientMessage) => void
  /** Whether the server can be asked now. */
  readonly canAsk: () => boolean
  /** A path is silent, with the reason in words, or (undefined) not any more. */
  readonly onPath: (connection: Connection, silent: string | undefined) => void
  readonly outlet: EventOutlet
  readonly report: Report
}

/** An event of the channel; `bye` is the session's. */
export type ChannelEvent = Exclude<ServerEvent, { type: 'bye' }>

/** The media of one session, both ways, and what the events of the channel mean for it. */
export class LinkMedia {
  readonly publishing: Publishing
  readonly #subscribing: Subscribing
  readonly #options: LinkMediaOptions
  #closed = false

  constructor(options: LinkMediaOptions) {
    this.#options = options
    this.publishing = new Publishing({ ask: options.ask, ...this.#connectionOptions('publish') })
    this.#subscribing = new Subscribing({
      ask: options.ask,
      ...this.#connectionOptions('subscribe'),
      onRefused: (error) => { if (!this.#closed) options.report('the server refused our answer', error) },
    })
  }

  statsSources(): ReadonlyMap<string, StatsSource> {
    const sources = new Map<string, StatsSource>()
    if (this.publishing.peer !== undefined) sources.set('publish', this.publishing.peer)
    if (this.#subscribing.peer !== undefined) sources.set('subscribe', this.#subscribing.peer)
    return sources
  }

  ownerOf(source: string, { mid, rid }: Parameters<ChannelLink['ownerOf']>[1]): StreamOwner | undefined {
    if (mid === undefined) return undefined
    if (source === 'subscribe') {
      const owner = this.#subscribing.ownerOf(mid)
      return owner && { self: false, userId: owner.userId, label: owner.label }
    }
    const slot = source === 'publish' ? this.publishing.slotOf(mid) : undefined
    if (slot === undefined) return undefined
    return { self: true, slot, ...(slot === 'camera' && (rid === 'large' || rid === 'small') ? { layer: rid } : {}) }
  }

  /** Carries out one event; the caller waits before the next. */
  async take(event: ChannelEvent): Promise<void> {
    const { emit } = this.#options.outlet
    switch (event.type) {
      case 'offer': return this.#takeOffer(event)
      case 'candidate': return (event.connection === 'publish' ? this.publishing : this.#subscribing).addCandidate(event.candidate)
      case 'layer': return this.#subscribing.switchLayer(event.userId, event.label).forEach(emit)
      case 'unpublished':
      case 'member-left': this.#subscribing.endUser(event.userId).forEach(emit)
    }
    emit(event)
  }

  /** The network works (again, or another one): paths that are silent are not waited for any longer. */
  hurry(): void {
    this.publishing.hurry()
    this.#subscribing.hurry()
  }

  /** @param reason for the calls that wait */
  close(reason: AliRtcError): void {
    this.#closed = true
    this.publishing.close(reason)
    this.#subscribing.close(reason)
  }

  async #takeOffer(offer: Extract<ChannelEvent, { type: 'offer' }>): Promise<void> {
    const { outlet, report } = this.#options
    try {
      (await this.#subscribing.takeOffer(offer)).forEach(outlet.emit)
    } catch (error) {
      if (this.#closed) return
      report("the server's offer cannot be used", error)
      outlet.emit({ type: 'media-lost', direction: 'subscribe' })
    }
  }

  #connectionOptions(connection: Connection): MediaConnectionOptions {
    const { iceServers, patience, say, canAsk } = this.#options
    return {
      iceServers,
      patience,
      onCandidate: (candidate) => say({ type: 'candidate', connection, candidate }),
      onPath: (news) => this.#pathChanged(connection, news),
      canRestart: canAsk,
    }
  }

  #pathChanged(connection: Connection, news: PathNews): void {
    const { outlet, onPath, report } = this.#options
    switch (news) {
      case 'silent': return onPath(connection, `the connection to ${connection} is silent`)
      case 'alive': return onPath(connection, undefined)
      case 'lost': return outlet.emitInOrder({ type: 'media-lost', direction: connection })
      case 'restart': (connection === 'publish' ? this.publishing : this.#subscribing).restartIce().catch((error: unknown) => {
        if (!this.#closed) report(`the connection to ${connection} cannot restart ICE`, error)
      })
    }
  }
}
