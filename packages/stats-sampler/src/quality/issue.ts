import type { StreamSample } from '../connection-sample.js'
import type { IssueThresholds } from './issue-thresholds.js'

/** Which track: of `tracks`, so that simulcast layers are one. */
export type IssueStream = Pick<StreamSample, 'direction' | 'kind' | 'mid' | 'trackIdentifier'>

interface IssueOf<Type extends string, Measured, Threshold extends keyof IssueThresholds> {
  readonly type: Type
  /** ms since 1970: the time without a break in which every sample showed it. `to` is the newest sample's while it lasts. */
  readonly from: number
  readonly to: number
  readonly evidence: {
    /** The figures of the worst sample in that time, in the units of ConnectionSample. */
    readonly measured: Measured
    /** What they crossed, and for how long they had to. */
    readonly threshold: Partial<Pick<IssueThresholds, Threshold>>
  }
}

interface StreamIssueOf<Type extends string, Measured, Threshold extends keyof IssueThresholds> extends IssueOf<Type, Measured, Threshold> {
  readonly stream: IssueStream
}

type Figures<Figure extends keyof StreamSample> = Readonly<Required<Pick<StreamSample, Figure>>>

/** Told apart by `type`; issues of a stream say which, `high-rtt` and `one-way-media` are of the connection. */
export type Issue =
  /** Receiving, after repair: what is heard or seen. Sending, before repair: what the receiver reports. */
  | StreamIssueOf<'high-loss', Figures<'lossRatio'> | Figures<'networkLossRatio'>, 'lossRatio' | 'networkLossRatio' | 'durationMs'>
  | StreamIssueOf<'high-jitter', Figures<'jitterMs'>, 'jitterMs' | 'durationMs'>
  /** Packets come, but no frames, or with long freezes between them. */
  | StreamIssueOf<'frozen-video', Figures<'framesPerSecond' | 'packetsPerSecond'> & Pick<StreamSample, 'freezesDurationPerSecond'>, 'freezesDurationPerSecond' | 'frozenMs'>
  /** Fewer frames sent than the source gave (for want of time or bandwidth), or fewer decoded than came. */
  | StreamIssueOf<'low-frame-rate', Figures<'framesPerSecond' | 'sourceFramesPerSecond'> | Figures<'framesPerSecond' | 'framesReceivedPerSecond'>, 'frameRateRatio' | 'durationMs'>
  /** The browser's own finding: size or frame rate are reduced, because the encoder does not keep up. */
  | StreamIssueOf<'cpu-limitation', Figures<'qualityLimitationReason'>, 'limitationMs'>
  /** As `cpu-limitation`, because the network does not carry more. */
  | StreamIssueOf<'bandwidth-limitation', Figures<'qualityLimitationReason'>, 'limitationMs'>
  /** Packets leave, but there is no sound in them. */
  | StreamIssueOf<'silent-microphone', Figures<'audioLevel' | 'packetsPerSecond'>, 'audioLevel' | 'silentMs'>
  | IssueOf<'high-rtt', { readonly rttMs: number }, 'rttMs' | 'durationMs'>
  /** Media goes one way, and not a byte, not even RTCP, the other: `missing` says which. */
  | IssueOf<'one-way-media', { readonly missing: 'send' | 'receive'; readonly bytesSentPerSecond: number; readonly bytesReceivedPerSecond: number }, 'oneWayMs'>
