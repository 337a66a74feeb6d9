import type { ConnectionSample, StreamSample } from '../connection-sample.js'
import type { Issue, IssueStream } from './issue.js'
import type { IssueThresholds } from './issue-thresholds.js'

/** One sample that shows an issue. */
export interface Sight {
  /** The same for the same issue of the same track. */
  readonly key: string
  /** Larger is worse; of one key only. */
  readonly severity: number
  /** How long it has to last, ms. */
  readonly lastsMs: number
  readonly issue: Issue
}

/** What is seen in one track or connection. */
type Finding<Of extends Issue = Issue> = Of extends unknown ? { readonly type: Of['type']; readonly severity: number; readonly lastsMs: number } & Of['evidence'] : never

type Look = (track: StreamSample, limits: IssueThresholds) => Finding | undefined

/** All that one sample shows. What is not known shows nothing. */
export function sightsIn(sample: ConnectionSample, limits: IssueThresholds, isSwitchedOff: (track: StreamSample, timestamp: number) => boolean = isMute): Sight[] {
  const to = sample.timestamp
  const from = to - sample.durationMs
  const flowing = sample.tracks.filter((track) => flows(track, limits))
  const sightOf = (finding: Finding | undefined, track?: StreamSample): Sight[] => {
    if (!finding) return []
    const { type, severity, lastsMs, measured, threshold } = finding
    const issue = { type, ...(track && { stream: streamOf(track) }), from, to, evidence: { measured, threshold } } as Issue // true: a finding is one issue's type with its evidence
    return [{ key: `${type} ${track ? keyOf(track) : ''}`, severity, lastsMs, issue }]
  }
  return [
    ...flowing.flatMap((track) => LOOKS.flatMap((look) => sightOf(look(track, limits), track))),
    ...sample.tracks.flatMap((track) => (isSwitchedOff(track, to) ? [] : sightOf(silentMicrophone(track, limits), track))),
    ...sightOf(highRtt(sample, flowing, limits)),
    ...sightOf(oneWayMedia(sample, flowing, limits)),
  ]
}

const isMute = ({ audioLevel }: StreamSample): boolean => audioLevel === 0
const keyOf = ({ direction, kind, mid, trackIdentifier, id }: StreamSample): string => `${direction} ${kind} ${mid ?? `- ${trackIdentifier ?? id}`}`

function streamOf({ direction, kind, mid, trackIdentifier }: StreamSample): IssueStream {
  return { direction, kind, ...(mid !== undefined && { mid }), ...(trackIdentifier !== undefined && { trackIdentifier }) }
}

/** Packets expected, not only those that came: heavy loss does not make a stream idle. */
function flows({ active, packetsPerSecond = NaN, lossRatio = 0 }: StreamSample, limits: IssueThresholds): boolean {
  return active !== false && packetsPerSecond >= limits.packetsPerSecond * (1 - lossRatio)
}

const highLoss: Look = (track, { lossRatio, networkLossRatio, durationMs }) => {
  const { lossRatio: left = 0, networkLossRatio: lost = 0 } = track
  if (track.direction === 'receive') return left > lossRatio ? { type: 'high-loss', severity: left, lastsMs: durationMs, measured: { lossRatio: left }, threshold: { lossRatio, durationMs } } : undefined
  return lost > networkLossRatio ? { type: 'high-loss', severity: lost, lastsMs: durationMs, measured: { networkLossRatio: lost }, threshold: { networkLossRatio, durationMs } } : undefined
}

const highJitter: Look = ({ jitterMs = 0 }, { jitterMs: limit, durationMs }) =>
  jitterMs > limit ? { type: 'high-jitter', severity: jitterMs, lastsMs: durationMs, measured: { jitterMs }, threshold: { jitterMs: limit, durationMs } } : undefined

const frozenVideo: Look = ({ direction, kind, framesPerSecond, packetsPerSecond, freezesDurationPerSecond }, { freezesDurationPerSecond: limit, frozenMs }) => {
  if (direction !== 'receive' || kind !== 'video' || framesPerSecond === undefined || !packetsPerSecond) return undefined
  // An ongoing freeze is not counted yet.
  const severity = Math.max(framesPerSecond === 0 ? 1 : 0, freezesDurationPerSecond ?? 0)
  if (severity < limit) return undefined
  const measured = { framesPerSecond, packetsPerSecond, ...(freezesDurationPerSecond !== undefined && { freezesDurationPerSecond }) }
  return { type: 'frozen-video', severity, lastsMs: frozenMs, measured, threshold: { freezesDurationPerSecond: limit, frozenMs } }
}

const lowFrameRate: Look = ({ direction, framesPerSecond = NaN, sourceFramesPerSecond = NaN, framesReceivedPerSecond = NaN }, limits) => {
  const { frameRateRatio, durationMs } = limits
  const there = direction === 'send' ? sourceFramesPerSecond : framesReceivedPerSecond
  if (!(there >= limits.framesPerSecond && framesPerSecond < frameRateRatio * there)) return undefined
  const measured = direction === 'send' ? { framesPerSecond, sourceFramesPerSecond } : { framesPerSecond, framesReceivedPerSecond }
  return { type: 'low-frame-rate', severity: -framesPerSecond / there, lastsMs: durationMs, measured, threshold: { frameRateRatio, durationMs } }
}

const limitation: Look = ({ qualityLimitationReason }, { limitationMs }) =>
  qualityLimitationReason === 'cpu' || qualityLimitationReason === 'bandwidth'
    ? { type: `${qualityLimitationReason}-limitation`, severity: 0, lastsMs: limitationMs, measured: { qualityLimitationReason }, threshold: { limitationMs } }
    : undefined

const LOOKS: readonly Look[] = [highLoss, highJitter, frozenVideo, lowFrameRate, limitation]

/** Asked also of tracks that do not flow: with DTX a silent one sends little. */
const silentMicrophone: Look = ({ direction, kind, active, packetsPerSecond, audioLevel = NaN }, { audioLevel: limit, silentMs }) =>
  direction === 'send' && kind === 'audio' && active !== false && packetsPerSecond && audioLevel <= limit
    ? { type: 'silent-microphone', severity: -audioLevel, lastsMs: silentMs, measured: { audioLevel, packetsPerSecond }, threshold: { audioLevel: limit, silentMs } }
    : undefined

/** Asked only while media flows: on an idle connection it harms nobody. */
function highRtt({ rttMs = 0 }: ConnectionSample, flowing: readonly StreamSample[], { rttMs: limit, durationMs }: IssueThresholds): Finding | undefined {
  if (flowing.length === 0 || !(rttMs > limit)) return undefined
  return { type: 'high-rtt', severity: rttMs, lastsMs: durationMs, measured: { rttMs }, threshold: { rttMs: limit, durationMs } }
}

function oneWayMedia({ bytesSentPerSecond = NaN, bytesReceivedPerSecond = NaN }: ConnectionSample, flowing: readonly StreamSample[], { oneWayMs }: IssueThresholds): Finding | undefined {
  const goes = (way: StreamSample['direction']): boolean => flowing.some(({ direction }) => direction === way)
  const missing = goes('send') && bytesReceivedPerSecond === 0 ? 'receive' : goes('receive') && bytesSentPerSecond === 0 ? 'send' : undefined
  const severity = bytesSentPerSecond + bytesReceivedPerSecond
  if (!missing || Number.isNaN(severity)) return undefined
  return { type: 'one-way-media', severity, lastsMs: oneWayMs, measured: { missing, bytesSentPerSecond, bytesReceivedPerSecond }, threshold: { oneWayMs } }
}
