import type { MediaEvent } from '../events.js'
import type { ChannelLink } from '../link/channel-link.js'
import { LinkSampling, type NamedSample } from './link-sampling.js'
import { INITIAL_MEDIA, mediaStep, type MediaParties, type MediaSample, type MediaState } from './media-report.js'

/** Runs `media-report`: samples each connection of the link while somebody listens. */
export class MediaReporter {
  readonly #emit: (row: MediaEvent) => void
  readonly #peakOf: MediaSample['peakOf']
  readonly #sampling: LinkSampling = new LinkSampling(1000, (sample) => { this.#report(sample) })
  #parties: MediaParties = { sending: new Set(), remote: [] }
  #state: MediaState = INITIAL_MEDIA

  constructor(emit: (row: MediaEvent) => void, peakOf: MediaSample['peakOf']) {
    this.#emit = emit
    this.#peakOf = peakOf
  }

  /** @param link whose connections to sample; undefined when there is none, or nobody listens */
  update(link: ChannelLink | undefined, parties: MediaParties): void {
    this.#parties = parties
    if (link === undefined) this.#state = INITIAL_MEDIA
    this.#sampling.update(link)
  }

  close(): void {
    this.#sampling.close()
  }

  #report({ link, name, source, sample }: NamedSample): void {
    const { state, rows } = mediaStep(this.#state, this.#parties, {
      source: name, sample, peakOf: this.#peakOf, ownerOf: (stream) => link.ownerOf(name, stream),
    })
    this.#state = state
    for (const row of rows) if (this.#sampling.has(name, source)) this.#emit(row)
  }
}
