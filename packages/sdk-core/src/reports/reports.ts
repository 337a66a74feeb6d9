import { AudioMeters, type MeterDemand } from './audio-meters.js' // first, as in ali-rtc-engine.ts
import { ERROR_AUDIO_METER, SELF, type Slot, type StreamLabel } from '@earshot/protocol'
import type { AudioIndicator } from '../audio-indicator.js'
import { AliRtcError } from '../errors.js'
import type { AliRtcEvents } from '../events.js'
import type { ChannelLink } from '../link/channel-link.js'
import { AudioLevelReporter } from './audio-level-reporter.js'
import { MediaReporter } from './media-reporter.js'
import { NetworkQualityReporter } from './network-quality-reporter.js'
import type { HeldAudioContext } from './shared-audio-context.js'

/** All that the reports depend on, as of now. */
export interface ReportFacts {
  /** `enableAudioVolumeIndicator`. */
  readonly indicator: AudioIndicator | undefined
  /** Whether `onMedia` has a listener. */
  readonly media: boolean
  /** Whether `onNetworkQuality` has one. */
  readonly quality: boolean
  readonly link: ChannelLink | undefined
  /** Our own name. */
  readonly displayName: string
  readonly sending: ReadonlySet<Slot>
  /** What we publish as audio. */
  readonly microphone: MediaStreamTrack | undefined
  readonly subscriptions: readonly { readonly userId: string; readonly displayName: string; readonly labels: ReadonlySet<StreamLabel> }[]
  readonly audioTrackOf: (userId: string) => MediaStreamTrack | undefined
}

export interface ReportsOptions {
  readonly emit: <Name extends 'onAudioLevel' | 'onMedia' | 'onNetworkQuality' | 'onError'>(name: Name, payload: AliRtcEvents[Name]) => void
  readonly holdContext: () => HeldAudioContext
}

/** The callbacks of every second, and every other, and the meter that two of them share. */
export class Reports {
  readonly #levels: AudioLevelReporter
  readonly #media: MediaReporter
  readonly #quality: NetworkQualityReporter
  readonly #meters: AudioMeters

  constructor({ emit, holdContext }: ReportsOptions) {
    this.#levels = new AudioLevelReporter((rows) => emit('onAudioLevel', rows))
    this.#meters = new AudioMeters({
      holdContext,
      onReading: (userId, source, reading) => this.#levels.reading(userId, source, reading),
      onSource: (userId, source) => this.#levels.source(userId, source),
      onClock: (running) => this.#levels.clock(running),
      onError: (cause) => emit('onError', new AliRtcError(ERROR_AUDIO_METER, `audio cannot be metered: ${String(cause)}`, { cause })),
    })
    this.#quality = new NetworkQualityReporter((quality) => emit('onNetworkQuality', quality))
    this.#media = new MediaReporter((row) => emit('onMedia', row), (userId) => this.#meters.peakOf(userId))
  }

  /** Call after each change of a fact; the same facts change nothing. */
  update(facts: ReportFacts): void {
    const heard = facts.subscriptions.filter(({ labels }) => labels.has('sophon_audio'))
    const self = facts.sending.has('audio') ? [{ userId: SELF, displayName: facts.displayName }] : []
    this.#levels.update(facts.indicator?.interval, [...self, ...heard.map(({ userId, displayName }) => ({ userId, displayName }))])
    this.#meters.set(demandOf(facts), tracksOf(facts, heard.map(({ userId }) => userId)))
    this.#media.update(facts.media ? facts.link : undefined, { sending: facts.sending, remote: facts.subscriptions })
    this.#quality.update(facts.quality ? facts.link : undefined)
  }

  close(): void {
    this.#quality.close()
    this.#media.close()
    this.#meters.close()
    this.#levels.close()
  }
}

/** PCM only for `onAudioLevel`; levels for either callback. */
function demandOf({ indicator, media }: ReportFacts): MeterDemand | undefined {
  if (indicator !== undefined) return indicator
  return media ? { interval: 1, pcm: false, loudness: false, truePeak: false } : undefined
}

function tracksOf({ microphone, audioTrackOf }: ReportFacts, heard: readonly string[]): ReadonlyMap<string, MediaStreamTrack> {
  const tracks = new Map<string, MediaStreamTrack>()
  if (microphone !== undefined) tracks.set(SELF, microphone)
  for (const userId of heard) {
    const track = audioTrackOf(userId)
    if (track !== undefined) tracks.set(userId, track)
  }
  return tracks
}
