import { labelOf, type CameraLayer, type IceServer, type Slot, type StreamRow } from '@earshot/protocol'
import type { PublishOptions } from '../channel-link.js'

export const SLOTS: readonly Slot[] = ['audio', 'camera', 'screen']

export interface Sending {
  readonly track: MediaStreamTrack
  readonly options: PublishOptions
}

/** What is sent, by slot. */
export type Publication = ReadonlyMap<Slot, Sending>

/** @param change what is sent instead; null ends the slot */
export function changed(before: Publication, change: ReadonlyMap<Slot, Sending | null>): Publication {
  const next = new Map(before)
  for (const [slot, sending] of change) {
    if (sending === null) next.delete(slot)
    else next.set(slot, sending)
  }
  return next
}

export function muted(before: Publication, slot: Slot, on: boolean): Publication {
  const sending = before.get(slot)
  return sending === undefined ? before : new Map(before).set(slot, { ...sending, options: { ...sending.options, muted: on } })
}

/**
 * The rows of a `publish` message: all of them each time, because the message is the whole of what we publish.
 *
 * @param layered the camera is sent in two layers
 */
export function streamRows(publication: Publication, layered: boolean): readonly StreamRow[] {
  const row = (slot: Slot, layer?: CameraLayer): StreamRow => {
    const sending = publication.get(slot)
    return { label: labelOf(slot, layer), state: sending === undefined ? 'inactive' : 'active', muted: sending?.options.muted ?? false }
  }
  return [row('audio'), row('camera', 'large'), ...(layered ? [row('camera', 'small')] : []), row('screen')]
}

/** Bits per second of the small camera layer: a thumbnail. */
const SMALL_BITRATE = 120_000
/** Below this height a quarter of the picture shows nobody any more. */
const QUARTER_FROM_HEIGHT = 480

/**
 * From this size on Chromium sends two layers; of a smaller picture it drops the last encoding, which is the large one (the
 * table of simulcast formats in libwebrtc's `video_stream_encoder`, one layer below 480 x 270).
 */
const TWO_LAYERS_FROM_PIXELS = 480 * 270

/** Whether a camera picture is worth two layers. One whose size is not known (yet) is. */
export function hasTwoLayers({ width, height }: MediaTrackSettings): boolean {
  return width === undefined || height === undefined || width * height >= TWO_LAYERS_FROM_PIXELS
}

/** The two layers as they are first offered; the small one first, because browsers give bits to the first encoding first. */
export const CAMERA_LAYERS: readonly { readonly rid: CameraLayer; readonly scaleResolutionDownBy: number }[] = [
  { rid: 'small', scaleResolutionDownBy: 4 },
  { rid: 'large', scaleResolutionDownBy: 1 },
]

/** The part of `RTCRtpEncodingParameters` that we set. Absent `maxFramerate` means no bound. */
export interface EncodingTuning {
  readonly active: boolean
  readonly maxBitrate?: number
  readonly maxFramerate?: number
  readonly scaleResolutionDownBy?: number
}

/**
 * How one encoding sends a track; `sending` is undefined while the slot has none.
 *
 * @param layer the encoding's RID; undefined for the only encoding of a sender
 * @param height of the track in pixels, undefined when not known (yet)
 */
export function tuning(slot: Slot, layer: CameraLayer | undefined, options: PublishOptions | undefined, height: number | undefined): EncodingTuning {
  if (options === undefined) return { active: false }
  const small = layer === 'small'
  return {
    active: true,
    maxBitrate: small ? Math.min(SMALL_BITRATE, options.maxBitrate) : options.maxBitrate,
    ...(slot === 'audio' || options.maxFramerate === undefined ? {} : { maxFramerate: options.maxFramerate }),
    // A server that refused simulcast leaves the first encoding, which was scaled down: say 1 also where it is the default.
    // Powers of two only, so that the encoder makes the small picture from the large one.
    ...(slot === 'audio' ? {} : { scaleResolutionDownBy: small ? (height ?? QUARTER_FROM_HEIGHT) >= QUARTER_FROM_HEIGHT ? 4 : 2 : 1 }),
  }
}

/** The preferred codec first, the others after it in the browser's order. */
export function preferring<Codec extends { readonly mimeType: string }>(mimeType: string, codecs: readonly Codec[]): Codec[] {
  const preferred = (codec: Codec): boolean => codec.mimeType.toLowerCase() === mimeType.toLowerCase()
  return [...codecs.filter(preferred), ...codecs.filter((codec) => !preferred(codec))]
}

/** The server's ICE servers; relays without credentials get the user's. */
export function iceServersOf(servers: readonly IceServer[], turn?: { readonly username: string; readonly password: string }): RTCIceServer[] {
  return servers.map(({ urls, username = turn?.username, credential = turn?.password }) => {
    const list = [urls].flat()
    const relay = list.some((url) => /^turns?:/i.test(url))
    return { urls: list, ...(relay && username !== undefined && credential !== undefined ? { username, credential } : {}) }
  })
}
