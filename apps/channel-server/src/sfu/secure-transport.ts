import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { RemoteInfo } from 'node:dgram'
import { DtlsServer, keyLength, RTCDtlsTransport, saltLength, SrtcpSession, SrtpSession, type RTCCertificate, type RtpHeader } from 'werift'
import { HandshakeOrder, recordsOf } from './dtls/handshake-order.js'
import { provesPossession } from './dtls/possession.js'
import { nextConnectivity, type Connectivity } from './ice/connectivity.js'
import { isAuthentic, writeBindingSuccess, writeRoleConflict, type BindingRequest } from './ice/stun-message.js'
import type { UdpPort, UdpPorts, UdpUser } from './ice/udp-ports.js'
import { isRtcp, writeReceiverReport } from './rtp/rtcp.js'
import type { LocalTransport } from './sdp/local-transport.js'
import type { Fingerprint } from './sdp/session-description.js'

export interface SecureTransportOptions {
  readonly ports: UdpPorts
  readonly port: UdpPort
  /** For the candidates. */
  readonly address: string
  readonly certificate: RTCCertificate
  readonly now: () => number
  /** Decrypted. */
  readonly onRtp: (packet: Buffer) => void
  readonly onRtcp: (packet: Buffer) => void
  readonly onConnectivity: (state: Exclude<Connectivity, 'new'>) => void
  readonly log: (message: string) => void
}

// 7: AES-GCM, one pass in the processor's own instructions; 1: AES-CM with HMAC-SHA1, which everybody has.
const SRTP_PROFILES = [7, 1] as const
const MOST_FRAGMENTS = 4
/** Every client hears something of us twice a second, so that it can tell a quiet server from a dead path though a packet is lost. */
const QUIET_MS = 480
/** werift keeps state per SSRC for ever; a client has a handful, more than this is an attack on our memory. */
const MOST_SSRCS = 64

interface Credentials {
  readonly fragment: string
  readonly password: string
}

/**
 * An ICE-lite agent, DTLS server and SRTP on one connection. DTLS and SRTP are werift's. Its ICE is not used: it does not
 * check the integrity of requests, its sockets throw unhandled `error` events on unreachable candidates, and its checks
 * reject outside of any handler. Nor is its RTCPeerConnection: see `werift-engine.ts`.
 */
export class SecureTransport implements UdpUser {
  readonly #options: SecureTransportOptions
  /** Newest first; older ones stay valid because checks made with them are still on their way after a restart. */
  #credentials: Credentials[] = []
  #dtls: DtlsServer | null = null
  readonly #order = new HandshakeOrder()
  #srtp: SrtpSession | null = null
  #srtcp: SrtcpSession | null = null
  #fingerprints: readonly Fingerprint[] | null = null
  #handshakeDone = false
  #state: Connectivity = 'new'
  #broken = false
  #lastHeardAt: number
  #lastRtcpAt = -Infinity
  /** Ours in empty reports. */
  readonly #ssrc = 1 + randomInt(0xffff_fffe)
  /** The newest credentials that a check has come with. */
  #checked: Credentials | null = null
  #remoteAddress = ''
  #remotePort = 0
  #closed = false
  readonly #ssrcs = new Set<number>()

  constructor(options: SecureTransportOptions) {
    this.#options = options
    this.#lastHeardAt = options.now()
    this.restartIce()
  }

  get local(): LocalTransport {
    const { fragment, password } = this.#credentials[0]!
    const fingerprint = this.#options.certificate.getFingerprints()[0]!.value
    return { usernameFragment: fragment, password, fingerprint, address: this.#options.address, port: this.#options.port.port }
  }

  get connected(): boolean {
    return this.#state === 'connected' || this.#state === 'disconnected'
  }

  /** New credentials for the next description. */
  restartIce(): void {
    const fresh = { fragment: randomBytes(6).toString('base64url'), password: randomBytes(18).toString('base64url') }
    this.#credentials.unshift(fresh)
    this.#options.port.addFragment(fresh.fragment, this)
    for (const { fragment } of this.#credentials.splice(MOST_FRAGMENTS)) this.#options.port.removeFragment(fragment)
  }

  /** What the client's certificate has to match. The handshake may be done already: the client starts it before its answer is here. */
  setFingerprints(fingerprints: readonly Fingerprint[]): void {
    // From now on the client can be expected to send; before, silence means nothing.
    if (this.#fingerprints === null) this.#lastHeardAt = this.#options.now()
    this.#fingerprints = fingerprints
    this.#verify()
  }

  /** Encrypts; null before the connection is secure. `header` as `writeRtpHeader` makes it. */
  protectRtp(header: Buffer, payload: Buffer): Buffer | null {
    if (!this.#srtp || !this.connected) return null
    // werift reads exactly these of its own header class, whose parsing and writing costs more than the encryption.
    const view = { ssrc: header.readUInt32BE(8), sequenceNumber: header.readUInt16BE(2), serializeSize: header.length, serialize: () => header }
    return this.#srtp.encrypt(payload, view as unknown as RtpHeader)
  }

  /** Sends an encrypted packet. */
  send(packet: Buffer): void {
    if (this.#remotePort !== 0) this.#options.port.send(packet, this.#remoteAddress, this.#remotePort)
  }

  sendRtcp(packet: Buffer): void {
    if (!this.#srtcp || !this.connected) return
    this.#lastRtcpAt = this.#options.now()
    this.send(this.#srtcp.encrypt(packet))
  }

  /** To be called every now and then. */
  tick(): void {
    this.#judge()
    if (this.#options.now() - this.#lastRtcpAt >= QUIET_MS) this.sendRtcp(writeReceiverReport(this.#ssrc, []))
  }

  onCheck(packet: Buffer, request: BindingRequest, from: RemoteInfo): boolean {
    const fragment = request.username.split(':', 1)[0]
    const credentials = this.#credentials.find((known) => known.fragment === fragment)
    if (!credentials || !isAuthentic(packet, request, credentials.password)) return false
    const answer = request.controlled
      ? writeRoleConflict(request, credentials.password)
      : writeBindingSuccess(request, credentials.password, from.address, from.port)
    this.#options.port.send(answer, from.address, from.port)
    // The first pair that works carries the handshake, and after a restart the media, whose old way is lost: Chromium tells an ICE-lite agent which
    // pair it wants only with its next check, up to 2.5 s later. The client may change its mind at any time.
    const first = this.#remotePort === 0 || (credentials === this.#credentials[0] && credentials !== this.#checked)
    if (!request.controlled && (request.nominated || first)) {
      if (first) this.#checked = credentials
      this.#remoteAddress = from.address
      this.#remotePort = from.port
    }
    this.#heard()
    return true
  }

  onPacket(packet: Buffer): void {
    const first = packet[0]
    if (first === undefined || this.#closed) return
    if (first >= 20 && first <= 63) this.#onDtls(packet)
    else if (first >= 128 && first <= 191 && packet.length >= 12) this.#onMedia(packet)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // An unfinished handshake would repeat its messages for half a minute; to werift this looks as if it went on.
    if (this.#dtls) this.#dtls.dtls.flight = Number.MAX_SAFE_INTEGER
    this.#dtls = null
    this.#srtp = this.#srtcp = null
    await this.#options.ports.release(this.#options.port, this)
  }

  #heard(): void {
    this.#lastHeardAt = this.#options.now()
    if (this.#state === 'disconnected' || this.#state === 'failed') this.#judge()
  }

  #judge(): void {
    const silentMs = this.#fingerprints === null ? 0 : this.#options.now() - this.#lastHeardAt
    const next = nextConnectivity(this.#state, { secured: this.#srtp !== null, broken: this.#broken, silentMs })
    if (next === this.#state || this.#closed) return
    this.#state = next
    if (next !== 'new') this.#options.onConnectivity(next)
  }

  #onMedia(packet: Buffer): void {
    if (!this.#srtp || !this.#srtcp) return
    const rtcp = isRtcp(packet)
    const ssrc = packet.readUInt32BE(rtcp ? 4 : 8)
    if (!this.#ssrcs.has(ssrc) && this.#ssrcs.size >= MOST_SSRCS) return
    let plain: Buffer
    try {
      plain = rtcp ? this.#srtcp.decrypt(packet) : this.#srtp.decrypt(packet)
    } catch {
      return
    }
    this.#ssrcs.add(ssrc)
    this.#heard()
    if (rtcp) this.#options.onRtcp(plain)
    else this.#options.onRtp(plain)
  }

  #onDtls(packet: Buffer): void {
    if (this.#broken) return
    this.#dtls ??= this.#startDtls()
    for (const record of recordsOf(packet)) {
      if (!this.#order.accepts(record)) continue
      try {
        this.#dtls.transport.socket.onData(record, [this.#remoteAddress, this.#remotePort])
      } catch (error) {
        this.#options.log(`malformed DTLS record: ${String(error)}`)
      }
    }
  }

  #startDtls(): DtlsServer {
    const { certificate } = this.#options
    const dtls = new DtlsServer({
      cert: certificate.certPem, key: certificate.privateKey, signatureHash: certificate.signatureHash,
      srtpProfiles: [...SRTP_PROFILES], extendedMasterSecret: true, certificateRequest: true,
      transport: {
        type: 'udp', address: { address: '', family: 'IPv4', port: 0 }, closed: false,
        onData: () => undefined,
        send: async (packet) => { if (!this.#closed) this.send(packet) },
        close: async () => undefined,
      },
    })
    dtls.onConnect.subscribe(() => {
      this.#handshakeDone = true
      this.#order.finish()
      this.#verify()
    })
    // Not the end: a lost or overtaken handshake packet is an error to werift, and is made good when the client repeats it.
    dtls.onError.subscribe((error) => this.#options.log(`DTLS: ${String(error)}`))
    dtls.onClose.subscribe(() => { if (this.#handshakeDone) this.#break('closed by the client') })
    return dtls
  }

  #verify(): void {
    if (!this.#handshakeDone || !this.#fingerprints || this.#srtp || this.#broken || !this.#dtls) return
    const certificate = this.#dtls.remoteCertificate
    const matches = certificate !== undefined && this.#fingerprints.some(({ algorithm, value }) => createHash(algorithm).update(certificate).digest('hex') === value)
    if (!matches) return this.#break('the certificate is not the one that was announced')
    if (!provesPossession(this.#dtls.dtls.sortedHandshakeCache, certificate)) return this.#break('the client did not prove that the certificate is its own')
    const profile = this.#dtls.srtp.srtpProfile
    if (!profile) return this.#break('no SRTP profile in common')
    const keys = this.#dtls.extractSessionKeys(keyLength(profile), saltLength(profile))
    const config = {
      profile,
      keys: { localMasterKey: keys.localKey, localMasterSalt: keys.localSalt, remoteMasterKey: keys.remoteKey, remoteMasterSalt: keys.remoteSalt },
    }
    this.#srtp = new SrtpSession(config)
    this.#srtcp = new SrtcpSession(config)
    this.#judge()
  }

  #break(reason: string): void {
    if (this.#broken || this.#closed) return
    this.#options.log(`transport ended: ${reason}`)
    this.#broken = true
    this.#judge()
  }
}

/** The certificate of all connections of a process, made once. */
export function certificate(): Promise<RTCCertificate> {
  return RTCDtlsTransport.SetupCertificate()
}
