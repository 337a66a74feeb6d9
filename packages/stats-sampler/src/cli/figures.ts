import type { ConnectionSample, StreamSample } from '../connection-sample.js'
import { mos } from '../quality/index.js'

/** `sent` loss, jitter and MOS are what the far side reported; `path` is neither. */
export type Way = 'received' | 'sent' | 'path'

/** One figure that is shown over time. */
export interface Figure {
  readonly name: string
  readonly unit: string
  /** Decimals for people. */
  readonly digits: number
  /** The scale's ends, where they are not those of the values. */
  readonly scale?: readonly [number, number]
  /** Its values in a sample, by a key that stays: undefined where not known. */
  readonly read: (sample: ConnectionSample) => (readonly [key: string, way: Way, value: number | undefined])[]
}

/** A figure of one track or connection. Where a value is not known, or nothing was sampled for a while, one segment ends and another begins. */
export interface Curve {
  readonly way: Way
  readonly segments: Point[][]
}

export interface Point {
  /** ms since 1970. */
  readonly time: number
  readonly value: number
}

export const figures: readonly Figure[] = [
  { name: 'round-trip time', unit: 'ms', digits: 1, read: ({ rttMs }) => [['', 'path', rttMs]] },
  { name: 'loss', unit: '%', digits: 2, read: ({ tracks }) => tracks.map((track) => [keyOf(track), wayOf(track), scaled(lossOf(track), 100)]) },
  {
    name: 'bitrate', unit: 'kbit/s', digits: 0,
    read: ({ bytesSentPerSecond, bytesReceivedPerSecond }) => [['s', 'sent', scaled(bytesSentPerSecond, 0.008)], ['r', 'received', scaled(bytesReceivedPerSecond, 0.008)]],
  },
  { name: 'frame rate', unit: '1/s', digits: 1, read: ({ tracks }) => ofKind(tracks, 'video').map((track) => [keyOf(track), wayOf(track), track.framesPerSecond]) },
  { name: 'MOS', unit: '', digits: 2, scale: [1, 4.5], read: ({ rttMs, tracks }) => ofKind(tracks, 'audio').map((track) => [keyOf(track), wayOf(track), mosOf(track, rttMs)]) },
]

const ofKind = (tracks: readonly StreamSample[], wanted: StreamSample['kind']): StreamSample[] => tracks.filter(({ kind }) => kind === wanted)
const keyOf = ({ direction, kind, mid, trackIdentifier, id }: StreamSample): string => `${direction} ${kind} ${mid ?? trackIdentifier ?? id}`
const wayOf = ({ direction }: StreamSample): Way => (direction === 'send' ? 'sent' : 'received')
const lossOf = ({ direction, lossRatio, networkLossRatio }: StreamSample): number | undefined => (direction === 'send' ? networkLossRatio : lossRatio)
const scaled = (value: number | undefined, factor: number): number | undefined => (value === undefined ? undefined : value * factor)

function mosOf(track: StreamSample, rttMs: number | undefined): number | undefined {
  const lossRatio = lossOf(track)
  return lossRatio === undefined || rttMs === undefined || track.jitterMs === undefined ? undefined : mos({ lossRatio, rttMs, jitterMs: track.jitterMs })
}

/** The curves of a figure over the samples of one source, which are in the order of time. */
export function curvesOf({ read }: Figure, samples: readonly ConnectionSample[]): Curve[] {
  const curves = new Map<string, Curve & { last?: number }>()
  for (const sample of samples) {
    if (sample.durationMs === 0) continue // the same report again says nothing new
    const time = sample.timestamp
    for (const [key, way, value] of read(sample)) {
      if (value === undefined) continue
      const curve = curves.get(key) ?? { way, segments: [] }
      curves.set(key, curve)
      // The sample before ends where this one begins, to the part of a ms that a double loses.
      const follows = curve.last !== undefined && !sample.gap && time - sample.durationMs - curve.last < 1
      if (!follows) curve.segments.push([])
      curve.segments.at(-1)?.push({ time, value })
      curve.last = time
    }
  }
  return [...curves.values()]
}
