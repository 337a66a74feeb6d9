import { SELF, slotOf, type Slot, type StreamLabel } from '@earshot/protocol'
import type { ConnectionSample, StreamSample } from '@earshot/stats-sampler'
import type { MediaEvent, MediaNumbers, Picture } from '../events.js'
import type { StreamOwner } from '../link/channel-link.js'

/** Who has a row: what we send, and whom we subscribe to. */
export interface MediaParties {
  readonly sending: ReadonlySet<Slot>
  readonly remote: readonly { readonly userId: string; readonly labels: ReadonlySet<StreamLabel> }[]
}

export interface MediaSample {
  /** The connection's name. */
  readonly source: string
  readonly sample: ConnectionSample
  readonly ownerOf: (stream: StreamSample) => StreamOwner | undefined
  /** The meter's last peak of a user, linear; undefined while no audio clock runs. */
  readonly peakOf: (userId: string) => number | undefined
}

export interface MediaState {
  /** Last known round-trip times, whole ms, by connection. */
  readonly roundTrips: ReadonlyMap<string, number>
  /** Remote users who have had a row. */
  readonly seen: ReadonlySet<string>
}

export const INITIAL_MEDIA: MediaState = { roundTrips: new Map(), seen: new Set() }

export interface MediaStep {
  readonly state: MediaState
  readonly rows: readonly MediaEvent[]
}

/** A stream of the sample, and whose it is: `SELF` is ourselves. */
interface OwnedStream {
  readonly stream: StreamSample
  readonly userId: string
  readonly slot: Slot
}

/** One connection's sample to the rows of those whose media it carries: ours first, then the others in order of arrival. */
export function mediaStep(state: MediaState, { sending, remote }: MediaParties, input: MediaSample): MediaStep {
  const { source, sample, ownerOf } = input
  const rtt = sample.rttMs === undefined ? state.roundTrips.get(source) ?? 0 : Math.round(sample.rttMs)
  const own = sample.tracks.flatMap((stream) => owned(stream, ownerOf(stream))).filter(({ userId }) => userId === SELF)
  const streams = sample.streams.flatMap((stream) => owned(stream, ownerOf(stream)))
  const rows = remote.flatMap(({ userId, labels }) => {
    const theirs = streams.filter((stream) => stream.userId === userId)
    // One report alone has no rates: the first row comes with the second
    if (!theirs.some(({ stream }) => stream.bytesPerSecond !== undefined || state.seen.has(userId))) return []
    return [event(userId, { rtt, ...remoteNumbers(theirs, partsOf(userId, new Set([...labels].map(slotOf)), theirs, input)) })]
  })
  const seen = remote.map(({ userId }) => userId).filter((userId) => state.seen.has(userId) || rows.some((row) => row.userId === userId))
  if (sending.size > 0 && own.length > 0) rows.unshift(event(SELF, { rtt, ...ownNumbers(sample, partsOf(SELF, sending, own, input)) }))
  return { state: { roundTrips: new Map(state.roundTrips).set(source, rtt), seen: new Set(seen) }, rows }
}

function owned(stream: StreamSample, owner: StreamOwner | undefined): OwnedStream[] {
  if (owner === undefined) return []
  return [owner.self ? { stream, userId: SELF, slot: owner.slot } : { stream, userId: owner.userId, slot: slotOf(owner.label) }]
}

type Parts = { readonly [Part in 'audio' | 'camera' | 'screen']: MediaNumbers[Part] | undefined }

/** What is known of the slots that are sent, or subscribed to. */
function partsOf(userId: string, slots: ReadonlySet<Slot>, streams: readonly OwnedStream[], { peakOf }: MediaSample): Parts {
  const find = (slot: Slot): StreamSample | undefined => (slots.has(slot) ? streams.find((stream) => stream.slot === slot)?.stream : undefined)
  // The meter's; only without an audio clock the statistics', which depend on how the track is played
  const level = Math.min(1, Math.max(0, peakOf(userId) ?? find('audio')?.audioLevel ?? 0))
  return { audio: slots.has('audio') ? { level } : undefined, camera: pictureOf(find('camera')), screen: pictureOf(find('screen')) }
}

/** All three are always there, zeros for what is not sent. */
function ownNumbers({ bytesSentPerSecond }: ConnectionSample, { audio, camera, screen }: Parts): Omit<MediaNumbers, 'rtt'> {
  return {
    audio: audio ?? { level: 0 },
    camera: camera ?? { width: 0, height: 0, fps: 0 },
    screen: screen ?? { width: 0, height: 0, fps: 0 },
    ...(bytesSentPerSecond === undefined ? {} : { bytesSentPerSecond: Math.round(bytesSentPerSecond) }),
  }
}

function remoteNumbers(streams: readonly OwnedStream[], { audio, camera, screen }: Parts): Omit<MediaNumbers, 'rtt'> {
  const known = streams.flatMap(({ stream }) => stream.bytesPerSecond ?? [])
  return {
    ...(audio && { audio }), ...(camera && { camera }), ...(screen && { screen }),
    ...(known.length > 0 && { bytesReceivedPerSecond: Math.round(known.reduce((sum, rate) => sum + rate)) }),
  }
}

function pictureOf(stream: StreamSample | undefined): Picture | undefined {
  if (stream?.frameWidth === undefined || stream.frameHeight === undefined) return undefined
  return { width: stream.frameWidth, height: stream.frameHeight, fps: Math.round(stream.framesPerSecond ?? 0) }
}

/** `data` holds the same numbers in objects of its own, so that a handler that changes one does not change both. */
function event(userId: string, numbers: MediaNumbers): MediaEvent {
  return { userId, ...numbers, data: structuredClone(numbers) }
}
