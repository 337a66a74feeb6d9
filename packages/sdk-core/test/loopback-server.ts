import { parseClientMessage, type Candidate, type ClientMessage, type MemberRow, type OfferedTrack, type ServerMessage } from '@earshot/protocol'
import type { OpenSocket, SocketHandlers } from '../src/link/server/signalling-socket.js'

type Of<Type extends ClientMessage['type']> = Extract<ClientMessage, { type: Type }>
/** A track for the client, and the section it goes into: a new one, or one that was used before. */
export type Carried = Omit<OfferedTrack, 'mid'> & { readonly track: MediaStreamTrack; readonly section?: number }

/**
 * The other side of one link, in the same page: scripted sockets over which one session goes on, and real peer connections that
 * answer what the link publishes and offer what it subscribes to, with real media over loopback. It accepts everything unless
 * told otherwise.
 */
export class LoopbackServer {
  /** Every message of the client, in order. */
  readonly received: ClientMessage[] = []
  /** Messages that the protocol does not allow. */
  readonly faults: string[] = []
  readonly members: MemberRow[] = []
  /** Receives what the client publishes; the newest connection. */
  receiving: RTCPeerConnection | undefined
  /** Sends what the client subscribes to. */
  sending: RTCPeerConnection | undefined
  /** The client has closed the socket that was in use. */
  closed = false
  /** Sockets that were opened. */
  sockets = 0
  /** Sockets cannot be opened. */
  unreachable = false
  /** As after a restart: sessions cannot be resumed. */
  forgets = false
  #handlers: SocketHandlers | undefined
  /** What was said in the session, and how much of the client's arrived in it. */
  readonly #said: string[] = []
  #counted = 0
  #offerId = 0
  #tracks: readonly OfferedTrack[] = []
  readonly #scripts: ((message: ClientMessage) => boolean)[] = []
  readonly #waiting: { readonly matches: (message: ClientMessage) => boolean; readonly found: (message: ClientMessage) => void }[] = []

  readonly openSocket: OpenSocket = (_url, handlers) => {
    this.sockets += 1
    const gone = this.unreachable
    setTimeout(() => (gone ? handlers.close('refused') : handlers.open()))
    return {
      send: (text) => this.#take(text, handlers),
      close: () => { if (handlers === this.#handlers) this.closed = true },
    }
  }

  /** Says it in a task of its own, as a network does. */
  say(message: ServerMessage | string): void {
    setTimeout(() => this.deliver(typeof message === 'string' ? message : JSON.stringify(message)))
  }

  /** Says it now, before this task ends. */
  deliver(text: string): void {
    this.#said.push(text)
    this.#handlers?.message(text)
  }

  /** The network loses the socket. */
  drop(reason: string, code?: number): void {
    const handlers = this.#handlers
    this.#handlers = undefined
    handlers?.close(reason, code)
  }

  /** The network swallows what is said from now on, and nobody notices. */
  mute(): void {
    this.#handlers = undefined
  }

  /** The next message of that type is handled by `script` instead. */
  once<Type extends ClientMessage['type']>(type: Type, script: (message: Of<Type>) => void): void {
    this.#scripts.push((message) => {
      if (message.type !== type) return false
      script(message as Of<Type>) // the line above
      return true
    })
  }

  refuseOnce(type: Exclude<ClientMessage['type'], 'candidate'>, code: number, text: string): void {
    this.once(type, (message) => this.say({ type: 'error', ...('id' in message ? { id: message.id } : {}), code, message: text }))
  }

  /** The next message of that type that arrives from now on. */
  next<Type extends ClientMessage['type']>(type: Type): Promise<Of<Type>> {
    return new Promise((resolve) => {
      this.#waiting.push({ matches: (message) => message.type === type, found: (message) => resolve(message as Of<Type>) }) // `matches`
    })
  }

  ofType<Type extends ClientMessage['type']>(type: Type): Of<Type>[] {
    return this.received.filter((message): message is Of<Type> => message.type === type)
  }

  /** Makes the offer that carries exactly this, and has its answer; sections are counted from 0 and recycled when named. */
  async offer(carried: readonly Carried[]): Promise<readonly OfferedTrack[]> {
    const message = await this.prepareOffer(carried)
    const answered = this.next('answer')
    this.say(message)
    await answered
    return message.tracks
  }

  /** The same, for the test to say it. The candidates follow by themselves. */
  async prepareOffer(carried: readonly Carried[]): Promise<Extract<ServerMessage, { type: 'offer' }>> {
    const peer = this.sending ??= this.#open('subscribe')
    for (const transceiver of peer.getTransceivers()) transceiver.direction = 'inactive'
    const used = carried.map(({ track, section }) => {
      const transceiver = (section === undefined ? undefined : peer.getTransceivers()[section]) ?? peer.addTransceiver(track.kind)
      transceiver.direction = 'sendonly'
      return transceiver
    })
    await Promise.all(carried.map(({ track }, index) => used[index]?.sender.replaceTrack(track)))
    const { sdp = '' } = await peer.createOffer()
    await peer.setLocalDescription({ type: 'offer', sdp })
    const tracks = carried.map(({ userId, label }, index) => ({ mid: used[index]?.mid ?? '', userId, label }))
    this.#offerId += 1
    this.#tracks = tracks
    return { type: 'offer', offerId: this.#offerId, sdp: withMsids(sdp, tracks), tracks }
  }

  close(): void {
    this.receiving?.close()
    this.sending?.close()
  }

  #take(text: string, handlers: SocketHandlers): void {
    const parsed = parseClientMessage(text)
    if (!parsed.ok) {
      this.faults.push(parsed.fault.message)
      return
    }
    const { message } = parsed
    if (message.type === 'resume') return this.#resume(message, handlers)
    if (message.type === 'join') this.#handlers = handlers
    else if (handlers !== this.#handlers) return // nobody reads that socket any more
    else this.#counted += 1
    this.received.push(message)
    const script = this.#scripts.findIndex((handles) => handles(message))
    if (script >= 0) this.#scripts.splice(script, 1)
    else void this.#handle(message)
    for (const waiting of this.#waiting.filter((one) => one.matches(message))) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.found(message)
    }
  }

  #resume({ id, received }: Of<'resume'>, handlers: SocketHandlers): void {
    const answer: ServerMessage = this.forgets ? { type: 'error', id, code: 10311, message: 'there is no session with that key' } : { type: 'resumed', id, received: this.#counted }
    setTimeout(() => {
      const missed = this.forgets ? [] : this.#said.slice(received)
      if (!this.forgets) this.#handlers = handlers
      for (const text of [JSON.stringify(answer), ...missed]) handlers.message(text)
    })
  }

  async #handle(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'join': return this.say({ type: 'joined', id: message.id, members: this.members, iceServers: [] })
      case 'publish': return this.say({ type: 'accepted', id: message.id, ...(message.offer === undefined ? {} : await this.#answer(message.offer.sdp)) })
      case 'answer':
        await this.sending?.setRemoteDescription({ type: 'answer', sdp: message.sdp })
        return this.say({ type: 'accepted', id: message.id })
      case 'restart': {
        this.say({ type: 'accepted', id: message.id })
        const peer = this.sending
        if (peer === undefined || peer.signalingState === 'closed') return
        peer.restartIce()
        await peer.setLocalDescription()
        this.#offerId += 1
        return this.say({ type: 'offer', offerId: this.#offerId, sdp: withMsids(peer.localDescription?.sdp ?? '', this.#tracks), tracks: this.#tracks })
      }
      case 'candidate': {
        const peer = message.connection === 'publish' ? this.receiving : this.sending
        // None where the test refused the answer. The cast: the protocol has undefined fields where the DOM has none.
        if (peer?.remoteDescription && peer.signalingState !== 'closed') await peer.addIceCandidate((message.candidate ?? undefined) as RTCIceCandidateInit)
        return
      }
      default: return this.say({ type: 'accepted', id: message.id })
    }
  }

  async #answer(offer: string): Promise<{ readonly sdp?: string }> {
    // A restart of ICE is of the same connection, whose certificate tells
    const same = fingerprint(offer) === fingerprint(this.receiving?.remoteDescription?.sdp)
    if (same && this.receiving?.signalingState === 'closed') return {}
    if (!same) this.receiving?.close()
    const peer = this.receiving = same && this.receiving !== undefined ? this.receiving : this.#open('publish')
    await peer.setRemoteDescription({ type: 'offer', sdp: offer })
    await peer.setLocalDescription()
    return { sdp: withBandwidth(withSimulcast(peer.localDescription?.sdp ?? '', offer)) }
  }

  #open(connection: 'publish' | 'subscribe'): RTCPeerConnection {
    const peer = new RTCPeerConnection()
    peer.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate !== '') this.say({ type: 'candidate', connection, candidate: candidate && candidate.toJSON() as Candidate }) // `candidate` is there, the if says
    }
    return peer
  }
}

function fingerprint(sdp = ''): string | undefined {
  return /^a=fingerprint:(.*)$/m.exec(sdp)?.[1]
}

function withMsids(sdp: string, tracks: readonly OfferedTrack[]): string {
  return sections(sdp).map((section) => {
    const track = tracks.find((row) => section.includes(`a=mid:${row.mid}\r\n`))
    return track === undefined ? section : section.replaceAll(/msid:\S+ \S+/g, `msid:${track.userId} ${track.label}`)
  }).join('')
}

/** A browser does not accept several layers; an SFU does, and the sender goes by what the answer says. */
function withSimulcast(answer: string, offer: string): string {
  const offered = sections(offer)
  return sections(answer).map((section, index) => {
    const rids = [...(offered[index] ?? '').matchAll(/^a=rid:(\S+) send/gm)].map((match) => match[1])
    if (rids.length === 0) return section
    const extension = /^a=extmap:\d+ urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id$/m.exec(offered[index] ?? '')?.[0] ?? ''
    return `${section}${extension}\r\n${rids.map((rid) => `a=rid:${rid} recv\r\n`).join('')}a=simulcast:recv ${rids.join(';')}\r\n`
  }).join('')
}

/**
 * The sender's estimate starts at 1 Mbit/s and stays above it. A busy machine looks to it like a slow network, and on a slow
 * network a browser rightly stops sending the large layer, for many seconds: the tests are not about that.
 */
function withBandwidth(sdp: string): string {
  return sdp.replaceAll(/^a=rtpmap:(\d+) VP8\/90000$/gm, '$&\r\na=fmtp:$1 x-google-start-bitrate=1000;x-google-min-bitrate=1000')
}

function sections(sdp: string): string[] {
  return sdp.split(/(?=^m=)/m)
}
