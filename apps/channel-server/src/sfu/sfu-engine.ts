import type { Candidate } from '@earshot/protocol'

/**
 * The port to whatever forwards media. It knows rooms, transports, sources and consumers, addressed by ids that the caller
 * chooses; it knows no users, roles or labels. Implementations may live in this process or behind a socket, so everything
 * is asynchronous and nothing but plain data crosses. Each passes the suite in `sfu-engine.contract.ts`.
 *
 * Calls on one transport are carried out one after the other, in the order they were made. A call that names an unknown
 * room or transport rejects with an `SfuError`; closing something unknown or closed already does nothing.
 */
export interface SfuEngine {
  openRoom(roomId: string): Promise<void>
  /** Closes its transports too. */
  closeRoom(roomId: string): Promise<void>

  /** One peer connection of one client. Media flows between the transports of one room only. */
  openTransport(roomId: string, transportId: string, options: TransportOptions): Promise<void>
  /** Ends its sources and consumers; consumers elsewhere of its sources end as well. */
  closeTransport(transportId: string): Promise<void>

  /**
   * The client offers what it sends; the answer carries the engine's candidates. Calling again renegotiates: a source keeps
   * its id and its consumers as long as it is named again. Rejects with an `SfuError` for a description it cannot use.
   */
  receive(transportId: string, offer: IncomingOffer): Promise<{ readonly sdp: string }>

  /**
   * The whole of what the transport carries to its client from now on. Where that needs a negotiation an `offer` event
   * follows; there is one offer in flight, and changes made meanwhile go into the next. A changed `layer` alone needs none.
   * Sources that are unknown are left out.
   */
  send(transportId: string, consumers: readonly Consumer[]): Promise<void>
  /**
   * New ICE credentials for a transport that sends: an `offer` event follows with the same sections and consumers, after the answer to one in flight. Old
   * credentials stay valid. Does nothing before the first offer. Rejects with an `SfuError` for a transport that receives: there the client restarts.
   */
  restart(transportId: string): Promise<void>
  /** The client's answer to the offer with that id; an answer to an older one is refused. */
  answer(transportId: string, offerId: number, sdp: string): Promise<void>

  /** `null` ends the candidates. Ones that cannot be used (mDNS names, other families) are ignored. */
  addCandidate(transportId: string, candidate: Candidate | null): Promise<void>

  stats(): SfuStats
  /** Starts to listen; call the result to stop. */
  on(listener: (event: SfuEvent) => void): () => void
  close(): Promise<void>
}

export interface TransportOptions {
  /** The server's address as the client reaches it; the only one among the candidates. */
  readonly address: string
}

export interface IncomingOffer {
  readonly sdp: string
  /** Which media section (`mid`) is which source. Sections that are not named are refused in the answer. */
  readonly sources: readonly { readonly mid: string; readonly sourceId: string }[]
}

/** One source on its way to one client; at most one per source and transport. */
export interface Consumer {
  readonly sourceId: string
  /** The RID wanted of a simulcast source; a layer that does not arrive falls back to one that does. Absent: the only one. */
  readonly layer?: string
  /** The two parts of the `msid` that the client sees. A media section is used again only for the same `trackId`. */
  readonly streamId: string
  readonly trackId: string
}

export type SfuEvent =
  /** For the client of that transport. `consumers` is everything the description carries; its other sections are inactive. */
  | { readonly type: 'offer'; readonly transportId: string; readonly offerId: number; readonly sdp: string; readonly consumers: readonly { readonly mid: string; readonly sourceId: string }[] }
  | { readonly type: 'candidate'; readonly transportId: string; readonly candidate: Candidate | null }
  /** `failed` after 30 s of silence: nothing is sent until the client is heard again, most likely after a restart, and all else stays. After an end of the connection itself it is final. Once for each change. */
  | { readonly type: 'transport'; readonly transportId: string; readonly state: 'connected' | 'disconnected' | 'failed' }
  /** From this key frame on the client receives that layer. */
  | { readonly type: 'layer'; readonly transportId: string; readonly sourceId: string; readonly layer: string }
  /** The engine is gone: nothing works until the process is started again. */
  | { readonly type: 'fatal'; readonly message: string }

/** Counters since the start, and what is open now. */
export interface SfuStats {
  readonly rooms: number
  readonly transports: number
  readonly sources: number
  readonly consumers: number
  readonly packetsReceived: number
  readonly packetsForwarded: number
  readonly bytesForwarded: number
  readonly keyFramesRequested: number
  readonly packetsRetransmitted: number
}

/** The client's or the caller's fault, never the process's end. */
export class SfuError extends Error {
  override readonly name = 'SfuError'
}
