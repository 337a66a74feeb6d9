import type { MediaSection, Payload } from './session-description.js'

/** What the engine carries: one codec per kind, which every browser has. */
export type Kind = 'audio' | 'video'

export interface Codec {
  readonly clockRate: number
  /** The payload type towards subscribers. */
  readonly payloadType: number
  /** That of RTX (RFC 4588) towards subscribers. Not for Opus, for which browsers offer none: it is sent again as it was. */
  readonly rtxPayloadType: number | null
  readonly rtpmap: string
  readonly parameters: string | null
  /** `a=rtcp-fb` values. nack for Opus too: without it lost audio stays lost. */
  readonly feedback: readonly string[]
}

export const CODECS: Readonly<Record<Kind, Codec>> = {
  audio: { clockRate: 48_000, payloadType: 111, rtxPayloadType: null, rtpmap: 'opus/48000/2', parameters: 'minptime=10;useinbandfec=1', feedback: ['nack'] },
  video: { clockRate: 90_000, payloadType: 96, rtxPayloadType: 97, rtpmap: 'VP8/90000', parameters: null, feedback: ['nack', 'nack pli', 'ccm fir', 'goog-remb'] },
}

export const EXTENSION = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  rid: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id',
  repairedRid: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
} as const

export const RTX = 'rtx/90000'

/** The extension ids in the engine's own offers. */
export const OFFERED_AUDIO_LEVEL_ID = 1

export interface Usable {
  readonly kind: Kind
  readonly payloadType: number
  readonly rtxPayloadType: number | null
}

/** The kind of a section that the engine can receive, with the client's payload types for our codec and its RTX; else null. */
export function usable(section: MediaSection): Usable | null {
  if (section.kind !== 'audio' && section.kind !== 'video') return null
  if (!/^(UDP\/TLS\/)?RTP\/SAVPF$/.test(section.protocol)) return null
  const payload = section.payloads.find(({ codec }) => codec === CODECS[section.kind as Kind].rtpmap.toLowerCase())
  return payload ? { kind: section.kind, payloadType: payload.type, rtxPayloadType: rtxOf(section, payload) } : null
}

function rtxOf({ payloads, kind }: MediaSection, { type }: Payload): number | null {
  return payloads.find(({ codec, repairs }) => kind === 'video' && codec === RTX && repairs === type)?.type ?? null
}
