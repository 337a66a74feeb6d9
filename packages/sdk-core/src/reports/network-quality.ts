import type { ConnectionSample, StreamSample } from '@earshot/stats-sampler'
import type { NetworkQuality, QualityLevel } from '../events.js'

/** One connection as last seen. */
export interface NetworkPath {
  /** Of an RTCPeerConnection; absent where the link does not tell. */
  readonly connectionState?: string | undefined
  readonly sample: ConnectionSample
}

/**
 * The original's levels: each threshold that one of the two is beyond is one worse than 1, https://help.aliyun.com/document_detail/128789.html. It held
 * a ratio of 0 to 1 against the percents, so that there only the round trip ever counted; here both do.
 */
const thresholds: readonly { readonly rttMs: number; readonly lossRatio: number }[] = [
  { rttMs: 100, lossRatio: 0.1 }, { rttMs: 200, lossRatio: 0.2 }, { rttMs: 350, lossRatio: 0.3 }, { rttMs: 500, lossRatio: 0.5 },
]

/** Where the others' media comes over several connections the worst of them counts. */
export function networkQuality(paths: readonly NetworkPath[]): NetworkQuality {
  return {
    uplinkNetworkQuality: worstOf(paths, 'send'),
    downlinkNetworkQuality: worstOf(paths, 'receive'),
  }
}

function worstOf(paths: readonly NetworkPath[], direction: StreamSample['direction']): QualityLevel {
  return Math.max(0, ...paths.map((path) => levelOf(path, direction))) as QualityLevel
}

function levelOf({ connectionState, sample }: NetworkPath, direction: StreamSample['direction']): QualityLevel {
  const tracks = sample.tracks.filter((track) => track.direction === direction)
  if (tracks.length === 0) return 0
  if (connectionState === 'disconnected' || connectionState === 'failed') return 6
  const lossRatio = lossOf(tracks)
  if (sample.rttMs === undefined && lossRatio === undefined) return 0
  return 1 + thresholds.filter((row) => (sample.rttMs ?? 0) > row.rttMs || (lossRatio ?? 0) > row.lossRatio).length as QualityLevel // 1 to 5
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
