import { StatsSampler, type ConnectionSample, type StatsSource } from '@earshot/stats-sampler'
import type { ChannelLink } from '../link/channel-link.js'

export interface NamedSample {
  readonly link: ChannelLink
  /** Of the connection, as `statsSources()` has it. */
  readonly name: string
  readonly source: StatsSource
  readonly sample: ConnectionSample
}

interface Sampling {
  readonly source: StatsSource
  readonly stop: () => void
}

/** Samples the connections of a link, as they come and go. */
export class LinkSampling {
  readonly #intervalMs: number
  readonly #onSample: (sample: NamedSample) => void
  readonly #sampled = new Map<string, Sampling>()
  #sampler: StatsSampler | undefined

  constructor(intervalMs: number, onSample: (sample: NamedSample) => void) {
    this.#intervalMs = intervalMs
    this.#onSample = onSample
  }

  /** @param link undefined to stop */
  update(link: ChannelLink | undefined): void {
    const sources = link?.statsSources() ?? new Map<string, StatsSource>()
    for (const [name, { source, stop }] of this.#sampled) {
      if (sources.get(name) === source) continue
      stop()
      this.#sampled.delete(name)
    }
    if (link !== undefined) for (const [name, source] of sources) this.#add(link, name, source)
  }

  /** Whether that is what is sampled under that name now. */
  has(name: string, source: StatsSource): boolean {
    return this.#sampled.get(name)?.source === source
  }

  close(): void {
    this.update(undefined)
    this.#sampler?.close()
    this.#sampler = undefined
  }

  #add(link: ChannelLink, name: string, source: StatsSource): void {
    if (this.#sampled.has(name)) return
    this.#sampler ??= new StatsSampler({ intervalMs: this.#intervalMs })
    const stop = this.#sampler.add(source, (sample) => { this.#onSample({ link, name, source, sample }) })
    this.#sampled.set(name, { source, stop })
  }
}
