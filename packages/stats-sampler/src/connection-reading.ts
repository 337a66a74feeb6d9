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

/**
 * What one ICE transport carried. Bytes count all it sends (RTP with headers, RTCP, data channels) without IP and UDP.
 * https://w3c.github.io/webrtc-stats/#candidatepair-dict* and #transportstats-dict*
 */
export interface PathReading {
  /** Id of the selected candidate pair; absent before one is selected. Its counters start anew with each pair. */
  readonly pairId?: string
  readonly pairBytesSent?: number
  readonly pairBytesReceived?: number
  /** Id of the transport; absent in Firefox before 153. Its counters go on when the pair changes. */
  readonly transportId?: string
  readonly transportBytesSent?: number
  readonly transportBytesReceived?: number
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
  readonly retransmittedPackets?: number
  /** 0..1, from the newest receiver report (`remote-inbound-rtp.fractionLost`). Sending only. */
  readonly fractionLost?: number
  /** ms; sending: as the receiver reported it. */
  readonly jitterMs?: number
  /** `framesSent` (else `framesEncoded`) / `framesDecoded` (else `framesReceived`). */
  readonly frames?: number
  /** The browser's own figure, frames in the last second. */
  readonly framesPerSecond?: number
  /** Pixels. A layer that is switched off keeps its last size. */
  readonly frameWidth?: number
  readonly frameHeight?: number
  /** 0..1, of this moment: `media-source` for a sender, playback for a receiver. */
  readonly audioLevel?: number
  /** `totalAudioEnergy`, of the same source as `audioLevel`. */
  readonly audioEnergy?: number
  /** `totalSamplesDuration`, s. Stands still while nothing plays the track. */
  readonly audioDuration?: number
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
 */
export function readReport(report: Iterable<[string, unknown]>): ConnectionReading {
  const { timestamp, byId, byType } = index(report)
  const remoteInbound = byType('remote-inbound-rtp')
  const { paths, pairRtt } = readPaths(byType('transport'), byType('candidate-pair'), byId)
  const streams: StreamReading[] = []
  for (const entry of byType('inbound-rtp')) push(streams, readInbound(entry))
  for (const entry of byType('outbound-rtp')) {
    push(streams, readOutbound(entry, byId.get(text(entry, 'mediaSourceId') ?? ''), remoteOf(entry, remoteInbound, byId)))
  }
  const rtt: Pick<ConnectionReading, 'rttMs' | 'rttSource'> | undefined =
    pairRtt !== undefined ? { rttMs: pairRtt * 1000, rttSource: 'candidate-pair' } : newestRemoteRtt(remoteInbound)
  return { timestamp, ...rtt, paths, streams }
}

/**
 * Adds the levels of `RTCRtpReceiver.getSynchronizationSources()` to the streams with the same ssrc. A receiver goes on naming an ssrc for
 * ten seconds after its last packet, and the old one after a change, so nothing but the ssrc can join the two.
 * https://w3c.github.io/webrtc-pc/#dom-rtcrtpsynchronizationsource
 */
export function withSynchronizationSources(reading: ConnectionReading, sources: Iterable<SynchronizationSource>): ConnectionReading {
  const bySsrc = new Map<number, SynchronizationSource>()
  for (const source of sources) bySsrc.set(source.source, source)
  const streams = reading.streams.map((stream): StreamReading => {
    const source = stream.direction === 'receive' && stream.kind === 'audio' && stream.ssrc !== undefined ? bySsrc.get(stream.ssrc) : undefined
    const audioLevel = finite(source?.audioLevel)
    if (audioLevel === undefined || audioLevel < 0) return stream
    return { ...stream, synchronization: compact({ audioLevel, timestamp: finite(source?.timestamp) }) }
  })
  return { ...reading, streams }
}

/** One pass. Codecs, certificates and candidates, most of a large call's report, are looked at once and dropped. */
function index(report: Iterable<[string, unknown]>) {
  const byId = new Map<string, Entry>()
  const types = new Map<string, Entry[]>()
  let timestamp = 0
  for (const pair of report as Iterable<unknown>) {
    if (!Array.isArray(pair)) continue
    const entry: unknown = pair[1]
    if (!isEntry(entry)) continue
    const type = text(entry, 'type')
    if (type === undefined || entry['isRemote'] === true && /rtp$/.test(type)) continue
    if (!type.startsWith('remote-')) timestamp = Math.max(timestamp, count(entry, 'timestamp') ?? 0)
    if (!USED.has(type)) continue
    const id = typeof pair[0] === 'string' ? pair[0] : text(entry, 'id')
    if (id === undefined || byId.has(id)) continue
    const named = { ...entry, id }
    byId.set(id, named)
    const list = types.get(type)
    if (list) list.push(named)
    else types.set(type, [named])
  }
  return { timestamp, byId, byType: (type: string): readonly Entry[] => types.get(type) ?? [] }
}

const USED: ReadonlySet<string> = new Set(['inbound-rtp', 'outbound-rtp', 'remote-inbound-rtp', 'media-source', 'candidate-pair', 'transport'])

function readPaths(transports: readonly Entry[], pairs: readonly Entry[], byId: ReadonlyMap<string, Entry>) {
  const paths: PathReading[] = []
  let pairRtt: number | undefined
  const add = (pair: Entry | undefined, transport: Entry | undefined): void => {
    if (pair) pairRtt ??= count(pair, 'currentRoundTripTime')
    paths.push(compact({
      pairId: pair && text(pair, 'id'), pairBytesSent: pair && count(pair, 'bytesSent'), pairBytesReceived: pair && count(pair, 'bytesReceived'),
      transportId: transport && text(transport, 'id'),
      transportBytesSent: transport && count(transport, 'bytesSent'), transportBytesReceived: transport && count(transport, 'bytesReceived'),
    }))
  }
  const isPair = (entry: Entry | undefined): entry is Entry => entry !== undefined && entry['type'] === 'candidate-pair'
  for (const transport of transports) {
    const named = byId.get(text(transport, 'selectedCandidatePairId') ?? '')
    // A transport that names no pair may still have one: fall back to the marks the pairs carry.
    add(isPair(named) ? named : inUse(pairs.filter((pair) => transports.length === 1 || pair['transportId'] === transport['id']))[0], transport)
  }
  if (transports.length === 0) for (const pair of inUse(pairs)) add(pair, undefined)
  return { paths, pairRtt }
}

/** Without a usable transport entry (Firefox before 153): the pair each transport uses, by Firefox's `selected`, else nominated and succeeded. */
function inUse(pairs: readonly Entry[]): Entry[] {
  const selected = pairs.filter((pair) => pair['selected'] === true)
  const marked = selected.length > 0 ? selected : pairs.filter((pair) => pair['nominated'] === true && (pair['state'] === 'succeeded' || pair['state'] === undefined))
  const perTransport = new Map<unknown, Entry>()
  for (const pair of marked) {
    const other = perTransport.get(pair['transportId'])
    // After an ICE restart the abandoned pair stays nominated: the one that still receives is in use.
    if (!other || lastPacket(pair) >= lastPacket(other)) perTransport.set(pair['transportId'], pair)
  }
  return [...perTransport.values()]
}

const lastPacket = (pair: Entry): number => count(pair, 'lastPacketReceivedTimestamp') ?? 0

/** The report of the far side on an outbound stream: by id; Safari 16.4 to 16.6 leaves `remoteId` out. */
function remoteOf(entry: Entry, remoteInbound: readonly Entry[], byId: ReadonlyMap<string, Entry>): Entry | undefined {
  const named = byId.get(text(entry, 'remoteId') ?? '')
  if (named?.['type'] === 'remote-inbound-rtp') return named
  return remoteInbound.find((remote) => remote['localId'] === entry['id'] || remote['ssrc'] !== undefined && remote['ssrc'] === entry['ssrc'])
}

function newestRemoteRtt(remoteInbound: readonly Entry[]): Pick<ConnectionReading, 'rttMs' | 'rttSource'> | undefined {
  let newest = -1
  let seconds: number | undefined
  for (const remote of remoteInbound) {
    const roundTripTime = count(remote, 'roundTripTime')
    const timestamp = count(remote, 'timestamp') ?? 0
    if (roundTripTime === undefined || timestamp <= newest) continue
    newest = timestamp
    seconds = roundTripTime
  }
  return seconds === undefined ? undefined : { rttMs: seconds * 1000, rttSource: 'remote-inbound-rtp' }
}

function readInbound(entry: Entry): StreamReading | undefined {
  const common = readCommon(entry)
  return common && compact({
    ...common,
    direction: 'receive' as const,
    trackIdentifier: text(entry, 'trackIdentifier'),
    payloadBytes: count(entry, 'bytesReceived'),
    headerBytes: count(entry, 'headerBytesReceived'),
    packets: count(entry, 'packetsReceived'),
    packetsLost: finite(entry['packetsLost']),
    retransmittedPackets: count(entry, 'retransmittedPacketsReceived'),
    jitterMs: milliseconds(count(entry, 'jitter')),
    frames: count(entry, 'framesDecoded') ?? count(entry, 'framesReceived'),
    ...readLevel(entry),
  })
}

function readOutbound(entry: Entry, source: Entry | undefined, remote: Entry | undefined): StreamReading | undefined {
  const common = readCommon(entry)
  const media = source?.['type'] === 'media-source' ? source : undefined
  return common && compact({
    ...common,
    direction: 'send' as const,
    rid: text(entry, 'rid'),
    trackIdentifier: (media && text(media, 'trackIdentifier')) ?? text(entry, 'trackIdentifier'),
    mediaSourceId: text(entry, 'mediaSourceId'),
    active: typeof entry['active'] === 'boolean' ? entry['active'] : undefined,
    payloadBytes: count(entry, 'bytesSent'),
    headerBytes: count(entry, 'headerBytesSent'),
    packets: count(entry, 'packetsSent'),
    fractionLost: remote && count(remote, 'fractionLost'),
    jitterMs: milliseconds(remote && count(remote, 'jitter')),
    frames: count(entry, 'framesSent') ?? count(entry, 'framesEncoded'),
    ...(media && readLevel(media)),
  })
}

function readCommon(entry: Entry) {
  const id = text(entry, 'id')
  const kind = entry['kind'] ?? entry['mediaType']
  if (id === undefined || (kind !== 'audio' && kind !== 'video')) return undefined
  return {
    id, kind: kind as 'audio' | 'video', ssrc: count(entry, 'ssrc'), mid: text(entry, 'mid'),
    ...(kind === 'video' && {
      framesPerSecond: count(entry, 'framesPerSecond'), frameWidth: count(entry, 'frameWidth'), frameHeight: count(entry, 'frameHeight'),
    }),
  }
}

function readLevel(entry: Entry) {
  return { audioLevel: count(entry, 'audioLevel'), audioEnergy: count(entry, 'totalAudioEnergy'), audioDuration: count(entry, 'totalSamplesDuration') }
}

function push<Item>(list: Item[], item: Item | undefined): void {
  if (item !== undefined) list.push(item)
}

const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null
const finite = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)
const milliseconds = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : seconds * 1000)

function count(entry: Entry, name: string): number | undefined {
  const value = finite(entry[name])
  return value !== undefined && value >= 0 ? value : undefined
}

function text(entry: Entry, name: string): string | undefined {
  const value = entry[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

type Defined<Shape> = { [Key in keyof Shape as undefined extends Shape[Key] ? never : Key]: Shape[Key] } & {
  [Key in keyof Shape as undefined extends Shape[Key] ? Key : never]?: Exclude<Shape[Key], undefined>
}

/** Drops members that are undefined or no finite number, so that absent means absent: to `in`, to JSON and to a deep comparison. */
export function compact<Shape extends object>(shape: Shape): Defined<Shape> {
  const kept = Object.entries(shape).filter(([, value]) => (typeof value === 'number' ? Number.isFinite(value) : value !== undefined))
  return Object.fromEntries(kept) as Defined<Shape> // true: fromEntries forgets the types of what entries() split
}
