import { compact, type ConnectionReading, type PathReading, type StreamReading } from './connection-reading.js'

/**
 * What a connection did between two readings. A member that is absent is not known; 0 was measured as 0. No number is ever negative,
 * NaN or infinite.
 */
export interface ConnectionSample {
  /** ms since 1970, of the newest entry of the report that was measured here. */
  readonly timestamp: number
  /** ms between the two reports, by their own time; every rate is divided by it. 0 when the browser answered twice with one report: no rates then. */
  readonly durationMs: number
  /** Round-trip time, ms. */
  readonly rttMs?: number
  /** Where `rttMs` comes from: STUN on the selected candidate pair, else the newest RTCP receiver report (which a pure receiver never gets). */
  readonly rttSource?: 'candidate-pair' | 'remote-inbound-rtp'
  /** Bytes per second of the whole connection: RTP with headers, RTCP and data, from the selected candidate pair, else the transport. */
  readonly bytesSentPerSecond?: number
  /** As `bytesSentPerSecond`. Of everything the connection receives: sum the streams instead for one of several remote users. */
  readonly bytesReceivedPerSecond?: number
  /** More than 2.5 intervals since the last reading (a throttled or frozen page). The rates are true means over that longer time. */
  readonly gap: boolean
  /** A counter went back, an ssrc was replaced, or the network path changed without counters that go on; the affected rates are absent. */
  readonly reset: boolean
  /** One per RTP stream: each simulcast layer apart. In the report's order. */
  readonly streams: readonly StreamSample[]
  /** One per track and direction, layers summed; see {@link sampleBetween}. Find yours by `mid` or `trackIdentifier`. */
  readonly tracks: readonly StreamSample[]
}

/** One RTP stream, or in `tracks` the layers of one track. Absent means not known; a new ssrc has no rates in its first sample. */
export interface StreamSample {
  /** The entry's id in the report; in `tracks` that of the first layer. */
  readonly id: string
  /** The m-line; absent before negotiation and in some browsers. */
  readonly mid?: string
  /** The simulcast layer; absent in `tracks` when there are several. */
  readonly rid?: string
  /** `MediaStreamTrack.id`; absent in Safari before 16.4 and for senders in Firefox. */
  readonly trackIdentifier?: string
  /** Absent in `tracks` when there are several. */
  readonly ssrc?: number
  readonly kind: 'audio' | 'video'
  readonly direction: 'send' | 'receive'
  /** False while a sender's encoding is switched off; in `tracks` when all are. Absent for receivers and where the browser does not say. */
  readonly active?: boolean
  /** Payload + RTP headers, with retransmissions; payload alone where the browser does not count headers (`headerBytesPerSecond` is absent then). */
  readonly bytesPerSecond?: number
  /** The part of `bytesPerSecond` that is RTP headers, their extensions and padding. */
  readonly headerBytesPerSecond?: number
  /** RTP packets, with retransmissions. */
  readonly packetsPerSecond?: number
  /** 0..1, lost / expected in this time, left after repair. Receiving only; absent when nothing was expected. */
  readonly lossRatio?: number
  /**
   * 0..1, before repair: (lost + retransmitted packets received) / expected, where RTX lets the browser count them; it is an upper bound, since a
   * sender may probe the bandwidth with retransmissions nobody asked for. Sending: the fraction in the newest receiver report.
   */
  readonly networkLossRatio?: number
  /** Interarrival jitter, ms, as of now (no mean); sending: as the receiver reported it. */
  readonly jitterMs?: number
  /** Frames sent or decoded in this time / its length; the browser's own figure where it counts no frames. */
  readonly framesPerSecond?: number
  /** Pixels; in `tracks` of the largest active layer. A layer that is switched off keeps its last size. */
  readonly frameWidth?: number
  readonly frameHeight?: number
  /**
   * 0..1. Sending: the source's level now. Receiving: the level in the packets where the sampler could read it, else the root mean square of
   * what was played in this time; absent while nothing plays the track, because the browser then measures nothing.
   */
  readonly audioLevel?: number
}

/** More than this many intervals between two readings is a gap. */
const GAP_INTERVALS = 2.5

/**
 * Two readings of one connection to rates. Pure: the time is the reports' own, `intervalMs` (default 1000) only decides what is a gap.
 *
 * Streams are the same when direction, ssrc, mid and rid are. `tracks` joins streams of one direction, kind and mid (else track): rates are
 * summed and absent when one layer's is unknown; size and frame rate are the largest layer's that sends; a ratio or jitter is the worst layer's.
 */
export function sampleBetween(previous: ConnectionReading, current: ConnectionReading, options: { intervalMs?: number } = {}): ConnectionSample {
  const known = previous.timestamp > 0 && current.timestamp > 0
  const durationMs = known ? Math.max(0, current.timestamp - previous.timestamp) : 0
  const before = new Map(previous.streams.map((stream) => [keyOf(stream), stream]))
  const compared = current.streams.map((stream) => compareStream(before.get(keyOf(stream)), stream, durationMs))
  const streams = compared.map(({ sample }) => sample)
  const sent = pathRate(previous.paths, current.paths, 'Sent', durationMs)
  const received = pathRate(previous.paths, current.paths, 'Received', durationMs)
  return compact({
    timestamp: current.timestamp,
    durationMs,
    rttMs: current.rttMs,
    rttSource: current.rttSource,
    bytesSentPerSecond: sent.rate,
    bytesReceivedPerSecond: received.rate,
    gap: durationMs > GAP_INTERVALS * (options.intervalMs ?? 1000),
    reset: sent.reset || received.reset || compared.some(({ reset }) => reset) || ssrcReplaced(previous.streams, current.streams),
    streams,
    tracks: joinLayers(streams),
  })
}

/** Not the id alone: browsers use it again for another ssrc (webrtc-stats#672). */
const keyOf = ({ direction, id, ssrc, mid, rid }: StreamReading): string => JSON.stringify([direction, ssrc ?? id, mid, rid])

/** A stream is gone and another has taken its place: its id, or its m-line and layer. */
function ssrcReplaced(previous: readonly StreamReading[], current: readonly StreamReading[]): boolean {
  const now = new Set(current.map(keyOf))
  const places = new Set(previous.filter((stream) => !now.has(keyOf(stream))).flatMap(placesOf))
  const before = new Set(previous.map(keyOf))
  return current.some((stream) => !before.has(keyOf(stream)) && placesOf(stream).some((place) => places.has(place)))
}

function placesOf({ direction, kind, id, mid, rid }: StreamReading): string[] {
  const line = mid === undefined ? [] : [JSON.stringify([direction, kind, mid, rid])]
  return [`${direction} ${id}`, ...line]
}

/** Counters that never go back while a stream lives. `packetsLost` is not one: it is signed. */
const MONOTONE = ['payloadBytes', 'headerBytes', 'packets', 'retransmittedPackets', 'frames'] as const

function compareStream(before: StreamReading | undefined, now: StreamReading, durationMs: number): { sample: StreamSample; reset: boolean } {
  // One counter that went back means that all began anew: those that have overtaken their old value already would give a wrong rate unnoticed.
  const reset = before !== undefined && MONOTONE.some((counter) => (delta(before[counter], now[counter]) ?? 0) < 0)
  const base = reset ? undefined : before
  const bytes = perSecond(base?.payloadBytes, now.payloadBytes, durationMs)
  const headers = bytes === undefined ? undefined : perSecond(base?.headerBytes, now.headerBytes, durationMs)
  const sample = compact({
    id: now.id, mid: now.mid, rid: now.rid, trackIdentifier: now.trackIdentifier, ssrc: now.ssrc, kind: now.kind, direction: now.direction, active: now.active,
    bytesPerSecond: bytes === undefined ? undefined : bytes + (headers ?? 0),
    headerBytesPerSecond: headers,
    packetsPerSecond: perSecond(base?.packets, now.packets, durationMs),
    ...lossBetween(base, now),
    jitterMs: now.jitterMs,
    framesPerSecond: now.frames === undefined ? base && now.framesPerSecond : perSecond(base?.frames, now.frames, durationMs),
    frameWidth: now.frameWidth,
    frameHeight: now.frameHeight,
    audioLevel: levelBetween(base, now),
  })
  return { sample, reset }
}

/** https://www.rfc-editor.org/rfc/rfc3550#appendix-A.3; a negative loss (late packets of an earlier time) is shown as 0 and left in the sums. */
function lossBetween(before: StreamReading | undefined, now: StreamReading): Pick<StreamSample, 'lossRatio' | 'networkLossRatio'> {
  if (now.direction === 'send') return compact({ networkLossRatio: now.fractionLost === undefined ? undefined : Math.min(1, now.fractionLost) })
  const packets = delta(before?.packets, now.packets)
  const lost = delta(before?.packetsLost, now.packetsLost)
  const retransmitted = delta(before?.retransmittedPackets, now.retransmittedPackets)
  if (packets === undefined || lost === undefined) return {}
  const expected = packets + Math.max(0, lost)
  return compact({ lossRatio: ratio(lost, expected), networkLossRatio: retransmitted === undefined ? undefined : ratio(lost + retransmitted, expected) })
}

function levelBetween(before: StreamReading | undefined, now: StreamReading): number | undefined {
  if (now.kind !== 'audio') return undefined
  if (now.direction === 'send') return atMostOne(now.audioLevel ?? playedLevel(before?.mediaSourceId === now.mediaSourceId ? before : undefined, now))
  if (now.synchronization && !isStale(before, now)) return atMostOne(now.synchronization.audioLevel)
  if (now.audioDuration === undefined || now.audioEnergy === undefined) return atMostOne(now.audioLevel)
  // Chromium says audioLevel 0 when no element plays the track; the duration that stands still tells this 0 from a measured one.
  if (now.audioDuration === 0) return undefined
  return atMostOne(before?.audioDuration === undefined ? now.audioLevel : playedLevel(before, now))
}

/** The level of the last packet played stays readable for ten seconds: after the last packet, and after the last element is gone. */
function isStale(before: StreamReading | undefined, now: StreamReading): boolean {
  const then = before?.synchronization?.timestamp
  if (then === undefined || then !== now.synchronization?.timestamp) return false
  return delta(before?.packets, now.packets) === 0 || delta(before?.audioDuration, now.audioDuration) === 0
}

/** https://w3c.github.io/webrtc-stats/#dom-rtcinboundrtpstreamstats-totalaudioenergy: the mean level of a time is sqrt(energy / duration). */
function playedLevel(before: StreamReading | undefined, now: StreamReading): number | undefined {
  const energy = delta(before?.audioEnergy, now.audioEnergy)
  const duration = delta(before?.audioDuration, now.audioDuration)
  return energy === undefined || duration === undefined || energy < 0 || duration <= 0 ? undefined : Math.sqrt(energy / duration)
}

/** Bytes of all paths. After a change of pair the transport's counter, which goes on, bridges; without one the rate is not known. */
function pathRate(previous: readonly PathReading[], current: readonly PathReading[], way: 'Sent' | 'Received', durationMs: number): { rate?: number; reset: boolean } {
  let total: number | undefined
  for (const now of current) {
    const samePair = now.pairId === undefined ? undefined : previous.find((path) => path.pairId === now.pairId)
    const sameTransport = now.transportId === undefined ? undefined : previous.find((path) => path.transportId === now.transportId)
    const bytes = delta(samePair?.[`pairBytes${way}`], now[`pairBytes${way}`]) ?? delta(sameTransport?.[`transportBytes${way}`], now[`transportBytes${way}`])
    // A transport nobody knew before (the first one, or an m-line outside the bundle) makes the sum unknown, but is no reset.
    if (bytes === undefined) return { reset: !samePair && now.pairId !== undefined && previous.some(({ pairId, transportId }) => pairId !== undefined && transportId === now.transportId) }
    if (bytes < 0) return { reset: true }
    total = (total ?? 0) + bytes
  }
  return compact({ rate: perSecond(0, total, durationMs), reset: false })
}

function joinLayers(streams: readonly StreamSample[]): StreamSample[] {
  const tracks = new Map<string, StreamSample[]>()
  for (const stream of streams) {
    const { direction, kind, mid, trackIdentifier, id } = stream
    const key = JSON.stringify([direction, kind, mid === undefined ? ['', trackIdentifier ?? id] : mid])
    tracks.set(key, [...(tracks.get(key) ?? []), stream])
  }
  return [...tracks.values()].map((layers) => (layers.length === 1 ? layers[0]! : joinTrack(layers))) // one element: the length says so
}

function joinTrack(layers: readonly StreamSample[]): StreamSample {
  const { rid, ssrc, frameWidth, frameHeight, framesPerSecond, ...first } = layers[0]! // a group is made with its first stream
  const shown = largestSending(layers)
  return compact({
    ...first,
    active: layers.some(({ active }) => active === true) ? true : layers.every(({ active }) => active === false) ? false : undefined,
    bytesPerSecond: sumOf(layers, 'bytesPerSecond'),
    headerBytesPerSecond: sumOf(layers, 'headerBytesPerSecond'),
    packetsPerSecond: sumOf(layers, 'packetsPerSecond'),
    lossRatio: largestOf(layers, 'lossRatio'),
    networkLossRatio: largestOf(layers, 'networkLossRatio'),
    jitterMs: largestOf(layers, 'jitterMs'),
    framesPerSecond: shown ? shown.framesPerSecond : largestOf(layers, 'framesPerSecond'),
    frameWidth: shown?.frameWidth,
    frameHeight: shown?.frameHeight,
    audioLevel: largestOf(layers, 'audioLevel'),
  })
}

/** A layer can be active and still send nothing, for want of bandwidth, and keeps its last size then: frames decide before size. */
function largestSending(layers: readonly StreamSample[]): StreamSample | undefined {
  const active = layers.filter((layer) => layer.active !== false)
  const sending = active.filter(({ framesPerSecond = 0 }) => framesPerSecond > 0)
  const area = ({ frameWidth = 0, frameHeight = 0 }: StreamSample): number => frameWidth * frameHeight
  return (sending.length > 0 ? sending : active).reduce<StreamSample | undefined>((best, layer) => (best && area(best) >= area(layer) ? best : layer), undefined)
}

type Figure = 'bytesPerSecond' | 'headerBytesPerSecond' | 'packetsPerSecond' | 'lossRatio' | 'networkLossRatio' | 'jitterMs' | 'framesPerSecond' | 'audioLevel'

function sumOf(layers: readonly StreamSample[], figure: Figure): number | undefined {
  const counted = layers.filter((layer) => layer.active !== false || layer[figure] !== undefined)
  return counted.reduce<number | undefined>((sum, layer) => (sum === undefined || layer[figure] === undefined ? undefined : sum + layer[figure]), counted.length > 0 ? 0 : undefined)
}

function largestOf(layers: readonly StreamSample[], figure: Figure): number | undefined {
  const known = layers.flatMap((layer) => layer[figure] ?? [])
  return known.length > 0 ? Math.max(...known) : undefined
}

const delta = (before: number | undefined, now: number | undefined): number | undefined => (before === undefined || now === undefined ? undefined : now - before)

function perSecond(before: number | undefined, now: number | undefined, durationMs: number): number | undefined {
  const difference = delta(before, now)
  return difference === undefined || difference < 0 || durationMs <= 0 ? undefined : (difference / durationMs) * 1000
}

const ratio = (part: number, whole: number): number | undefined => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : undefined)
const atMostOne = (level: number | undefined): number | undefined => (level === undefined ? undefined : Math.min(1, level))
