import type { LevelReading } from '@earshot/level-meter'
import type { AudioLevelRow } from '../events.js'
import { pcmBlocks } from './pcm-blocks.js'

/** Who has a row, ourselves first, then in order of arrival. */
export interface ReportedUser {
  readonly userId: string
  readonly displayName: string
}

/** The part of a meter's reading that a row needs. */
export type Reading = Pick<LevelReading, 'index' | 'startFrame' | 'frames' | 'sampleRate' | 'level' | 'peak' | 'rms' | 'pcm' | 'momentary' | 'truePeak'>

export type AudioLevelInput =
  | { readonly type: 'users'; readonly users: readonly ReportedUser[] }
  /** A metering began or was replaced (`source` is new), or, without `source`, ended. */
  | { readonly type: 'source'; readonly userId: string; readonly source?: number }
  | { readonly type: 'reading'; readonly userId: string; readonly source: number; readonly reading: Reading }
  /** All readings of one task are in. */
  | { readonly type: 'settle' }
  /** Whether the audio clock runs. */
  | { readonly type: 'clock'; readonly running: boolean }
  /** Once per interval by a timer. */
  | { readonly type: 'tick' }

interface Source {
  readonly id: number
  /** Whether it has delivered: from then on a cut waits for it. */
  readonly delivering: boolean
}

/** One cut of the audio clock, while not all have delivered theirs. */
type Cut = ReadonlyMap<string, Reading>

export interface AudioLevelState {
  /** Seconds per row. */
  readonly interval: number
  readonly users: readonly ReportedUser[]
  readonly running: boolean
  readonly sources: ReadonlyMap<string, Source>
  /** By index, rising. */
  readonly cuts: ReadonlyMap<number, Cut>
  /** The newest index that was emitted; what comes late for it or before goes out by itself. */
  readonly emitted: number
  /** Ticks since the last reading. */
  readonly quietTicks: number
}

export interface AudioLevelStep {
  readonly state: AudioLevelState
  /** One callback each, in this order. */
  readonly emit: readonly AudioLevelRow[][]
}

/** A clock that says it runs and delivers nothing for so many ticks does not: a blocked page counts one tick, whatever its length. */
const QUIET_TICKS = 4

export function initialAudioLevels(interval: number): AudioLevelState {
  return { interval, users: [], running: false, sources: new Map(), cuts: new Map(), emitted: -1, quietTicks: 0 }
}

/**
 * When `onAudioLevel` fires, and with what. The audio clock cuts: each cut is one callback, as soon as everybody who has been
 * delivering has delivered it, or a newer cut has begun. The timer speaks only while no audio clock runs or nothing is metered.
 */
export function audioLevelStep(state: AudioLevelState, input: AudioLevelInput): AudioLevelStep {
  switch (input.type) {
    case 'users': return { state: { ...state, users: input.users }, emit: [] }
    case 'clock': return { state: { ...state, running: input.running, quietTicks: 0 }, emit: [] }
    case 'source': return { state: withSource(state, input), emit: [] }
    case 'reading': return { state: withReading(state, input), emit: [] }
    case 'settle': return settle(state)
    case 'tick': return tick(state)
  }
}

/** A source that is replaced, by one with PCM for instance, is waited for only once the new one has delivered. */
function withSource(state: AudioLevelState, { userId, source }: Extract<AudioLevelInput, { type: 'source' }>): AudioLevelState {
  const sources = new Map(state.sources)
  if (source === undefined) sources.delete(userId)
  else sources.set(userId, { id: source, delivering: false })
  return { ...state, sources, ...(state.sources.size === 0 ? { quietTicks: 0 } : {}) }
}

function withReading(state: AudioLevelState, { userId, source, reading }: Extract<AudioLevelInput, { type: 'reading' }>): AudioLevelState {
  if (state.sources.get(userId)?.id !== source) return state
  const cut = new Map(state.cuts.get(reading.index)).set(userId, reading)
  const cuts = new Map([...state.cuts, [reading.index, cut] as const].sort(([a], [b]) => a - b))
  return { ...state, cuts, sources: new Map(state.sources).set(userId, { id: source, delivering: true }), quietTicks: 0 }
}

function settle(state: AudioLevelState): AudioLevelStep {
  const waitedFor = [...state.sources].filter(([, { delivering }]) => delivering).map(([userId]) => userId)
  const newest = Math.max(state.emitted, ...state.cuts.keys())
  const isReady = (index: number, cut: Cut): boolean => index < newest || index <= state.emitted || waitedFor.every((userId) => cut.has(userId))
  const ready = [...state.cuts].filter(([index, cut]) => isReady(index, cut))
  const cuts = new Map([...state.cuts].filter(([index, cut]) => !isReady(index, cut)))
  const emitted = Math.max(state.emitted, ...ready.map(([index]) => index))
  return { state: { ...state, cuts, emitted }, emit: ready.map(([, cut]) => rowsOf(state, cut)) }
}

function rowsOf({ users, interval }: AudioLevelState, cut: Cut): AudioLevelRow[] {
  return users.flatMap(({ userId, displayName }) => {
    const reading = cut.get(userId)
    // A source's first reading may begin within the second: no row, so that joined rows are whole seconds
    if (reading === undefined || reading.frames < Math.round(interval * reading.sampleRate)) return []
    return [{
      userId, displayName,
      level: reading.level,
      buffer: reading.pcm === undefined ? [] : pcmBlocks(reading.pcm),
      sampleRate: reading.sampleRate,
      startFrame: reading.startFrame,
      peak: Math.max(...reading.peak),
      rms: Math.max(...reading.rms),
      ...(reading.momentary === undefined ? {} : { loudness: reading.momentary }),
      ...(reading.truePeak === undefined ? {} : { truePeak: Math.max(...reading.truePeak) }),
    }]
  })
}

function tick(state: AudioLevelState): AudioLevelStep {
  const quietTicks = state.quietTicks + 1
  const next = { ...state, quietTicks }
  if (state.running && quietTicks < QUIET_TICKS && state.sources.size > 0) return { state: next, emit: [] }
  const silent = state.running && state.sources.size === 0 ? [] : state.users
  return { state: next, emit: [silent.map((user) => ({ ...user, level: 0, buffer: [], sampleRate: 0, peak: 0, rms: 0 }))] }
}
