import { MAX_MESSAGE_BYTES, type IceServer } from '@earshot/protocol'
import type { Limits } from './limits.js'
import type { AllowedOrigins } from './origins.js'
import { flag, iceServers, ipAddress, matching, oneOf, origin, origins, wholeNumber, type Kind } from './setting-kinds.js'

/** One environment variable: the row of the table in the README, and how it is read. */
export interface Setting<Value> {
  readonly variable: string
  readonly kind: Kind<Exclude<Value, null>>
  readonly fallback: Value
  /** The default in words, where the value alone would not say it. */
  readonly otherwise?: string
  readonly means: string
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** The variables that are no limits, by their names in the code. `null`: not set, and there is no value to fall back on. */
export interface Basics {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** The origin that `gslb` names. */
  readonly publicUrl: string | null
  readonly appId: string
  readonly appKey: string | null
  readonly controlToken: string | null
  readonly rtcMinPort: number
  readonly rtcMaxPort: number
  readonly announcedAddress: string | null
  readonly iceServers: readonly IceServer[]
  readonly allowedOrigins: AllowedOrigins
  readonly devLogin: boolean
  readonly trustProxy: boolean
  readonly graceSeconds: number
  readonly logLevel: LogLevel
  /** Paths of PEM files. */
  readonly tlsCert: string | null
  readonly tlsKey: string | null
}

export type Settings<Values> = { readonly [Name in keyof Values]: Setting<Values[Name]> }

const anything = matching(/\S/, 'not blank')
const file = matching(/\S/, 'the path of a PEM file')
const levels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const seconds = wholeNumber(1, 3600)
const count = wholeNumber(1, 1_000_000)
const bytes = wholeNumber(1024, 64 * 1024 * 1024)

export const basicSettings: Settings<Basics> = {
  host: { variable: 'EARSHOT_HOST', kind: anything, fallback: '127.0.0.1', means: 'Address that HTTP and WebSocket listen on; `0.0.0.0` for all' },
  port: { variable: 'EARSHOT_PORT', kind: wholeNumber(0, 65535), fallback: 8080, means: 'TCP port; 0 picks a free one' },
  publicUrl: { variable: 'EARSHOT_PUBLIC_URL', kind: origin, fallback: null, otherwise: 'what the request was sent to', means: 'What `gslb` says when the server is behind a proxy' },
  appId: { variable: 'EARSHOT_APP_ID', kind: matching(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 characters of A-Z, a-z, 0-9, _ and -'), fallback: 'earshot', means: 'The app whose tokens are accepted' },
  appKey: { variable: 'EARSHOT_APP_KEY', kind: anything, fallback: null, otherwise: 'random for each start', means: 'The secret that tokens are made with; your app server needs the same' },
  controlToken: { variable: 'EARSHOT_CONTROL_TOKEN', kind: matching(/^\S+$/, 'free of blanks'), fallback: null, otherwise: 'control API off', means: 'Bearer token of the control API, and of `/metrics` from elsewhere' },
  rtcMinPort: { variable: 'EARSHOT_RTC_MIN_PORT', kind: wholeNumber(1, 65535), fallback: 50000, means: 'First UDP port for media' },
  rtcMaxPort: { variable: 'EARSHOT_RTC_MAX_PORT', kind: wholeNumber(1, 65535), fallback: 50199, means: 'Last UDP port for media' },
  announcedAddress: { variable: 'EARSHOT_ANNOUNCED_ADDRESS', kind: ipAddress, fallback: null, otherwise: 'the address the client reached', means: 'Address that clients send media to; needed behind NAT, in containers and behind a proxy' },
  iceServers: { variable: 'EARSHOT_ICE_SERVERS', kind: iceServers, fallback: [], otherwise: 'none', means: 'STUN and TURN servers that clients are told to use' },
  allowedOrigins: { variable: 'EARSHOT_ALLOWED_ORIGINS', kind: origins, fallback: 'same-host', otherwise: 'pages of this host', means: 'Web pages that may connect and log in' },
  devLogin: { variable: 'EARSHOT_DEV_LOGIN', kind: flag, fallback: false, otherwise: '0', means: 'Development mode: `/app/v1/login` gives a token to anyone who asks' },
  trustProxy: { variable: 'EARSHOT_TRUST_PROXY', kind: flag, fallback: false, otherwise: '0', means: 'Believe the last address of `X-Forwarded-For`; only behind a proxy that sets it' },
  graceSeconds: { variable: 'EARSHOT_GRACE_SECONDS', kind: seconds, fallback: 30, means: 'Seconds that a client may be silent or without a socket until it counts as gone' },
  logLevel: { variable: 'EARSHOT_LOG_LEVEL', kind: oneOf(levels), fallback: 'info', means: 'Logs go to standard error, one JSON object a line' },
  tlsCert: { variable: 'EARSHOT_TLS_CERT', kind: file, fallback: null, otherwise: 'plain HTTP', means: 'Certificate chain; together with `EARSHOT_TLS_KEY`' },
  tlsKey: { variable: 'EARSHOT_TLS_KEY', kind: file, fallback: null, otherwise: 'plain HTTP', means: 'Private key; together with `EARSHOT_TLS_CERT`' },
}

export const limitSettings: Settings<Limits> = {
  sockets: { variable: 'EARSHOT_MAX_SOCKETS', kind: count, fallback: 1000, means: 'WebSockets in all; the next one gets HTTP 503' },
  socketsPerAddress: { variable: 'EARSHOT_MAX_SOCKETS_PER_ADDRESS', kind: count, fallback: 200, means: 'WebSockets from one address; the next one gets HTTP 429' },
  unjoinedSockets: { variable: 'EARSHOT_MAX_UNJOINED_SOCKETS', kind: count, fallback: 200, means: 'WebSockets that have not joined; the next one gets HTTP 503' },
  joinSeconds: { variable: 'EARSHOT_JOIN_SECONDS', kind: seconds, fallback: 10, means: 'Seconds until a WebSocket must have joined; then error 16908804 and close 1008. As long for a TLS handshake and for the head of a request' },
  messageBytes: { variable: 'EARSHOT_MAX_MESSAGE_BYTES', kind: bytes, fallback: MAX_MESSAGE_BYTES, means: 'Bytes of one message; a longer one closes the WebSocket with 1009' },
  messagesPerSecond: { variable: 'EARSHOT_MAX_MESSAGES_PER_SECOND', kind: count, fallback: 50, means: 'Messages a second of one WebSocket in the long run; more get error 20003' },
  messageBurst: { variable: 'EARSHOT_MAX_MESSAGE_BURST', kind: count, fallback: 300, means: 'Messages of one WebSocket at once; after as many refused ones it is closed with 1008' },
  badMessages: { variable: 'EARSHOT_MAX_BAD_MESSAGES', kind: count, fallback: 5, means: 'Malformed messages of one WebSocket that are forgiven; the next one closes it with 1008' },
  waitingRequests: { variable: 'EARSHOT_MAX_WAITING_REQUESTS', kind: count, fallback: 400, means: 'Messages of one member that wait for earlier ones; more get error 20003' },
  engineSeconds: { variable: 'EARSHOT_ENGINE_SECONDS', kind: seconds, fallback: 4, means: 'Seconds that the SFU may take for one step of a request; then error 20006' },
  queueBytes: { variable: 'EARSHOT_MAX_QUEUE_BYTES', kind: bytes, fallback: 8 * 1024 * 1024, means: 'Bytes waiting for one client; a slower reader is cut off' },
  channels: { variable: 'EARSHOT_MAX_CHANNELS', kind: count, fallback: 200, means: 'Channels; joining one more gets error 20004' },
  membersPerChannel: { variable: 'EARSHOT_MAX_MEMBERS', kind: count, fallback: 50, means: 'Members of one channel; the next one gets error 20001' },
  tracksPerMember: { variable: 'EARSHOT_MAX_TRACKS', kind: count, fallback: 150, means: 'Tracks one member receives; subscribing to more gets error 20004' },
  bodyBytes: { variable: 'EARSHOT_MAX_BODY_BYTES', kind: bytes, fallback: 64 * 1024, means: 'Bytes of the body of an HTTP request; more get HTTP 413' },
}
