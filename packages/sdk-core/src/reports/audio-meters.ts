import { MomentaryMeter, type LevelReading, type Metering } from '@earshot/level-meter'
import { SELF } from '@earshot/protocol'
import type { AudioIndicator } from '../audio-indicator.js'
import type { HeldAudioContext } from './shared-audio-context.js'

/** How to meter. */
export type MeterDemand = AudioIndicator

export interface AudioMetersOptions {
  /** Held while there are tracks. */
  readonly holdContext: () => HeldAudioContext
  readonly onReading: (userId: string, source: number, reading: LevelReading) => void
  /** A metering began; without `source`, ended. */
  readonly onSource: (userId: string, source?: number) => void
  /** Whether the audio clock runs. */
  readonly onClock: (running: boolean) => void
  /** Metering is not possible, or broke. */
  readonly onError: (error: unknown) => void
}

interface Metered {
  readonly track: MediaStreamTrack
  readonly demand: MeterDemand
  readonly metering: Metering
}

/** One meter for all tracks of an engine. Users keep their metering while track and demand stay. */
export class AudioMeters {
  readonly #options: AudioMetersOptions
  readonly #metered = new Map<string, Metered>()
  /** The newest peaks of a user, as many as make a second. */
  readonly #peaks = new Map<string, readonly number[]>()
  #demand: MeterDemand | undefined
  #tracks: ReadonlyMap<string, MediaStreamTrack> = new Map()
  #meter: MomentaryMeter | undefined
  /** Ends the meter, or its making. */
  #life: AbortController | undefined
  #held: HeldAudioContext | undefined
  #sources = 0

  constructor(options: AudioMetersOptions) {
    this.#options = options
  }

  /** @param demand undefined ends all metering */
  set(demand: MeterDemand | undefined, tracks: ReadonlyMap<string, MediaStreamTrack>): void {
    this.#tracks = demand === undefined ? new Map() : tracks
    const unused = this.#meter !== undefined && this.#tracks.size === 0
    if (unused || demand?.interval !== this.#demand?.interval) this.#end()
    this.#demand = demand
    if (this.#tracks.size > 0 && this.#life === undefined) void this.#start()
    this.#reconcile()
  }

  /** A user's largest |sample| of the last second, linear; undefined while the audio clock does not run, or nothing was measured yet. */
  peakOf(userId: string): number | undefined {
    const peaks = this.#meter?.health === 'running' ? this.#peaks.get(userId) : undefined
    return peaks && Math.max(...peaks)
  }

  close(): void {
    this.set(undefined, new Map())
  }

  async #start(): Promise<void> {
    const life = new AbortController()
    this.#life = life
    try {
      this.#held = this.#options.holdContext()
      const meter = await MomentaryMeter.create(this.#held.context, { interval: this.#demand?.interval ?? 1, signal: life.signal })
      if (life.signal.aborted) return // the meter is closed
      this.#meter = meter
      if (this.#tracks.size === 0) return this.#end()
      const follow = (): void => {
        this.#options.onClock(meter.health === 'running')
        if (meter.health === 'failed') this.#options.onError(new Error('the audio worklet failed'))
      }
      meter.onHealthChange(follow)
      follow()
      this.#reconcile()
    } catch (error) {
      if (life.signal.aborted) return
      // The life stays: what failed once is not tried with each change of the roster, but with the next demand
      this.#release()
      this.#options.onError(error)
    }
  }

  #end(): void {
    for (const userId of this.#metered.keys()) this.#stop(userId)
    this.#life?.abort()
    this.#life = undefined
    this.#meter = undefined
    this.#release()
    this.#options.onClock(false)
  }

  #release(): void {
    this.#held?.release()
    this.#held = undefined
  }

  #reconcile(): void {
    const demand = this.#demand
    if (this.#meter === undefined || demand === undefined) return
    for (const userId of this.#metered.keys()) if (!this.#tracks.has(userId)) this.#stop(userId)
    for (const [userId, track] of this.#tracks) {
      const metered = this.#metered.get(userId)
      if (metered?.track !== track || !isSame(metered.demand, demand)) this.#add(this.#meter, userId, track, demand)
    }
  }

  #add(meter: MomentaryMeter, userId: string, track: MediaStreamTrack, demand: MeterDemand): void {
    if (meter.health === 'failed' || meter.health === 'closed') return
    const source = ++this.#sources
    const before = this.#metered.get(userId)
    const { pcm, loudness, truePeak } = demand
    try {
      // A remote track is silent unless an element plays it; the meter sees to that. Our own is not, and needs none
      const metering = meter.add(track, (reading) => { this.#read(userId, source, reading) }, { pcm, loudness, truePeak, sink: userId !== SELF })
      this.#metered.set(userId, { track, demand, metering })
      this.#options.onSource(userId, source)
    } catch (error) {
      this.#options.onError(error)
    }
    before?.metering()
  }

  #stop(userId: string): void {
    this.#metered.get(userId)?.metering()
    this.#metered.delete(userId)
    this.#peaks.delete(userId)
    this.#options.onSource(userId)
  }

  #read(userId: string, source: number, reading: LevelReading): void {
    const interval = this.#demand?.interval ?? 1
    // A source's first reading may begin within its interval: its peak is not yet that of a second
    if (reading.frames === Math.round(interval * reading.sampleRate)) {
      const kept = Math.max(1, Math.round(1 / interval))
      this.#peaks.set(userId, [...this.#peaks.get(userId) ?? [], Math.max(...reading.peak)].slice(-kept))
    }
    this.#options.onReading(userId, source, reading)
  }
}

function isSame(a: MeterDemand, b: MeterDemand): boolean {
  return a.pcm === b.pcm && a.loudness === b.loudness && a.truePeak === b.truePeak
}
