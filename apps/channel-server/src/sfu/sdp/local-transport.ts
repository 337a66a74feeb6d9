/** Our end of a connection as a description announces it. */
export interface LocalTransport {
  readonly usernameFragment: string
  readonly password: string
  /** `AA:BB:…`, SHA-256 of our certificate. */
  readonly fingerprint: string
  /** The address the client is to send to: the announced one, whatever the socket is bound to. */
  readonly address: string
  readonly port: number
}

/** The head of every description of ours. ICE-lite: the client checks, we answer. */
export function sessionLines(mids: readonly string[], version: number): string[] {
  return [
    'v=0',
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=ice-lite',
    ...(mids.length > 0 ? [`a=group:BUNDLE ${mids.join(' ')}`] : []),
    'a=msid-semantic: WMS *',
  ]
}

export function transportLines(local: LocalTransport, setup: 'passive' | 'actpass'): string[] {
  return [
    'c=IN IP4 0.0.0.0',
    'a=rtcp-mux',
    'a=rtcp-rsize',
    `a=ice-ufrag:${local.usernameFragment}`,
    `a=ice-pwd:${local.password}`,
    `a=fingerprint:sha-256 ${local.fingerprint}`,
    `a=setup:${setup}`,
    // Host candidate of the highest priority there is (RFC 8445, 5.1.2.1); component 1 is all there is with rtcp-mux.
    `a=candidate:1 1 udp 2130706431 ${local.address} ${local.port} typ host`,
    'a=end-of-candidates',
  ]
}
