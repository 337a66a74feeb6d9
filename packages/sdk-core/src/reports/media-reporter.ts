import { StatsSampler, type StatsSource } from '@earshot/stats-sampler'
import type { MediaEvent } from '../events.js'
import type { ChannelLink } from '../link/channel-link.js'
import { INITIAL_MEDIA, mediaStep, type MediaParties, type MediaSample, type MediaState } from './media-report.js'

interface Sampling {
  readonly source: StatsSource
  readonly stop: () => void
}

/** Runs `media-report`: samples each connection of the link while somebody listens. */
export class MediaReporter {
  readonly #emit: (row: MediaEvent) => void
  readonly #peakOf: MediaSample['peakOf']
  readonly #sampled = new Map<string, Sampling>()
  #sampler: StatsSampler | undefined
  #parties: MediaParties = { sending: new Set(), remote: [] }
  #state: MediaState = INITIAL_MEDIA

  constructor(emit: (row: MediaEvent) => void, peakOf: MediaSample['peakOf']) {
    this.#emit = emit
    this.#peakOf = peakOf
  }

  /** @param link whose connections to sample; undefined when there is none, or nobody listens */
  update(link: ChannelLink | undefined, parties: MediaParties): void {
    this.#parties = parties
    const sources = link?.statsSources() ?? new Map<string, StatsSource>()
    for (const [name, { source, stop }] of this.#sampled) {
      if (sources.get(name) === source) continue
      stop()
      this.#sampled.delete(name)
    }
    if (link === undefined) this.#state = INITIAL_MEDIA
    else for (const [name, source] of sources) this.#add(link, name, source)
  }

  close(): void {
    this.update(undefined, { sending: new Set(), remote: [] })
    this.#sampler?.close()
    this.#sampler = undefined
  }

  #add(link: ChannelLink, name: string, source: StatsSource): void {
    if (this.#sampled.has(name)) return
    this.#sampler ??= new StatsSampler()
    const stop = this.#sampler.add(source, (sample) => {
      const { state, rows } = mediaStep(this.#state, this.#parties, {
        source: name, sample, peakOf: this.#peakOf, ownerOf: (stream) => link.ownerOf(name, stream),
      })
      this.#state = state
      for (const row of rows) if (this.#sampled.get(name)?.source === source) this.#emit(row)
    })
    this.#sampled.set(name, { source, stop })
  }
}
