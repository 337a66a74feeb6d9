/**
 * Every limit of the server, each finite and each with a variable of its own (see the table in `settings.ts`).
 * Lengths of ids, display names and session descriptions are fixed by the protocol, not here.
 */
export interface Limits {
  /** WebSockets open at the same time, all addresses together. */
  readonly sockets: number
  /** WebSockets open at the same time from one address. */
  readonly socketsPerAddress: number
  /** WebSockets that have not joined yet, all addresses together. */
  readonly unjoinedSockets: number
  /** Seconds a WebSocket may stay without joining, and any socket without the head of a request. */
  readonly joinSeconds: number
  /** Bytes of one message. */
  readonly messageBytes: number
  /** Messages a second that one WebSocket may send in the long run. */
  readonly messagesPerSecond: number
  /** Messages that one WebSocket may send at once. */
  readonly messageBurst: number
  /** Malformed messages that are answered; the next one closes the WebSocket. */
  readonly badMessages: number
  /** Requests of one member that wait for the ones before them. */
  readonly waitingRequests: number
  /** Seconds that one call of the SFU may take. A ping waits in line behind it; an SDK that waits for more than 2.5 s opens another socket, which ends nothing. */
  readonly engineSeconds: number
  /** Bytes on their way to one client; a client that reads more slowly is cut off. */
  readonly queueBytes: number
  /** Channels open at the same time. */
  readonly channels: number
  /** Members of one channel. */
  readonly membersPerChannel: number
  /** Tracks that one member receives at the same time. */
  readonly tracksPerMember: number
  /** Bytes of the body of one HTTP request. */
  readonly bodyBytes: number
}

/** A token bucket. `tokens` may be a fraction; `atMs` is when it was last looked at. */
export interface Bucket {
  readonly tokens: number
  readonly atMs: number
}

/** How fast a bucket fills, tokens a second, and how many it holds. */
export interface BucketSize {
  readonly perSecond: number
  readonly burst: number
}

/** A full bucket. */
export function fullBucket(size: BucketSize, nowMs: number): Bucket {
  return { tokens: size.burst, atMs: nowMs }
}

/** Takes one token if there is one. A clock that goes back adds nothing and takes nothing away. */
export function takeToken(bucket: Bucket, size: BucketSize, nowMs: number): { readonly bucket: Bucket; readonly allowed: boolean } {
  const gained = Math.max(0, nowMs - bucket.atMs) / 1000 * size.perSecond
  const tokens = Math.min(size.burst, bucket.tokens + gained)
  return tokens >= 1
    ? { bucket: { tokens: tokens - 1, atMs: nowMs }, allowed: true }
    : { bucket: { tokens, atMs: nowMs }, allowed: false }
}
