import type { NetworkQuality } from '../events.js'
import type { ChannelLink } from '../link/channel-link.js'
import { LinkSampling, type NamedSample } from './link-sampling.js'
import { networkQuality } from './network-quality.js'

/** The original's period. */
const PERIOD_MS = 2000

/** Runs `network-quality` while we are in a channel and somebody listens. */
export class NetworkQualityReporter {
  readonly #emit: (quality: NetworkQuality) => void
  readonly #latest = new Map<string, NamedSample>()
  readonly #sampling: LinkSampling = new LinkSampling(PERIOD_MS, (sample) => { this.#latest.set(sample.name, sample) })
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(emit: (quality: NetworkQuality) => void) {
    this.#emit = emit
  }

  /** @param link undefined when there is none, or nobody listens */
  update(link: ChannelLink | undefined): void {
    this.#sampling.update(link)
    if (link !== undefined) this.#timer ??= setInterval(() => this.#report(), PERIOD_MS)
    else this.#stop()
  }

  close(): void {
    this.#sampling.close()
    this.#stop()
  }

  #report(): void {
    for (const [name, { source }] of this.#latest) if (!this.#sampling.has(name, source)) this.#latest.delete(name)
    this.#emit(networkQuality([...this.#latest.values()].map(({ source, sample }) => ({ connectionState: source.connectionState, sample }))))
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#latest.clear()
  }
}
