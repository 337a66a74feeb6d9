import { constants, verify, X509Certificate } from 'node:crypto'

/** A handshake message as it was sent or received, without fragmentation. */
export interface HandshakeMessage {
  readonly msg_type: number
  readonly fragment: Buffer
  serialize(): Buffer
}

const CERTIFICATE_VERIFY = 15
const HASHES: Readonly<Record<number, string>> = { 2: 'sha1', 4: 'sha256', 5: 'sha384', 6: 'sha512' }
const RSA_PSS_SHA256 = 0x0804

/**
 * Whether the client signed the handshake with the key of its certificate (RFC 5246, 7.4.8). werift receives that signature
 * and does not look at it, so that anyone on the path could show the certificate of another. `messages` is the handshake in
 * order, of which only what came before the signature is signed.
 */
export function provesPossession(messages: readonly HandshakeMessage[], certificate: Buffer): boolean {
  const at = messages.findIndex((message) => message.msg_type === CERTIFICATE_VERIFY)
  const proof = messages[at]?.fragment
  if (!proof || proof.length < 4 || proof.length < 4 + proof.readUInt16BE(2)) return false
  const algorithm = proof.readUInt16BE(0)
  const signature = proof.subarray(4, 4 + proof.readUInt16BE(2))
  const signed = Buffer.concat(messages.slice(0, at).map((message) => message.serialize()))
  try {
    const key = new X509Certificate(certificate).publicKey
    if (algorithm === RSA_PSS_SHA256) return verify('sha256', signed, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature)
    const hash = HASHES[algorithm >> 8]
    return hash !== undefined && verify(hash, signed, key, signature)
  } catch {
    return false
  }
}
