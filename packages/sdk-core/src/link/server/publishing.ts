import {
  ERROR_ANSWER_FAIL, ERROR_NOT_PUBLISHING, ERROR_OPTIONS_LIVE_CANNOT_PUBLISH, ERROR_PUBLISH_WRONG_ROLE, type Candidate, type Slot,
} from '@earshot/protocol'
import { AliRtcError } from '../../errors.js'
import type { PublishOptions } from '../channel-link.js'
import { MediaConnection, type MediaConnectionOptions } from './media-connection.js'
import { nextTurn } from '../../next-turn.js'
import { changed, muted, streamRows, type Publication, type Sending } from './publication.js'
import { openSenders, type Senders } from './senders.js'
import type { Consent, Question } from './server-requests.js'
import { TaskQueue } from '../../task-queue.js'

export interface PublishingOptions extends MediaConnectionOptions {
  readonly ask: (question: Question) => Promise<Consent>
}

interface Upload {
  readonly connection: MediaConnection
  readonly senders: Senders
  /** An ICE restart is on its way. */
  restarting: boolean
}

/**
 * What we send: one connection that has a section for each slot from its first offer on, so that tracks come and go without
 * a negotiation. It exists while something is published.
 */
export class Publishing {
  readonly #options: PublishingOptions
  readonly #queue: TaskQueue = new TaskQueue()
  #publication: Publication = new Map()
  #upload: Upload | undefined
  /** Gathered in this turn of the event loop, and what its calls wait for. */
  #gathering: { readonly change: Map<Slot, Sending | null>; readonly done: Promise<void> } | undefined
  #closedBy: AliRtcError | undefined

  constructor(options: PublishingOptions) {
    this.#options = options
  }

  get peer(): RTCPeerConnection | undefined {
    return this.#upload?.connection.peer
  }

  publishTrack(slot: Slot, track: MediaStreamTrack, options: PublishOptions): Promise<void> {
    return this.#gather(slot, { track, options })
  }

  unpublish(slot: Slot): Promise<void> {
    return this.#gather(slot, null)
  }

  async setMuted(slot: 'audio' | 'camera', on: boolean): Promise<void> {
    await nextTurn() // behind a publishTrack() of the same turn
    await this.#queue.run(async () => {
      await this.#options.ask({ type: 'mute', slot, muted: on })
      this.#publication = muted(this.#publication, slot, on)
    })
  }

  /** Looks for another way to the server; what is sent goes on meanwhile, and over the old way if that heals. No call waits for the answer. */
  async restartIce(): Promise<void> {
    const upload = this.#upload
    if (upload === undefined || upload.restarting) return
    const { connection, senders } = upload
    upload.restarting = true
    try {
      const { answer } = await this.#queue.run(async () => {
        connection.peer.restartIce()
        const offer = await this.#offer(upload)
        return { answer: this.#options.ask({ type: 'publish', streams: streamRows(this.#publication, senders.layered(this.#publication)), offer }) }
      })
      const accepted = await answer
      // Before the candidates that follow it, which a call in the queue would let pass
      if (accepted.type === 'accepted' && accepted.sdp !== undefined) await connection.setRemoteDescription({ type: 'answer', sdp: accepted.sdp })
      await this.#queue.run(() => connection.during(senders.tune(this.#publication))) // Chromium forgot `active: false` with the answer
    } catch (error) {
      if (this.#upload === upload) throw error // one that has ended meanwhile needs no way
    } finally {
      upload.restarting = false
    }
  }

  hurry(): void {
    this.#upload?.connection.hurry()
  }

  addCandidate(candidate: Candidate | null): void {
    this.#upload?.connection.addCandidate(candidate)
  }

  slotOf(mid: string): Slot | undefined {
    return this.#upload?.senders.slotOf(mid)
  }

  /** @param reason for the calls that wait */
  close(reason: AliRtcError): void {
    this.#closedBy ??= reason
    this.#drop(reason)
  }

  #gather(slot: Slot, sending: Sending | null): Promise<void> {
    if (this.#gathering === undefined) {
      const change = new Map<Slot, Sending | null>()
      const done = nextTurn().then(() => {
        this.#gathering = undefined
        return this.#queue.run(() => this.#apply(changed(this.#publication, change)))
      })
      this.#gathering = { change, done }
    }
    this.#gathering.change.set(slot, sending)
    return this.#gathering.done
  }

  async #apply(next: Publication): Promise<void> {
    if (next.size === 0) return this.#stop()
    // A dead connection cannot be given new tracks; the server has to forget it before it takes another
    if (this.#upload?.connection.lost) await this.#stop().catch(() => undefined)
    if (this.#upload === undefined) await this.#start(next)
    else await this.#change(this.#upload, next)
    this.#publication = next
  }

  async #start(next: Publication): Promise<void> {
    if (this.#closedBy !== undefined) throw this.#closedBy // close() could not close what is opened after it
    const { ask, ...options } = this.#options
    const connection = new MediaConnection(options)
    const senders = openSenders(connection.peer)
    const upload = this.#upload = { connection, senders, restarting: false }
    try {
      await connection.during(senders.attach(next))
      const offer = await this.#offer(upload)
      const accepted = ask({ type: 'publish', streams: streamRows(next, senders.layered(next)), offer })
      connection.releaseCandidates()
      await this.#take(connection, await accepted)
      await connection.during(senders.tune(next))
    } catch (error) {
      const failure = publishFailure(error)
      this.#drop(failure)
      throw failure
    }
  }

  async #offer({ connection, senders }: Upload): Promise<Extract<Question, { type: 'publish' }>['offer']> {
    await connection.during(connection.peer.setLocalDescription())
    return { sdp: connection.peer.localDescription?.sdp ?? '', slots: senders.slots() }
  }

  async #take(connection: MediaConnection, answer: Consent): Promise<void> {
    try {
      const sdp = answer.type === 'accepted' ? answer.sdp : undefined
      if (sdp === undefined) throw new Error('there is none')
      await connection.setRemoteDescription({ type: 'answer', sdp })
    } catch (cause) {
      if (cause instanceof AliRtcError) throw cause // closed meanwhile
      // The server believes that we publish; without a connection we do not
      await this.#options.ask({ type: 'unpublish' }).catch(() => undefined)
      throw new AliRtcError(ERROR_ANSWER_FAIL, `the server's answer cannot be used: ${String(cause)}`, { cause })
    }
  }

  async #change({ connection, senders }: Upload, next: Publication): Promise<void> {
    try {
      await connection.during(senders.attach(next))
      await connection.during(senders.tune(next))
      await this.#options.ask({ type: 'publish', streams: streamRows(next, senders.layered(next)) })
    } catch (error) {
      // As it was: what was announced is what is sent
      await connection.during(senders.attach(this.#publication).then(() => senders.tune(this.#publication))).catch(() => undefined)
      throw publishFailure(error)
    }
  }

  /** Nothing is sent from here on, whatever the server answers. */
  async #stop(): Promise<void> {
    if (this.#upload === undefined) return
    this.#drop(new AliRtcError(ERROR_NOT_PUBLISHING, 'publishing was ended'))
    this.#publication = new Map()
    await this.#options.ask({ type: 'unpublish' })
  }

  #drop(reason: AliRtcError): void {
    this.#upload?.connection.close(reason)
    this.#upload = undefined
  }
}

function publishFailure(error: unknown): AliRtcError {
  if (!(error instanceof AliRtcError)) return new AliRtcError(ERROR_ANSWER_FAIL, `the publishing connection failed: ${String(error)}`, { cause: error })
  // The server's code for a publisher of the wrong role is not the one that applications know
  return error.code === ERROR_PUBLISH_WRONG_ROLE ? new AliRtcError(ERROR_OPTIONS_LIVE_CANNOT_PUBLISH, error.message, { cause: error }) : error
}
