/**
 * A recording is JSON Lines: the header, then one line per report. Reports of several sources stand between each other, in the order of time.
 * A later version may add members; readers leave those they do not know.
 */
export interface RecordingHeader {
  readonly format: typeof FORMAT
  readonly version: typeof VERSION
  /** ms between readings, which decides what a gap is. */
  readonly intervalMs: number
}

export interface RecordedReport {
  readonly source: string
  /** True for the first report of a sampling: there is no sample between it and what the same source recorded before. */
  readonly begins?: boolean | undefined
  /** ms since 1970, of the newest entry measured there, entries that were left out included. */
  readonly timestamp: number
  /** Of RTCRtpReceiver.getSynchronizationSources(): the levels that do not depend on playback. */
  readonly synchronizationSources: readonly { readonly source: number; readonly audioLevel?: number | undefined; readonly timestamp?: number | undefined }[]
  /** The entries of the RTCStatsReport with their ids. */
  readonly report: readonly (readonly [string, unknown])[]
}

export const FORMAT = 'earshot-stats'
export const VERSION = 1

/** Types of which nothing is read, and which are little but addresses, fingerprints and most of a large call's report. */
const LEFT_OUT = /^(local-candidate|remote-candidate|certificate|codec)$/
/** Numbers that say where somebody is, in whatever entry a browser may put them. */
const PLACES = /port$|^priority$/i
/** The only texts that are kept. Ids are the browser's own and random, save those of certificates, which are fingerprints. */
const TEXTS = new Set([
  'type', 'kind', 'mid', 'rid', 'ssrc', 'trackIdentifier', 'transportId', 'selectedCandidatePairId', 'mediaSourceId', 'remoteId', 'localId', 'playoutId',
  'state', 'iceState', 'dtlsState', 'iceRole', 'contentType', 'scalabilityMode', 'qualityLimitationReason', 'encoderImplementation', 'decoderImplementation',
])

/** The entries without addresses and credentials: an unknown member is kept only when it is a number or a boolean, which are neither. */
export function withoutAddresses(report: Iterable<readonly [string, unknown]>): [string, unknown][] {
  return Array.from(report).flatMap((pair: unknown): [string, unknown][] => {
    if (!Array.isArray(pair)) return [] // as readReport does
    const [id, entry] = pair as unknown[]
    return typeof id === 'string' && isObject(entry) && !LEFT_OUT.test(String(entry['type'])) ? [[id, harmless(entry)]] : []
  })
}

function harmless(entry: object): object {
  const kept = Object.entries(entry).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (name === 'id' || PLACES.test(name)) return []
    if (isObject(value) && !Array.isArray(value)) return [[name, harmless(value)]] // such as qualityLimitationDurations
    return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && TEXTS.has(name)) ? [[name, value]] : []
  })
  return Object.fromEntries(kept)
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null
