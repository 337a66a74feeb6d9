import type { Candidate } from '@earshot/protocol'
import type { AliRtcError } from '../../errors.js'
import { newPath, pathStep, type PathHealth, type PathNews, type PathPatience } from './path-health.js'

export interface MediaConnectionOptions {
  readonly iceServers: readonly RTCIceServer[]
  readonly patience: PathPatience & { readonly lookEveryMs: number }
  readonly onCandidate: (candidate: Candidate | null) => void
  /** What becomes of the path; closing a silent connection makes it `alive`. */
  readonly onPath: (news: PathNews) => void
  /** Whether a restart could be negotiated now. */
  readonly canRestart: () => boolean
}

/** An RTCPeerConnection with what both directions need: candidates at the right time, a watch on its path, and calls that end with it. */
export class MediaConnection {
  readonly peer: RTCPeerConnection
  readonly #options: MediaConnectionOptions
  readonly #closing: AbortController = new AbortController()
  readonly #closed: Promise<never>
  /** Undefined as soon as they can be used at once. */
  #incoming: (Candidate | null)[] | undefined = []
  #outgoing: (Candidate | null)[] | undefined = []
  #path: PathHealth = newPath(performance.now())
  readonly #timer: ReturnType<typeof setInterval>
  #looking = false

  constructor(options: MediaConnectionOptions) {
    this.#options = options
    const { signal } = this.#closing
    this.#closed = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    this.#closed.catch(() => undefined) // nobody may be waiting
    this.peer = new RTCPeerConnection({ iceServers: [...options.iceServers], bundlePolicy: 'max-bundle' })
    this.peer.addEventListener('icecandidate', ({ candidate }) => this.#found(candidate), { signal })
    this.#timer = setInterval(() => void this.#look(), options.patience.lookEveryMs)
  }

  /** Nothing has come for so long that calls should not wait for it. */
  get lost(): boolean {
    return this.#path.state === 'lost'
  }

  /** Should the path be silent, now or soon, its restart is due at once. */
  hurry(): void {
    this.#path = { ...this.#path, restartMs: 0 }
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
    else this.peer.addIceCandidate(candidate as RTCIceCandidateInit | null).catch(() => undefined) // to browsers an undefined field is an absent one
  }

  /** Our description is on its way: what was found meanwhile may follow it. */
  releaseCandidates(): void {
    const waiting = this.#outgoing ?? []
    this.#outgoing = undefined
    for (const candidate of waiting) this.#options.onCandidate(candidate)
  }

  /** @param reason what `during` rejects with */
  close(reason: AliRtcError): void {
    clearInterval(this.#timer)
    this.#closing.abort(reason)
    closeWhenQuiet(this.peer)
    this.#options.onPath('alive')
  }

  #found(found: RTCIceCandidate | null): void {
    if (found?.candidate === '') return // the end of one generation; null follows for all
    const candidate = (found?.toJSON() ?? null) as Candidate | null // one that was found has all its fields
    if (this.#outgoing !== undefined) this.#outgoing.push(candidate)
    else this.#options.onCandidate(candidate)
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    const bytes = await this.peer.getStats().then(bytesReceived, () => this.#path.bytes)
    this.#looking = false
    if (this.#closing.signal.aborted) return
    const { patience, canRestart, onPath } = this.#options
    const failed = this.peer.connectionState === 'failed'
    const { path, news } = pathStep(this.#path, { nowMs: performance.now(), bytes, failed, canRestart: canRestart() }, patience)
    this.#path = path
    news.forEach(onPath)
  }
}

/** RTP and RTCP of all candidate pairs; the checks of ICE are not in it. */
function bytesReceived(reports: RTCStatsReport): number {
  let bytes = 0
  for (const report of (reports as ReadonlyMap<string, { readonly type: string; readonly bytesReceived?: number }>).values()) if (report.type === 'candidate-pair') bytes += report.bytesReceived ?? 0
  return bytes
}

/**
 * Chromium never frees an RTCPeerConnection that is closed between a change of its state and the event of that change, and makes no more than 500 of
 * them (docs/browser-facts.md). One whose state may be changing sends nothing any more, and is closed when the page has nothing else to do: then its
 * events are over.
 */
function closeWhenQuiet(peer: RTCPeerConnection): void {
  const settled = peer.connectionState === 'connected' && peer.iceGatheringState === 'complete'
  const { scheduler } = globalThis as { readonly scheduler?: { postTask: (task: () => void, options: { readonly priority: 'background' }) => Promise<void> } }
  if (settled || scheduler === undefined) return peer.close()
  for (const sender of peer.getSenders()) sender.replaceTrack(null).catch(() => undefined) // closed meanwhile
  void scheduler.postTask(() => peer.close(), { priority: 'background' })
}
