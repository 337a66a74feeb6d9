import { createHmac, randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { DtlsClient, keyLength, RTCDtlsTransport, saltLength, SrtcpSession, SrtpSession, RTCCertificate, type RtpHeader } from 'werift'
import { isRtcp, readRtcp, type Feedback } from './rtp/rtcp.js'
import { readRtp, type RtpPacket } from './rtp/rtp-packet.js'

/** A packet to send; everything a publisher's header can have. */
export interface Outgoing {
  readonly ssrc: number
  readonly payloadType: number
  readonly sequenceNumber: number
  readonly timestamp: number
  readonly marker?: boolean
  readonly payload: Buffer
  readonly extensions?: readonly { readonly id: number; readonly value: Buffer }[]
  /** Bytes of padding at the end. */
  readonly padding?: number
}

/** Where the engine is, and how a check has to be made there. */
export interface Remote {
  readonly fragment: string
  readonly password: string
  readonly port: number
}

/**
 * A client at the other end of a socket that sends and records packets written by hand: full ICE reduced to one check,
 * werift's DTLS client, SRTP. `arrived` is called after every packet.
 */
export class SyntheticPeer {
  readonly received: RtpPacket[] = []
  readonly feedback: Feedback[] = []
  /** RTCP packets as they came, decrypted. */
  readonly rtcp: Buffer[] = []
  /** Packets for which this says true are lost on the way in. */
  loses: (packet: RtpPacket) => boolean = () => false
  /** The same for packets of the handshake, counted from 0 in each direction. */
  losesHandshake: (direction: 'in' | 'out', count: number) => boolean = () => false
  #handshakes = { in: 0, out: 0 }
  readonly #socket: Socket
  readonly #certificate: RTCCertificate
  #fragment: string = randomBytes(4).toString('hex')
  readonly #waiting = new Set<() => void>()
  #remote: Remote | null = null
  #dtls: DtlsClient | null = null
  #srtp: SrtpSession | null = null
  #srtcp: SrtcpSession | null = null
  /** Checks that were answered. */
  checked = 0

  private constructor(socket: Socket, certificate: RTCCertificate) {
    this.#socket = socket
    this.#certificate = certificate
    socket.on('message', (packet) => this.#onPacket(packet))
  }

  /** `signsWith`: another private key (PEM) than that of the certificate it shows. */
  static async open(signsWith?: string): Promise<SyntheticPeer> {
    const own = await RTCDtlsTransport.SetupCertificate()
    const certificate = signsWith === undefined ? own : new RTCCertificate(signsWith, own.certPem, own.signatureHash)
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new SyntheticPeer(socket, certificate)
  }

  /** The lines that every description of this peer has in its sections. */
  get transportLines(): string[] {
    const fingerprint = this.#certificate.getFingerprints()[0]!.value
    return [`a=ice-ufrag:${this.#fragment}`, 'a=ice-pwd:not-used-by-a-lite-agent-at-all', `a=fingerprint:sha-256 ${fingerprint}`, 'a=rtcp-mux']
  }

  /** Restarts ICE on this side: the next offer of it has another user name. */
  restartIce(): void {
    this.#fragment = randomBytes(4).toString('hex')
  }

  /** Resolves when a check with the credentials of that description was answered. */
  async reach(sdp: string): Promise<Remote> {
    const value = (pattern: RegExp) => pattern.exec(sdp)?.[1] ?? ''
    this.#remote = { fragment: value(/a=ice-ufrag:(\S+)/), password: value(/a=ice-pwd:(\S+)/), port: Number(value(/a=candidate:1 1 udp \d+ 127\.0\.0\.1 (\d+) typ host/)) }
    const before = this.checked
    this.check()
    await this.until(() => this.checked > before)
    return this.#remote
  }

  /** Resolves when media can flow; `sdp` is the engine's description. */
  async connect(sdp: string): Promise<void> {
    await this.reach(sdp)
    const profiles = [1 as const, 7 as const]
    const dtls = new DtlsClient({
      cert: this.#certificate.certPem, key: this.#certificate.privateKey, signatureHash: this.#certificate.signatureHash, srtpProfiles: profiles, extendedMasterSecret: true,
      transport: {
        type: 'udp', address: { address: '', family: 'IPv4', port: 0 }, closed: false, onData: () => undefined,
        send: async (packet) => { if (!this.losesHandshake('out', this.#handshakes.out++)) this.raw(packet) }, close: async () => undefined,
      },
    })
    this.#dtls = dtls
    await new Promise<void>((resolve, reject) => {
      dtls.onConnect.once(() => resolve())
      dtls.onError.once(reject)
      dtls.connect().catch(reject)
    })
    const profile = dtls.srtp.srtpProfile!
    const keys = dtls.extractSessionKeys(keyLength(profile), saltLength(profile))
    const config = { profile, keys: { localMasterKey: keys.localKey, localMasterSalt: keys.localSalt, remoteMasterKey: keys.remoteKey, remoteMasterSalt: keys.remoteSalt } }
    this.#srtp = new SrtpSession(config)
    this.#srtcp = new SrtcpSession(config)
  }

  /** A connectivity check that nominates, with the newest credentials or other ones. */
  check({ fragment, password }: Pick<Remote, 'fragment' | 'password'> = this.#remote!): void {
    const attribute = (type: number, value: Buffer) => {
      const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
      bytes.writeUInt16BE(type, 0)
      bytes.writeUInt16BE(value.length, 2)
      value.copy(bytes, 4)
      return bytes
    }
    const body = Buffer.concat([attribute(0x0006, Buffer.from(`${fragment}:${this.#fragment}`)), attribute(0x802a, randomBytes(8)), attribute(0x0025, Buffer.alloc(0))])
    const head = Buffer.concat([Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]), randomBytes(12)])
    head.writeUInt16BE(body.length + 24, 2)
    const integrity = createHmac('sha1', password).update(head).update(body).digest()
    this.raw(Buffer.concat([head, body, attribute(0x0008, integrity)]))
  }

  /** Any bytes at all. */
  raw(packet: Buffer): void {
    this.#socket.send(packet, this.#remote!.port, '127.0.0.1')
  }

  sendRtp({ ssrc, payloadType, sequenceNumber, timestamp, marker = false, payload, extensions = [], padding = 0 }: Outgoing): void {
    const fixed = Buffer.alloc(12)
    fixed[0] = 0x80 | (padding ? 0x20 : 0) | (extensions.length > 0 ? 0x10 : 0)
    fixed[1] = (marker ? 0x80 : 0) | payloadType
    fixed.writeUInt16BE(sequenceNumber & 0xffff, 2)
    fixed.writeUInt32BE(timestamp >>> 0, 4)
    fixed.writeUInt32BE(ssrc, 8)
    const values = Buffer.concat(extensions.map(({ id, value }) => Buffer.concat([Buffer.from([(id << 4) | (value.length - 1)]), value])))
    const words = Math.ceil(values.length / 4)
    const block = extensions.length > 0 ? Buffer.concat([Buffer.from([0xbe, 0xde, 0, words]), values, Buffer.alloc(words * 4 - values.length)]) : Buffer.alloc(0)
    const header = Buffer.concat([fixed, block])
    const tail = padding ? Buffer.concat([Buffer.alloc(padding - 1), Buffer.from([padding])]) : Buffer.alloc(0)
    // werift reads exactly these of its own header class.
    const view = { ssrc, sequenceNumber: sequenceNumber & 0xffff, serializeSize: header.length, serialize: () => header } as unknown as RtpHeader
    this.raw(this.#srtp!.encrypt(Buffer.concat([payload, tail]), view))
  }

  sendRtcp(packet: Buffer): void {
    this.raw(this.#srtcp!.encrypt(packet))
  }

  /** Resolves when it is true, looked at after every packet that arrives; the test's time limit ends the waiting. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  async close(): Promise<void> {
    if (this.#dtls) this.#dtls.dtls.flight = Number.MAX_SAFE_INTEGER
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  #onPacket(packet: Buffer): void {
    const first = packet[0]!
    if (first < 4) this.checked += Number(packet.readUInt16BE(0) === 0x0101)
    else if (first < 64) {
      if (!this.losesHandshake('in', this.#handshakes.in++)) this.#dtls?.transport.socket.onData(packet, ['127.0.0.1', 0])
    }
    else if (isRtcp(packet)) this.#onRtcp(this.#srtcp!.decrypt(packet))
    else {
      const rtp = readRtp(this.#srtp!.decrypt(packet))!
      if (!this.loses(rtp)) this.received.push(rtp)
    }
    for (const look of [...this.#waiting]) look()
  }

  #onRtcp(packet: Buffer): void {
    this.rtcp.push(packet)
    this.feedback.push(...readRtcp(packet))
  }
}
