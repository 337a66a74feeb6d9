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
  /**
   * Payload + RTP headers, with retransmissions and FEC, also where those have an ssrc of their own (`rtxSsrc`, `fecSsrc`); payload alone where the
   * browser does not count headers (`headerBytesPerSecond` is absent then).
   */
  readonly bytesPerSecond?: number
  /** The part of `bytesPerSecond` that is RTP headers, their extensions and padding. */
  readonly headerBytesPerSecond?: number
  /** RTP packets, with retransmissions and FEC. */
  readonly packetsPerSecond?: number
  /**
   * 0..1, lost / expected in this time, left after repair. Receiving only; absent when nothing was expected. With RTX a lower bound, since a sender
   * may probe the bandwidth with retransmissions nobody asked for. What FEC restores stays lost: browsers do not say how much it was.
   */
  readonly lossRatio?: number
  /** 0..1, lost / expected before repair, where RTX lets the browser tell. Sending: the fraction in the newest receiver report. */
  readonly networkLossRatio?: number
  /** Interarrival jitter, ms, as of now (no mean); sending: as the receiver reported it. */
  readonly jitterMs?: number
  /** Frames sent or decoded in this time / its length; the browser's own figure where it counts no frames. */
  readonly framesPerSecond?: number
  /** Frames per second of the camera or screen, before encoding. Sending only; absent where the browser does not say (Firefox). */
  readonly sourceFramesPerSecond?: number
  /** Complete frames received in this time / its length; `framesPerSecond` below it means that decoding does not keep up. Receiving only. */
  readonly framesReceivedPerSecond?: number
  /**
   * s of frozen picture per s. A freeze counts when the frame comes that ends it, so this may be above 1; and a pause of the sender is one as well
   * (in Chromium when shorter than 5 s). Receiving only. https://w3c.github.io/webrtc-stats/#dom-rtcinboundrtpstreamstats-totalfreezesduration
   */
  readonly freezesDurationPerSecond?: number
  /** `none`, `cpu`, `bandwidth` or `other`, as of now: why size or frame rate are below what was asked for. Sending video only; absent in Firefox. */
  readonly qualityLimitationReason?: string
  /** Pixels; in `tracks` of the largest active layer. A layer that is switched off keeps its last size. */
  readonly frameWidth?: number
  readonly frameHeight?: number
  /**
   * 0..1. Sending: the source's level now. Receiving: the level in the packets, a root mean square, where the sampler could read it, else
   * sqrt(energy / duration) of what was played in this time, which browsers make of peaks (a sine reads 3 dB higher); absent while nothing plays the
   * track, because the browser then measures nothing.
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
  const { timestamp, rttMs, rttSource } = current
  const durationMs = previous.timestamp && timestamp ? Math.max(0, timestamp - previous.timestamp) : 0 // 0: not known
  const before = current.streams.map((stream, n) => sameAs(stream, previous.streams[n]) ?? previous.streams.find((old) => sameAs(stream, old)))
  const compared = current.streams.map((stream, n) => compareStream(before[n], stream, durationMs))
  const streams = compared.map(({ sample }) => sample)
  const sent = pathBytes(previous.paths, current.paths, 'bytesSent')
  const received = pathBytes(previous.paths, current.paths, 'bytesReceived')
  return compact({
    timestamp,
    durationMs,
    rttMs,
    rttSource,
    bytesSentPerSecond: perSecond(sent, durationMs),
    bytesReceivedPerSecond: perSecond(received, durationMs),
    gap: durationMs > GAP_INTERVALS * (options.intervalMs ?? 1000),
    reset: sent < 0 || received < 0 || compared.some(({ reset }) => reset) || ssrcReplaced(previous.streams, current.streams, before),
    streams,
    tracks: joinLayers(streams),
  })
}

/** Not by id alone: browsers use it again for another ssrc (webrtc-stats#672). Reports keep their order: the stream at the same place nearly always is the same. */
const sameAs = (stream: StreamReading, old?: StreamReading): StreamReading | undefined =>
  old?.direction === stream.direction && (old.ssrc ?? old.id) === (stream.ssrc ?? stream.id) && old.mid === stream.mid && old.rid === stream.rid ? old : undefined

/** A stream is gone and another has taken its place: its id, or its m-line and layer. `before`: what each current one was. */
function ssrcReplaced(previous: readonly StreamReading[], current: readonly StreamReading[], before: readonly (StreamReading | undefined)[]): boolean {
  return current.some((stream, n) => !before[n] && previous.some((old) =>
    !before.includes(old) && old.direction === stream.direction && (old.id === stream.id || (stream.mid && old.mid === stream.mid && old.rid === stream.rid))))
}

/** Counters that never go back while a stream lives. `packetsLost` is not one: it is signed. */
const MONOTONE = ['payloadBytes', 'headerBytes', 'packets', 'retransmittedPacketsReceived', 'frames', 'framesReceived', 'totalFreezesDuration'] as const

/** What a stream's counters are compared with: nothing when it is new, or they began anew. */
type Base = Partial<StreamReading>

function compareStream(before: StreamReading | undefined, now: StreamReading, durationMs: number): { sample: StreamSample; reset: boolean } {
  // One counter that went back means that all began anew: those that have overtaken their old value already would give a wrong rate unnoticed.
  const reset = MONOTONE.some((counter) => delta(before?.[counter], now[counter]) < 0)
  const base: Base = (!reset && before) || {}
  const rate = (old?: number, young?: number): number => perSecond(delta(old, young), durationMs)
  const { lossRatio, networkLossRatio } = lossBetween(base, now)
  const headerBytesPerSecond = rate(base.headerBytes, now.headerBytes)
  const { id, mid, rid, trackIdentifier, ssrc, kind, direction, active, jitterMs, sourceFramesPerSecond, qualityLimitationReason, frameWidth, frameHeight } = now
  const sample: StreamSample = compact({
    id, mid, rid, trackIdentifier, ssrc, kind, direction, active, jitterMs, sourceFramesPerSecond, qualityLimitationReason, frameWidth, frameHeight,
    bytesPerSecond: rate(base.payloadBytes, now.payloadBytes) + (headerBytesPerSecond || 0), // NaN: headers are not counted
    headerBytesPerSecond,
    packetsPerSecond: rate(base.packets, now.packets),
    lossRatio,
    networkLossRatio,
    framesPerSecond: now.frames === undefined ? (base === before ? now.framesPerSecond : undefined) : rate(base.frames, now.frames),
    framesReceivedPerSecond: rate(base.framesReceived, now.framesReceived),
    freezesDurationPerSecond: rate(base.totalFreezesDuration, now.totalFreezesDuration),
    audioLevel: levelBetween(base, before, now),
  })
  return { sample, reset }
}

/**
 * https://www.rfc-editor.org/rfc/rfc3550#appendix-A.3; a negative loss (late packets of an earlier time) is shown as 0 and left in the sums. RTX has an
 * ssrc of its own (RFC 4588), so what it repairs stays in `packetsLost` and comes on top in `packets`; without RTX a repair takes its loss back.
 */
function lossBetween(base: Base, now: StreamReading): { lossRatio?: number; networkLossRatio: number } {
  if (now.direction === 'send') return { networkLossRatio: atMostOne(now.fractionLost) }
  const lost = delta(base.packetsLost, now.packetsLost)
  const repaired = delta(base.retransmittedPacketsReceived, now.retransmittedPacketsReceived)
  const expected = delta(base.packets, now.packets) - (repaired || 0) + Math.max(0, lost)
  return { lossRatio: ratio(lost - (repaired || 0), expected), networkLossRatio: ratio(repaired >= 0 ? lost : NaN, expected) }
}

function levelBetween(base: Base, before: StreamReading | undefined, now: StreamReading): number | undefined {
  if (now.kind !== 'audio') return undefined
  if (now.direction === 'send') return atMostOne(now.audioLevel ?? (before?.mediaSourceId === now.mediaSourceId ? playedLevel(base, now) : undefined))
  if (now.synchronization && !isStale(base, before, now)) return atMostOne(now.synchronization.audioLevel)
  if (now.totalSamplesDuration === undefined || now.totalAudioEnergy === undefined) return atMostOne(now.audioLevel)
  // Chromium says audioLevel 0 when no element plays the track; the duration that stands still tells this 0 from a measured one.
  if (now.totalSamplesDuration === 0) return undefined
  return atMostOne(before?.totalSamplesDuration === undefined ? now.audioLevel : playedLevel(base, now))
}

/** Wall clocks are beyond this many ms (2001): Chromium's are. Of another clock one cannot say that it should have gone on. */
const WALL_CLOCK = 1e12

/** The level of the last packet played stays readable for ten seconds: after the last packet, the last element, or the stream it belonged to. */
function isStale(base: Base, before: StreamReading | undefined, now: StreamReading): boolean {
  const then = before?.synchronization?.timestamp ?? NaN
  return then === now.synchronization?.timestamp && (then > WALL_CLOCK || delta(base.packets, now.packets) === 0 || delta(base.totalSamplesDuration, now.totalSamplesDuration) === 0)
}

/** https://w3c.github.io/webrtc-stats/#dom-rtcinboundrtpstreamstats-totalaudioenergy: the mean level of a time is sqrt(energy / duration). */
function playedLevel(base: Base, now: StreamReading): number {
  const energy = delta(base.totalAudioEnergy, now.totalAudioEnergy)
  const duration = delta(base.totalSamplesDuration, now.totalSamplesDuration)
  return energy >= 0 && duration > 0 ? Math.sqrt(energy / duration) : NaN
}

/**
 * What all paths carried; negative: a counter began anew. After a change of pair the transport's counter, which goes on, bridges; without
 * one the bytes are not known.
 */
function pathBytes(previous: readonly PathReading[], current: readonly PathReading[], counter: 'bytesSent' | 'bytesReceived'): number {
  let total = current.length > 0 ? 0 : NaN
  for (const now of current) {
    const same = (part: 'pair' | 'transport') => previous.find((path) => now[part] && path[part]?.id === now[part].id)?.[part]
    const pair = same('pair')
    const pairBytes = delta(pair?.[counter], now.pair?.[counter])
    const bytes = Number.isNaN(pairBytes) ? delta(same('transport')?.[counter], now.transport?.[counter]) : pairBytes
    // A path nobody knew before (the first one, or an m-line outside the bundle) makes the sum unknown, but is no reset.
    if (Number.isNaN(bytes)) return !pair && now.pair && previous.some((path) => path.pair?.[counter] !== undefined && path.transport?.id === now.transport?.id) ? -1 : NaN
    if (bytes < 0) return bytes
    total += bytes
  }
  return total
}

function joinLayers(streams: readonly StreamSample[]): StreamSample[] {
  const tracks = new Map<string, StreamSample[]>()
  for (const stream of streams) {
    const { direction, kind, mid, trackIdentifier, id } = stream
    const key = `${direction} ${kind} ${mid ?? `- ${trackIdentifier ?? id}`}`
    const layers = tracks.get(key)
    if (layers) layers.push(stream)
    else tracks.set(key, [stream])
  }
  return [...tracks.values()].map((layers) => (layers.length === 1 ? layers[0]! : joinTrack(layers))) // one element: the length says so
}

const SUMMED = ['bytesPerSecond', 'headerBytesPerSecond', 'packetsPerSecond'] as const
const WORST = ['lossRatio', 'networkLossRatio', 'jitterMs', 'audioLevel'] as const

function joinTrack(layers: readonly StreamSample[]): StreamSample {
  const first = layers[0]! // a group is made with its first stream
  const shown = largestSending(layers)
  return compact({
    ...(shown ?? first),
    id: first.id,
    rid: undefined,
    ssrc: undefined,
    frameWidth: shown?.frameWidth,
    frameHeight: shown?.frameHeight,
    ...Object.fromEntries(SUMMED.map((figure) => [figure, sumOf(layers, figure)])),
    ...Object.fromEntries(WORST.map((figure) => [figure, largestOf(layers, figure)])),
  })
}

/** A layer can be active and still send nothing, for want of bandwidth, and keeps its last size then: frames decide before size. */
function largestSending(layers: readonly StreamSample[]): StreamSample | undefined {
  const sends = ({ framesPerSecond = 0 }: StreamSample): number => Number(framesPerSecond > 0)
  const area = ({ frameWidth = 0, frameHeight = 0 }: StreamSample): number => frameWidth * frameHeight
  return layers.filter(({ active }) => active !== false).sort((one, other) => sends(other) - sends(one) || area(other) - area(one))[0]
}

type Figure = (typeof SUMMED)[number] | (typeof WORST)[number]

/** A layer that is switched off and says nothing adds nothing. */
function sumOf(layers: readonly StreamSample[], figure: Figure): number {
  const counted = layers.filter((layer) => layer.active !== false || layer[figure] !== undefined)
  return counted.length > 0 ? counted.reduce((sum, layer) => sum + (layer[figure] ?? NaN), 0) : NaN
}

const largestOf = (layers: readonly StreamSample[], figure: Figure): number => Math.max(...layers.flatMap((layer) => layer[figure] ?? []))

// Between here and `compact`, which drops it, what is not known is NaN (or, of an empty list, infinite): it spreads through arithmetic by itself.

const delta = (before = NaN, now = NaN): number => now - before
const perSecond = (difference: number, durationMs: number): number => (difference >= 0 && durationMs > 0 ? (difference / durationMs) * 1000 : NaN)
const ratio = (part: number, whole: number): number => (whole > 0 ? Math.min(1, Math.max(0, part / whole)) : NaN)
const atMostOne = (level = NaN): number => Math.min(1, level)
