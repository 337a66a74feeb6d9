import type { Candidate, Connection } from '@earshot/protocol'
import { SfuError, type Consumer, type IncomingOffer, type SfuEngine } from '../sfu/sfu-engine.js'
import { transportId } from './engine-ids.js'

/** One open transport, or one that is being opened. */
interface Lane {
  readonly opened: Promise<void>
  /** The last call; the next one starts when it has settled. */
  last: Promise<unknown>
}

/**
 * The SFU's side of one channel: opens transports when they are first needed, and keeps the calls on each of them in order,
 * opening and closing included.
 */
export class ChannelMedia {
  readonly #engine: SfuEngine
  readonly #roomId: string
  readonly #lanes = new Map<string, Lane>()
  /** Transports on their way out; one of the same id opens only after that. */
  readonly #closing = new Map<string, Promise<void>>()

  constructor(engine: SfuEngine, roomId: string) {
    this.#engine = engine
    this.#roomId = roomId
  }

  /** `fresh`: closes the transport there may be, since the client has a new connection. Rejects as `SfuEngine.receive`. */
  receive(sessionId: string, address: string, offer: IncomingOffer, fresh: boolean): Promise<{ readonly sdp: string }> {
    const id = transportId(sessionId, 'publish')
    if (fresh) this.#closeLane(id)
    return inLane(this.#open(id, address), () => this.#engine.receive(id, offer))
  }

  /** Opens nothing to carry nothing. */
  async send(sessionId: string, address: string, consumers: readonly Consumer[]): Promise<void> {
    const id = transportId(sessionId, 'subscribe')
    if (consumers.length === 0 && !this.#lanes.has(id)) return
    await inLane(this.#open(id, address), () => this.#engine.send(id, consumers))
  }

  async answer(sessionId: string, offerId: number, sdp: string): Promise<void> {
    const id = transportId(sessionId, 'subscribe')
    const lane = this.#lanes.get(id)
    if (lane === undefined) throw new SfuError('there is no subscribing connection yet')
    await inLane(lane, () => this.#engine.answer(id, offerId, sdp))
  }

  /** Restarts the ICE of nothing where nothing was ever carried. */
  async restart(sessionId: string): Promise<void> {
    const id = transportId(sessionId, 'subscribe')
    const lane = this.#lanes.get(id)
    if (lane !== undefined) await inLane(lane, () => this.#engine.restart(id))
  }

  /** Candidates for a connection that is not there, any more or yet, are of no use to anyone. */
  async addCandidate(sessionId: string, connection: Connection, candidate: Candidate | null): Promise<void> {
    const id = transportId(sessionId, connection)
    const lane = this.#lanes.get(id)
    if (lane !== undefined) await inLane(lane, () => this.#engine.addCandidate(id, candidate))
  }

  /** Never rejects; the engine closes what it can. */
  async close(sessionId: string, connection: Connection): Promise<void> {
    const id = transportId(sessionId, connection)
    this.#closeLane(id)
    await this.#closing.get(id)
  }

  #open(id: string, address: string): Lane {
    const known = this.#lanes.get(id)
    if (known !== undefined) return known
    const opened = (this.#closing.get(id) ?? Promise.resolve()).then(() => this.#engine.openTransport(this.#roomId, id, { address }))
    const lane: Lane = { opened, last: opened }
    this.#lanes.set(id, lane)
    opened.catch(() => { // whoever waits for the lane hears of it; the next call tries again
      if (this.#lanes.get(id) === lane) this.#lanes.delete(id)
    })
    return lane
  }

  #closeLane(id: string): void {
    const lane = this.#lanes.get(id)
    if (lane === undefined) return
    this.#lanes.delete(id)
    const closed: Promise<void> = settled(lane.last)
      .then(() => settled(this.#engine.closeTransport(id)))
      .then(() => { if (this.#closing.get(id) === closed) this.#closing.delete(id) })
    this.#closing.set(id, closed)
  }
}

function inLane<Result>(lane: Lane, work: () => Promise<Result>): Promise<Result> {
  const result = settled(lane.last).then(() => lane.opened).then(work)
  lane.last = result
  return result
}

async function settled(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => undefined)
}
