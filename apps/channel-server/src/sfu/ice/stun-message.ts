import { createHmac, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * The part of STUN (RFC 8489) that an ICE-lite agent (RFC 8445, 2.5) speaks: it answers binding requests and sends none.
 */
export interface BindingRequest {
  readonly transactionId: Buffer
  /** `ours:theirs`, the two user name fragments. */
  readonly username: string
  /** The client wants this pair for its media. */
  readonly nominated: boolean
  /** The client took the controlled role, which belongs to the lite side: it has to be told. */
  readonly controlled: boolean
  /** Where the MESSAGE-INTEGRITY attribute starts. */
  readonly integrityOffset: number
}

const COOKIE = 0x2112a442
const HEADER = 20
const BINDING = { request: 0x0001, success: 0x0101, error: 0x0111 }
const ATTRIBUTE = { username: 0x0006, integrity: 0x0008, error: 0x0009, xorMappedAddress: 0x0020, useCandidate: 0x0025, fingerprint: 0x8028, controlled: 0x8029 }
const FINGERPRINT_XOR = 0x5354554e
const INTEGRITY_SIZE = 24
const FINGERPRINT_SIZE = 8

/** Whether a datagram is STUN and not DTLS or SRTP (RFC 7983). */
export function isStun(packet: Buffer): boolean {
  return packet.length >= HEADER && packet[0]! < 4 && packet.readUInt32BE(4) === COOKIE
}

/** `null` for anything but a well-formed binding request with a user name and an integrity attribute. */
export function readBindingRequest(packet: Buffer): BindingRequest | null {
  if (!isStun(packet) || packet.readUInt16BE(0) !== BINDING.request) return null
  const end = HEADER + packet.readUInt16BE(2)
  if (end > packet.length) return null
  let username: string | null = null
  let nominated = false
  let controlled = false
  for (let at = HEADER; at + 4 <= end;) {
    const type = packet.readUInt16BE(at)
    const size = packet.readUInt16BE(at + 2)
    if (at + 4 + size > end) return null
    if (type === ATTRIBUTE.username) username = packet.toString('utf8', at + 4, at + 4 + size)
    else if (type === ATTRIBUTE.useCandidate) nominated = true
    else if (type === ATTRIBUTE.controlled) controlled = true
    // What follows the integrity attribute is not protected by it, so nothing after it counts.
    else if (type === ATTRIBUTE.integrity) {
      if (size !== 20 || username === null) return null
      return { transactionId: packet.subarray(8, HEADER), username, nominated, controlled, integrityOffset: at }
    }
    at += 4 + Math.ceil(size / 4) * 4
  }
  return null
}

/** Whether the request was made by someone who knows the password. */
export function isAuthentic(packet: Buffer, request: BindingRequest, password: string): boolean {
  const given = packet.subarray(request.integrityOffset + 4, request.integrityOffset + INTEGRITY_SIZE)
  const covered = Buffer.from(packet.subarray(0, request.integrityOffset))
  covered.writeUInt16BE(request.integrityOffset + INTEGRITY_SIZE - HEADER, 2)
  return timingSafeEqual(given, createHmac('sha1', password).update(covered).digest())
}

/** Answers a check: the address it came from, protected with our password. */
export function writeBindingSuccess(request: BindingRequest, password: string, address: string, port: number): Buffer {
  const ip = addressBytes(address)
  const value = Buffer.alloc(4 + ip.length)
  value[1] = ip.length === 4 ? 1 : 2
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2)
  const mask = Buffer.alloc(16)
  mask.writeUInt32BE(COOKIE, 0)
  request.transactionId.copy(mask, 4)
  for (let i = 0; i < ip.length; i++) value[4 + i] = ip[i]! ^ mask[i]!
  return finish(BINDING.success, request, password, attribute(ATTRIBUTE.xorMappedAddress, value))
}

/** Tells a client in the controlled role to take the controlling one (RFC 8445, 7.3.1.1). */
export function writeRoleConflict(request: BindingRequest, password: string): Buffer {
  const reason = Buffer.concat([Buffer.from([0, 0, 4, 87]), Buffer.from('Role Conflict')])
  return finish(BINDING.error, request, password, attribute(ATTRIBUTE.error, reason))
}

function finish(type: number, request: BindingRequest, password: string, body: Buffer): Buffer {
  const message = Buffer.alloc(HEADER + body.length + INTEGRITY_SIZE + FINGERPRINT_SIZE)
  message.writeUInt16BE(type, 0)
  message.writeUInt32BE(COOKIE, 4)
  request.transactionId.copy(message, 8)
  body.copy(message, HEADER)

  // Each of the two covers the message up to itself, with a length as if the message ended after it.
  const integrityAt = HEADER + body.length
  message.writeUInt16BE(body.length + INTEGRITY_SIZE, 2)
  const integrity = createHmac('sha1', password).update(message.subarray(0, integrityAt)).digest()
  attribute(ATTRIBUTE.integrity, integrity).copy(message, integrityAt)

  const fingerprintAt = integrityAt + INTEGRITY_SIZE
  message.writeUInt16BE(body.length + INTEGRITY_SIZE + FINGERPRINT_SIZE, 2)
  message.writeUInt16BE(ATTRIBUTE.fingerprint, fingerprintAt)
  message.writeUInt16BE(4, fingerprintAt + 2)
  message.writeUInt32BE((crc32(message.subarray(0, fingerprintAt)) ^ FINGERPRINT_XOR) >>> 0, fingerprintAt + 4)
  return message
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt16BE(type, 0)
  bytes.writeUInt16BE(value.length, 2)
  value.copy(bytes, 4)
  return bytes
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail] = address.split('%')[0]!.split('::')
  const groups = (text: string | undefined) => (text ? text.split(':') : [])
  const [before, after] = [groups(head), groups(tail)]
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  const bytes = Buffer.alloc(16)
  ;[...before, ...zeros, ...after].slice(0, 8).forEach((group, i) => bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, i * 2))
  return bytes
}
