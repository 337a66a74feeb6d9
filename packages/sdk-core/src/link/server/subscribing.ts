import type { Candidate, OfferedTrack, ServerEvent, StreamLabel } from '@earshot/protocol'
import type { AliRtcError } from '../../errors.js'
import type { LinkEvent } from '../channel-link.js'
import { renegotiated, switched, withoutUser, type CarriedTracks, type TrackChange } from './carried-tracks.js'
import { MediaConnection, type MediaConnectionOptions } from './media-connection.js'
import type { Consent, Question } from './server-requests.js'

export interface SubscribingOptions extends MediaConnectionOptions {
  readonly ask: (question: Question) => Promise<Consent>
  /** The server refused our answer: it was asked on nobody's behalf, so nobody's promise can say so. */
  readonly onRefused: (error: unknown) => void
}

type TrackEvent = Extract<LinkEvent, { type: 'track' | 'track-ended' | 'layer' }>

/** What we receive: one connection, negotiated by the server. The caller makes one call after the other. */
export class Subscribing {
  readonly #options: SubscribingOptions
  #connection: MediaConnection | undefined
  #carried: CarriedTracks = new Map()
  #closed = false

  constructor(options: SubscribingOptions) {
    this.#options = options
  }

  get peer(): RTCPeerConnection | undefined {
    return this.#connection?.peer
  }

  ownerOf(mid: string): { readonly userId: string; readonly label: StreamLabel } | undefined {
    return this.#carried.get(mid)
  }

  /** Answers, and tells which tracks ended and which started, in this order. Rejects when the offer cannot be used. */
  async takeOffer({ offerId, sdp, tracks }: Extract<ServerEvent, { type: 'offer' }>): Promise<readonly TrackEvent[]> {
    if (this.#closed) return []
    const connection = this.#connection ??= new MediaConnection(this.#options)
    await connection.setRemoteDescription({ type: 'offer', sdp })
    await connection.during(connection.peer.setLocalDescription())
    const answered = this.#options.ask({ type: 'answer', offerId, sdp: connection.peer.localDescription?.sdp ?? '' })
    answered.catch(this.#options.onRefused)
    connection.releaseCandidates()
    return this.#carry(renegotiated(this.#carried, tracks))
  }

  /** Looks for another way to the server: its offer follows as an event. */
  async restartIce(): Promise<void> {
    await this.#options.ask({ type: 'restart' })
  }

  hurry(): void {
    this.#connection?.hurry()
  }

  addCandidate(candidate: Candidate | null): void {
    this.#connection?.addCandidate(candidate)
  }

  switchLayer(userId: string, label: StreamLabel): readonly TrackEvent[] {
    const change = switched(this.#carried, userId, label)
    const track = change === undefined ? undefined : this.#trackOf(change.mid)
    if (change === undefined || track === undefined) return []
    this.#carried = change.now
    showLabel(track, label)
    return [{ type: 'layer', userId, label, track }]
  }

  /** The user sends nothing any more. */
  endUser(userId: string): readonly TrackEvent[] {
    return this.#carry(withoutUser(this.#carried, userId))
  }

  close(reason: AliRtcError): void {
    this.#closed = true
    this.#carried = new Map()
    this.#connection?.close(reason)
    this.#connection = undefined
  }

  #carry(change: TrackChange): readonly TrackEvent[] {
    this.#carried = change.now
    const events = (type: 'track' | 'track-ended', rows: readonly OfferedTrack[]): TrackEvent[] => rows.flatMap(({ mid, userId, label }) => {
      const track = this.#trackOf(mid)
      if (track === undefined) return []
      if (type === 'track') showLabel(track, label)
      return [{ type, userId, label, track }]
    })
    return [...events('track-ended', change.ended), ...events('track', change.started)]
  }

  #trackOf(mid: string): MediaStreamTrack | undefined {
    return this.peer?.getTransceivers().find((transceiver) => transceiver.mid === mid)?.receiver.track
  }
}

/**
 * Makes `track.id` the label. Chromium takes it from the description, but only the first time a section is used; Firefox
 * invents its own. An own property hides the read-only one of the prototype.
 */
function showLabel(track: MediaStreamTrack, label: StreamLabel): void {
  if (track.id !== label) Object.defineProperty(track, 'id', { value: label, configurable: true, enumerable: true })
}
