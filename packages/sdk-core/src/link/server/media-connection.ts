import type { Candidate } from '@earshot/protocol'
import type { AliRtcError } from '../../errors.js'

export interface MediaConnectionOptions {
  readonly iceServers: readonly RTCIceServer[]
  readonly disconnectedMs: number
  readonly onCandidate: (candidate: Candidate | null) => void
  /** Media does not flow any more: `failed`, or `disconnected` for too long. Once, until it was connected again. */
  readonly onLost: () => void
}

/** An RTCPeerConnection with what both directions need: candidates at the right time, a watch, and calls that end with it. */
export class MediaConnection {
  readonly peer: RTCPeerConnection
  readonly #options: MediaConnectionOptions
  readonly #closing: AbortController = new AbortController()
  readonly #closed: Promise<never>
  /** Undefined as soon as they can be used at once. */
  #incoming: (Candidate | null)[] | undefined = []
  #outgoing: (Candidate | null)[] | undefined = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #lost = false

  constructor(options: MediaConnectionOptions) {
    this.#options = options
    const { signal } = this.#closing
    this.#closed = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    this.#closed.catch(() => undefined) // nobody may be waiting
    this.peer = new RTCPeerConnection({ iceServers: [...options.iceServers], bundlePolicy: 'max-bundle' })
    this.peer.addEventListener('icecandidate', ({ candidate }) => this.#found(candidate), { signal })
    this.peer.addEventListener('connectionstatechange', () => this.#watch(), { signal })
  }

  get lost(): boolean {
    return this.#lost
  }

  /** A call on a closed RTCPeerConnection never settles; through here it rejects with the reason of the closing. */
  during<Result>(operation: Promise<Result>): Promise<Result> {
    return Promise.race([operation, this.#closed])
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    await this.during(this.peer.setRemoteDescription(description))
    const waiting = this.#incoming ?? []
    this.#incoming = undefined
    for (const candidate of waiting) this.addCandidate(candidate)
  }

  /** From the server. Kept until there is a description to which it belongs. */
  addCandidate(candidate: Candidate | null): void {
    if (this.#closing.signal.aborted) return
    if (this.#incoming !== undefined) this.#incoming.push(candidate)
    // One that cannot be used is no loss as long as another can; when none can, the connection fails and says so
    else this.peer.addIceCandidate(candidate === null ? undefined : usable(candidate)).catch(() => undefined)
  }

  /** Our description is on its way: what was found meanwhile may follow it. */
  releaseCandidates(): void {
    const waiting = this.#outgoing ?? []
    this.#outgoing = undefined
    for (const candidate of waiting) this.#options.onCandidate(candidate)
  }

  /** @param reason what `during` rejects with */
  close(reason: AliRtcError): void {
    clearTimeout(this.#timer)
    this.#closing.abort(reason)
    this.peer.close()
  }

  #found(found: RTCIceCandidate | null): void {
    if (found?.candidate === '') return // the end of one generation; null follows for all
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = found ?? {}
    const row = candidate === undefined ? null : { candidate, sdpMid, sdpMLineIndex, usernameFragment }
    if (this.#outgoing !== undefined) this.#outgoing.push(row)
    else this.#options.onCandidate(row)
  }

  #watch(): void {
    const state = this.peer.connectionState
    if (state === 'connected') {
      this.#lost = false
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
    if (state === 'failed') this.#lose()
    if (state === 'disconnected') this.#timer ??= setTimeout(() => this.#lose(), this.#options.disconnectedMs)
  }

  #lose(): void {
    if (this.#lost) return
    this.#lost = true
    this.#options.onLost()
  }
}

/** `undefined` is no value of RTCIceCandidateInit under exact optional types. */
function usable({ candidate, sdpMid, sdpMLineIndex, usernameFragment }: Candidate): RTCIceCandidateInit {
  return { candidate, sdpMid: sdpMid ?? null, sdpMLineIndex: sdpMLineIndex ?? null, usernameFragment: usernameFragment ?? null }
}
