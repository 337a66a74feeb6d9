/** What {@link findIssues} calls an issue. Names are those of the figures they are held against. */
export interface IssueThresholds {
  /** `high-loss`, receiving: more than this is left after repair, 0..1. */
  readonly lossRatio: number
  /** `high-loss`, sending: more than this is lost on the way, before repair, 0..1. */
  readonly networkLossRatio: number
  /** `high-rtt`: more than this, ms. */
  readonly rttMs: number
  /** `high-jitter`: more than this, ms. */
  readonly jitterMs: number
  /** `frozen-video`: the picture stands still for at least this part of the time, s per s; a stream without any frame does. */
  readonly freezesDurationPerSecond: number
  /** `low-frame-rate`: below this part of the frames there were: those of the source, or of those received. */
  readonly frameRateRatio: number
  /** `low-frame-rate`: asked only where there were at least this many frames per second. */
  readonly framesPerSecond: number
  /** `silent-microphone`: at most this level, 0..1. */
  readonly audioLevel: number
  /** A stream with fewer packets per second is idle: none of its figures is held against anything. */
  readonly packetsPerSecond: number
  /** How long without a break, ms: `high-loss`, `high-rtt`, `high-jitter`, `low-frame-rate`. */
  readonly durationMs: number
  /** As `durationMs`, for `frozen-video`. */
  readonly frozenMs: number
  /** As `durationMs`, for `cpu-limitation` and `bandwidth-limitation`. */
  readonly limitationMs: number
  /** As `durationMs`, for `silent-microphone`. */
  readonly silentMs: number
  /** As `durationMs`, for `one-way-media`. */
  readonly oneWayMs: number
}

/** The defaults, each with its source or reason. */
export const ISSUE_THRESHOLDS: IssueThresholds = {
  // What conversation bears: https://www.itu.int/rec/T-REC-G.1010 (11/2001), table I.1.
  lossRatio: 0.03,
  // From here a sender takes its bitrate back: https://datatracker.ietf.org/doc/html/draft-ietf-rmcat-gcc-02#section-6
  networkLossRatio: 0.1,
  // 150 ms each way, below which most conversations do not suffer: https://www.itu.int/rec/T-REC-G.114 (05/2003)
  rttMs: 300,
  // Cisco's design guides for voice; above it jitter buffers add more delay than the codec does.
  jitterMs: 30,
  // Nearly a third of the time: one pause of 300 ms a second is seen by everybody. No standard has a figure.
  freezesDurationPerSecond: 0.3,
  // Below half, with some room for a sender told to send half of the camera's frames (`maxFramerate` 15 of 30).
  frameRateRatio: 0.4,
  // Fewer frames than this are slides or a dark room, where one more or less is a large part.
  framesPerSecond: 10,
  // Three steps of 16 bit, -81 dBFS: a microphone that is alive is noisier, digital silence and dither are not.
  audioLevel: 0.0001,
  // Opus with DTX sends 2.5 a second in silence, a switched-off camera 1 in Firefox; speech at least 8 (120 ms packets).
  packetsPerSecond: 5,
  // Five samples: longer than one burst, one keyframe or one change of network lasts.
  durationMs: 5000,
  // A picture that stands still is seen at once; a pause of the sender shows in one sample, when it ends.
  frozenMs: 3000,
  // Browsers start at a low bitrate and call that a limitation while it grows.
  limitationMs: 10_000,
  // Longer than a pause in speech of a microphone with a noise gate.
  silentMs: 10_000,
  // RTCP comes at least every 6.2 s (5 s * 1.5 / 1.21828): https://www.rfc-editor.org/rfc/rfc3550#section-6.3.1
  oneWayMs: 10_000,
}
