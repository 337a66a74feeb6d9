import type { IncomingMessage } from 'node:http'
import type { Limits } from './limits.js'
import { originAllowed, type AllowedOrigins } from './origins.js'

/** What there is already when somebody asks for one more socket. */
export interface SocketCounts {
  readonly all: number
  readonly fromAddress: number
  readonly unjoined: number
}

/** Why a request to become a WebSocket is refused, as an HTTP status and a sentence. */
export interface UpgradeRefusal {
  readonly status: 400 | 403 | 404 | 429 | 503
  readonly message: string
}

export interface UpgradeRules {
  readonly limits: Limits
  readonly allowedOrigins: AllowedOrigins
  readonly draining: boolean
}

/**
 * Refused before the 101, so that a refused client costs nothing: a WebSocket would have to be closed in both directions.
 * The target is compared as text, because `new URL` throws for some that clients may send, such as `//`.
 */
export function upgradeRefusal(
  request: Pick<IncomingMessage, 'url' | 'method' | 'headers'>, counts: SocketCounts, rules: UpgradeRules,
): UpgradeRefusal | null {
  const { limits } = rules
  if (request.url?.split('?', 1)[0] !== '/v1/channel') return { status: 404, message: 'WebSockets are at /v1/channel' }
  if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') return { status: 400, message: 'only a GET with Upgrade: websocket' }
  if (!originAllowed(rules.allowedOrigins, request.headers.origin, request.headers.host)) {
    return { status: 403, message: `the origin ${request.headers.origin} is not among EARSHOT_ALLOWED_ORIGINS` }
  }
  if (rules.draining) return { status: 503, message: 'the server is shutting down' }
  if (counts.all >= limits.sockets) return { status: 503, message: `the server has ${limits.sockets} sockets, the most it allows` }
  if (counts.unjoined >= limits.unjoinedSockets) return { status: 503, message: 'too many sockets have not joined yet' }
  if (counts.fromAddress >= limits.socketsPerAddress) return { status: 429, message: `there are ${limits.socketsPerAddress} sockets from this address, the most the server allows` }
  return null
}

/** The client's address: the socket's, or, behind a proxy that is trusted, the last one it added to `X-Forwarded-For`. */
export function clientAddress(request: Pick<IncomingMessage, 'headers'>, socketAddress: string | undefined, trustProxy: boolean): string {
  const header = request.headers['x-forwarded-for']
  const forwarded = trustProxy ? String(header ?? '').split(',').at(-1)?.trim() : undefined
  return forwarded === undefined || forwarded === '' ? plainAddress(socketAddress) : plainAddress(forwarded)
}

/** An IPv4 address that came in through an IPv6 socket, as IPv4: `::ffff:127.0.0.1` is `127.0.0.1`. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}

/** Whether that is this machine itself. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address)
}
