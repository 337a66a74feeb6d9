/**
 * The counters of one connection at one moment, taken from one getStats() report. Plain data: it can be stored as JSON.
 *
 * A member that is absent was not in the report (or was no finite number): not known. 0 is a measured 0.
 */
export interface ConnectionReading {
  /** ms since 1970, of the newest entry measured here (the time of `remote-*` entries is the far side's). 0: the report had none. */
  readonly timestamp: number
  /** Round-trip time, ms; see `rttSource`. */
  readonly rttMs?: number
  /** `candidate-pair`: STUN on the selected pair. `remote-inbound-rtp`: the newest RTCP receiver report. */
  readonly rttSource?: 'candidate-pair' | 'remote-inbound-rtp'
  /** One per ICE transport: one with BUNDLE, which is nearly always. */
  readonly paths: readonly PathReading[]
  /** `inbound-rtp` and `outbound-rtp` entries, in the report's order. */
  readonly streams: readonly StreamReading[]
}

/** What one ICE transport carried. */
export interface PathReading {
  /** The selected candidate pair; absent before one is selected. Its counters start anew with each pair. */
  readonly pair?: PathCounters
  /** Absent in Firefox before 153. Its counters go on when the pair changes. */
  readonly transport?: PathCounters
}

/**
 * Bytes of RTP with headers, RTCP and data channels, without IP and UDP.
 * https://w3c.github.io/webrtc-stats/#candidatepair-dict* and #transportstats-dict*
 */
export interface PathCounters {
  /** The entry's id in the report. */
  readonly id: string
  readonly bytesSent?: number
  readonly bytesReceived?: number
}

/** Counters of one RTP stream. https://w3c.github.io/webrtc-stats/#inboundrtpstats-dict* and #outboundrtpstats-dict* */
export interface StreamReading {
  /** The entry's id in the report. Browsers may use it again for another ssrc. */
  readonly id: string
  readonly kind: 'audio' | 'video'
  readonly direction: 'send' | 'receive'
  readonly ssrc?: number
  readonly mid?: string
  /** The simulcast layer's name; sending only. */
  readonly rid?: string
  /** `MediaStreamTrack.id`; for a sender that of the track it sends now (through `mediaSourceId`). */
  readonly trackIdentifier?: string
  /** Id of the `media-source` entry; another one after `replaceTrack`. Absent in Firefox. */
  readonly mediaSourceId?: string
  /** False while the encoding is switched off; sending only. */
  readonly active?: boolean
  /** `bytesSent` / `bytesReceived`: payload, with retransmissions and FEC, without headers and padding. */
  readonly payloadBytes?: number
  /** `headerBytesSent` / `headerBytesReceived`: RTP headers, their extensions, and padding. */
  readonly headerBytes?: number
  /** `packetsSent` / `packetsReceived`, with retransmissions. */
  readonly packets?: number
  /** RTP packets. Signed: late and doubled packets count down. Receiving only. */
  readonly packetsLost?: number
  /** Part of `packets`. Receiving only, and only where RTX lets the browser tell. */
  readonly retransmittedPacketsReceived?: number
  /** 0..1, from the newest receiver report (`remote-inbound-rtp.fractionLost`). Sending only. */
  readonly fractionLost?: number
  /** ms; sending: as the receiver reported it. */
  readonly jitterMs?: number
  /** `framesSent` (else `framesEncoded`) / `framesDecoded` (else `framesReceived`). */
  readonly frames?: number
  /** Complete frames, decoded or not. Receiving only. */
  readonly framesReceived?: number
  /** The browser's own figure, frames in the last second. */
  readonly framesPerSecond?: number
  /** `media-source.framesPerSecond`, frames the camera or screen gave in the last second, before encoding. Sending only; absent in Firefox, which names no `mediaSourceId`. */
  readonly sourceFramesPerSecond?: number
  /** s. A freeze counts when the frame comes that ends it, even when the sender had only paused (for less than 5 s in Chromium). Receiving only. */
  readonly totalFreezesDuration?: number
  /** `none`, `cpu`, `bandwidth` or `other`: why size or frame rate are below what was asked for. Sending video only; absent in Firefox. */
  readonly qualityLimitationReason?: string
  /** Pixels. A layer that is switched off keeps its last size. */
  readonly frameWidth?: number
  readonly frameHeight?: number
  /** 0..1, of this moment: `media-source` for a sender, playback for a receiver. */
  readonly audioLevel?: number
  /** s, squared level over time; of the same source as `audioLevel`. */
  readonly totalAudioEnergy?: number
  /** s. Stands still while nothing plays the track. */
  readonly totalSamplesDuration?: number
  /** The packets' own level (RFC 6464), which playback does not change; see {@link withSynchronizationSources}. */
  readonly synchronization?: { readonly audioLevel: number; readonly timestamp?: number }
}

/** The part of RTCRtpSynchronizationSource that is used. */
export interface SynchronizationSource {
  /** The ssrc. */
  readonly source: number
  /** 0..1; absent when the packets carry no level. */
  readonly audioLevel?: number | undefined
  /** Changes whenever a packet is played. */
  readonly timestamp?: number
}

type Entry = Readonly<Record<string, unknown>>

/**
 * One report (an RTCStatsReport, or its entries from a recording) to the counters used. Survives whatever data an entry holds:
 * what is not understood is left out, and so are all members of the wrong type, infinite, or negative where the W3C allows none.
 * With `sources` it is as {@link withSynchronizationSources}, and faster.
 */
export function readReport(report: Iterable<[string, unknown]>, sources: Iterable<SynchronizationSource> = []): ConnectionReading {
  const { timestamp, byId, byType } = index(report)
  const levels = bySsrc(sources)
  const [pairs, remotes, transports] = [byType(PAIR), byType(REMOTE), byType('transport')]
  // The far side's report on a stream: by id; Safari 16.4 to 16.6 leaves `remoteId` out.
  const remoteOf = ({ id, ssrc = NaN, remoteId }: Entry): Entry | undefined =>
    byId.get(remoteId) ?? remotes.find((remote) => remote['localId'] === id || remote['ssrc'] === ssrc)
  const streams = [
    ...byType('inbound-rtp').map((entry) => readStream('receive', entry, entry, undefined, levels.get(entry['ssrc']))),
    ...byType('outbound-rtp').map((entry) => readStream('send', entry, byId.get(entry['mediaSourceId']), remoteOf(entry))),
  ].filter((stream) => stream !== undefined)
  // A transport that names no pair may still have one: the marks the pairs carry tell it.
  const links: Link[] = transports.length === 0 ? inUse(pairs).map((pair) => ({ pair })) : transports.map((transport) => ({
    transport,
    pair: byId.get(transport['selectedCandidatePairId']) ?? inUse(pairs.filter(({ transportId }) => transports.length === 1 || transportId === transport['id']))[0],
  }))
  const rtt = newestRtt(links.map(({ pair }) => pair), 'currentRoundTripTime') ?? newestRtt(remotes, 'roundTripTime')
  return { timestamp, ...rtt, paths: links.map(({ pair, transport }) => compact({ pair: readPath(pair), transport: readPath(transport) })), streams }
}

interface Link {
  readonly pair?: Entry | undefined
  readonly transport?: Entry
}

const PAIR = 'candidate-pair'
const REMOTE = 'remote-inbound-rtp'

/**
 * Adds the levels of `RTCRtpReceiver.getSynchronizationSources()` to the streams with the same ssrc. A receiver goes on naming an ssrc for
 * ten seconds after its last packet, and the old one after a change, so nothing but the ssrc can join the two.
 * https://w3c.github.io/webrtc-pc/#dom-rtcrtpsynchronizationsource
 */
export function withSynchronizationSources(reading: ConnectionReading, sources: Iterable<SynchronizationSource>): ConnectionReading {
  const levels = bySsrc(sources)
  return { ...reading, streams: reading.streams.map((stream) => compact({ ...stream, synchronization: stream.direction === 'receive' ? readLevel(levels.get(stream.ssrc)) : undefined })) }
}

const bySsrc = (sources: Iterable<SynchronizationSource>): Map<unknown, SynchronizationSource> => new Map(Array.from(sources, (source) => [source.source, source]))

function readLevel(source: SynchronizationSource | undefined): StreamReading['synchronization'] {
  const audioLevel = count(source?.audioLevel)
  return audioLevel === undefined ? undefined : compact({ audioLevel, timestamp: source?.timestamp })
}

/** One pass. Codecs, certificates and candidates, most of a large call's report, are looked at once and dropped. */
function index(report: Iterable<[string, unknown]>) {
  const byId = new Map<unknown, Entry>()
  let timestamp = 0
  for (const pair of report as Iterable<unknown>) {
    const [id, entry] = Array.isArray(pair) ? (pair as unknown[]) : []
    if (typeof id !== 'string' || !isEntry(entry)) continue
    if (!text(entry['type'])?.startsWith('remote-')) timestamp = Math.max(timestamp, count(entry['timestamp']) ?? 0)
    byId.set(id, entry['id'] === id ? entry : { ...entry, id })
  }
  const entries = [...byId.values()]
  return { timestamp, byId, byType: (wanted: string): Entry[] => entries.filter(({ type }) => type === wanted) }
}

function readPath(entry: Entry | undefined): PathCounters | undefined {
  return entry && compact({ id: String(entry['id']), bytesSent: count(entry['bytesSent']), bytesReceived: count(entry['bytesReceived']) })
}

/**
 * Without a usable transport entry (Firefox before 153): the pair each transport uses, by Firefox's `selected`, else nominated and succeeded.
 * After an ICE restart the abandoned pair stays nominated: the one that received last is in use.
 */
function inUse(pairs: readonly Entry[]): Entry[] {
  const rank = (pair: Entry): number => (pair['selected'] === true ? Infinity : count(pair['lastPacketReceivedTimestamp']) ?? 0)
  const marked = pairs.filter(({ selected, nominated, state = 'succeeded' }) => selected === true || (nominated === true && state === 'succeeded'))
  // Of the pairs of one transport the last one set stays.
  return [...new Map(marked.sort((one, other) => rank(one) - rank(other)).map((pair) => [pair['transportId'], pair])).values()]
}

function newestRtt(entries: readonly (Entry | undefined)[], member: 'currentRoundTripTime' | 'roundTripTime'): Pick<ConnectionReading, 'rttMs' | 'rttSource'> | undefined {
  const at = (entry: Entry | undefined): number => count(entry?.['timestamp']) ?? 0
  const [newest] = entries.filter((entry) => count(entry?.[member]) !== undefined).sort((one, other) => at(other) - at(one))
  return newest && { rttMs: milliseconds(count(newest[member])), rttSource: member === 'roundTripTime' ? REMOTE : PAIR }
}

/**
 * Nothing for an entry that says neither audio nor video. `source` and `remote` are the sender's track and the receiver's report on it. Members by
 * name, not in a loop over names: engines read and write those several times as fast, and this is most of what a tick costs.
 */
function readStream(direction: StreamReading['direction'], entry: Entry, source = entry, remote?: Entry, level?: SynchronizationSource): StreamReading | undefined {
  const { kind, active, packetsLost } = entry
  if (kind !== 'audio' && kind !== 'video') return undefined
  return compact({
    id: String(entry['id']), kind: kind as StreamReading['kind'], direction, // the test above says so: narrowing `unknown` is lost in a literal
    ssrc: count(entry['ssrc']),
    mid: text(entry['mid']),
    rid: text(entry['rid']),
    trackIdentifier: text(source['trackIdentifier']),
    mediaSourceId: text(entry['mediaSourceId']),
    active: typeof active === 'boolean' ? active : undefined,
    payloadBytes: count(entry['bytesSent'] ?? entry['bytesReceived']),
    headerBytes: count(entry['headerBytesSent'] ?? entry['headerBytesReceived']),
    packets: count(entry['packetsSent'] ?? entry['packetsReceived']),
    packetsLost: isNumber(packetsLost) ? packetsLost : undefined,
    retransmittedPacketsReceived: count(entry['retransmittedPacketsReceived']),
    fractionLost: count(remote?.['fractionLost']),
    jitterMs: milliseconds(count((remote ?? entry)['jitter'])),
    frames: count(entry['framesSent'] ?? entry['framesEncoded'] ?? entry['framesDecoded'] ?? entry['framesReceived']),
    framesReceived: count(entry['framesReceived']),
    framesPerSecond: count(entry['framesPerSecond']),
    sourceFramesPerSecond: source === entry ? undefined : count(source['framesPerSecond']),
    qualityLimitationReason: text(entry['qualityLimitationReason']),
    frameWidth: count(entry['frameWidth']),
    frameHeight: count(entry['frameHeight']),
    totalFreezesDuration: count(entry['totalFreezesDuration']),
    audioLevel: count(source['audioLevel']),
    totalAudioEnergy: count(source['totalAudioEnergy']),
    totalSamplesDuration: count(source['totalSamplesDuration']),
    synchronization: readLevel(level),
  })
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null
const isNumber = (value: unknown): value is number => Number.isFinite(value)
const milliseconds = (seconds = NaN): number => seconds * 1000 // compact() drops what is not known
const count = (value: unknown): number | undefined => (isNumber(value) && value >= 0 ? value : undefined)
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

type Defined<Shape> = { -readonly [Key in keyof Shape as undefined extends Shape[Key] ? never : Key]: Shape[Key] } & {
  -readonly [Key in keyof Shape as undefined extends Shape[Key] ? Key : never]?: Exclude<Shape[Key], undefined>
}

/** A shape without the members that are undefined or no finite number. Absent means absent: to `in`, to JSON and to a deep comparison. */
export function compact<const Shape extends object>(shape: Shape): Defined<Shape> {
  const known: Record<string, unknown> = {}
  for (const name in shape) {
    const value: unknown = shape[name]
    if (typeof value === 'number' ? isNumber(value) : value !== undefined) known[name] = value
  }
  return known as Defined<Shape> // true: what was left out may be absent there
}
