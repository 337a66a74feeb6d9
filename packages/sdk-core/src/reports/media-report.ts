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

/** One connection's sample to the rows of those whose media it carries: ours first, then the others in order of arrival. */
export function mediaStep(state: MediaState, parties: MediaParties, input: MediaSample): MediaStep {
  const { source, sample, ownerOf } = input
  const rtt = sample.rttMs === undefined ? state.roundTrips.get(source) ?? 0 : Math.round(sample.rttMs)
  const tracks = sample.tracks.map((stream) => ({ stream, owner: ownerOf(stream) }))
  const streams = sample.streams.map((stream) => ({ stream, owner: ownerOf(stream) }))
  const own = parties.sending.size > 0 && tracks.some(({ owner }) => owner?.self === true)
  const remote = parties.remote.flatMap(({ userId, labels }) => {
    const theirs = streams.flatMap(({ stream, owner }) => (owner?.self === false && owner.userId === userId ? [{ stream, label: owner.label }] : []))
    // One report alone has no rates: the first row comes with the second
    const due = theirs.some(({ stream }) => stream.bytesPerSecond !== undefined || state.seen.has(userId))
    return due ? [event(userId, remoteNumbers({ rtt, userId, labels, streams: theirs, input }))] : []
  })
  const present = new Set(parties.remote.map(({ userId }) => userId))
  return {
    state: {
      roundTrips: new Map(state.roundTrips).set(source, rtt),
      seen: new Set([...state.seen, ...remote.map(({ userId }) => userId)].filter((userId) => present.has(userId))),
    },
    rows: [...(own ? [event(SELF, ownNumbers({ rtt, sending: parties.sending, tracks, input }))] : []), ...remote],
  }
}

interface OwnFacts {
  readonly rtt: number
  readonly sending: ReadonlySet<Slot>
  readonly tracks: readonly { readonly stream: StreamSample; readonly owner: StreamOwner | undefined }[]
  readonly input: MediaSample
}

/** All three are always there, zeros for what is not sent. */
function ownNumbers({ rtt, sending, tracks, input }: OwnFacts): MediaNumbers {
  const find = (slot: Slot): StreamSample | undefined =>
    (sending.has(slot) ? tracks.find(({ owner }) => owner?.self === true && owner.slot === slot)?.stream : undefined)
  return {
    rtt,
    audio: { level: sending.has('audio') ? levelOf(SELF, find('audio'), input) : 0 },
    camera: pictureOf(find('camera')) ?? { width: 0, height: 0, fps: 0 },
    screen: pictureOf(find('screen')) ?? { width: 0, height: 0, fps: 0 },
    ...(input.sample.bytesSentPerSecond === undefined ? {} : { bytesSentPerSecond: Math.round(input.sample.bytesSentPerSecond) }),
  }
}

interface RemoteFacts {
  readonly rtt: number
  readonly userId: string
  readonly labels: ReadonlySet<StreamLabel>
  readonly streams: readonly { readonly stream: StreamSample; readonly label: StreamLabel }[]
  readonly input: MediaSample
}

function remoteNumbers({ rtt, userId, labels, streams, input }: RemoteFacts): MediaNumbers {
  const subscribed = new Set([...labels].map(slotOf))
  const find = (slot: Slot): StreamSample | undefined =>
    (subscribed.has(slot) ? streams.find(({ label }) => slotOf(label) === slot)?.stream : undefined)
  const [camera, screen] = [pictureOf(find('camera')), pictureOf(find('screen'))]
  const known = streams.flatMap(({ stream }) => stream.bytesPerSecond ?? [])
  return {
    rtt,
    ...(subscribed.has('audio') ? { audio: { level: levelOf(userId, find('audio'), input) } } : {}),
    ...(camera === undefined ? {} : { camera }),
    ...(screen === undefined ? {} : { screen }),
    ...(known.length === 0 ? {} : { bytesReceivedPerSecond: Math.round(known.reduce((sum, rate) => sum + rate, 0)) }),
  }
}

/** The meter's; only without an audio clock the statistics', which depend on how the track is played. */
function levelOf(userId: string, stream: StreamSample | undefined, { peakOf }: MediaSample): number {
  return Math.min(1, Math.max(0, peakOf(userId) ?? stream?.audioLevel ?? 0))
}

function pictureOf(stream: StreamSample | undefined): Picture | undefined {
  if (stream?.frameWidth === undefined || stream.frameHeight === undefined) return undefined
  return { width: stream.frameWidth, height: stream.frameHeight, fps: Math.round(stream.framesPerSecond ?? 0) }
}

function event(userId: string, numbers: MediaNumbers): MediaEvent {
  return { userId, ...numbers, data: copyOf(numbers) }
}

/** `data` holds the same numbers in objects of its own, so that a handler that changes one does not change both. */
function copyOf({ audio, camera, screen, ...numbers }: MediaNumbers): MediaNumbers {
  return { ...numbers, ...(audio && { audio: { ...audio } }), ...(camera && { camera: { ...camera } }), ...(screen && { screen: { ...screen } }) }
}
