import type { ConnectionSample, StreamSample } from '@earshot/stats-sampler'
import type { NetworkQuality, QualityLevel } from '../events.js'

/** One connection as last seen. */
export interface NetworkPath {
  /** Of an RTCPeerConnection; absent where the link does not tell. */
  readonly connectionState?: string | undefined
  readonly sample: ConnectionSample
}

/**
 * The original's levels: more than one of the two is that bad, https://help.aliyun.com/document_detail/128789.html. It held
 * a ratio of 0 to 1 against the percents, so that there only the round trip ever counted; here both do.
 */
const thresholds: readonly { readonly level: QualityLevel; readonly rttMs: number; readonly lossRatio: number }[] = [
  { level: 5, rttMs: 500, lossRatio: 0.5 },
  { level: 4, rttMs: 350, lossRatio: 0.3 },
  { level: 3, rttMs: 200, lossRatio: 0.2 },
  { level: 2, rttMs: 100, lossRatio: 0.1 },
]

/** Where the others' media comes over several connections the worst of them counts. */
export function networkQuality(paths: readonly NetworkPath[]): NetworkQuality {
  return {
    uplinkNetworkQuality: worstOf(paths, 'send'),
    downlinkNetworkQuality: worstOf(paths, 'receive'),
  }
}

function worstOf(paths: readonly NetworkPath[], direction: StreamSample['direction']): QualityLevel {
  return paths.map((path) => levelOf(path, direction)).reduce((worst, level) => (level > worst ? level : worst), 0)
}

function levelOf({ connectionState, sample }: NetworkPath, direction: StreamSample['direction']): QualityLevel {
  const tracks = sample.tracks.filter((track) => track.direction === direction)
  if (tracks.length === 0) return 0
  if (connectionState === 'disconnected' || connectionState === 'failed') return 6
  const lossRatio = lossOf(tracks)
  if (sample.rttMs === undefined && lossRatio === undefined) return 0
  return thresholds.find((row) => (sample.rttMs ?? 0) > row.rttMs || (lossRatio ?? 0) > row.lossRatio)?.level ?? 1
}

/** Of all packets, before repair: the network's, not what is left of it. Undefined where no flowing track has the figure. */
function lossOf(tracks: readonly StreamSample[]): number | undefined {
  let [lost, packets] = [0, 0]
  for (const { networkLossRatio, packetsPerSecond = 0 } of tracks) {
    if (networkLossRatio === undefined) continue
    lost += networkLossRatio * packetsPerSecond
    packets += packetsPerSecond
  }
  return packets === 0 ? undefined : lost / packets
}
