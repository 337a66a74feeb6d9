import { CODECS, EXTENSION, OFFERED_AUDIO_LEVEL_ID, RTX, type Kind } from './codecs.js'
import { sessionLines, transportLines, type LocalTransport } from './local-transport.js'

/** A media section of a subscribing connection; once made it stays in its place for the life of the connection. */
export interface OfferedSection {
  readonly mid: string
  readonly kind: Kind
  /** Browsers keep a receiver's first track id for ever, so a section is used again only for the same one. */
  readonly trackId: string
  /** What flows in it now; null while it is inactive. */
  readonly stream: OfferedStream | null
}

export interface OfferedStream {
  readonly streamId: string
  readonly ssrc: number
  /** Of its RTX; null for a kind whose codec has none. */
  readonly rtxSsrc: number | null
}

/** Offers a subscriber everything at once; `sections` in the order they were made. */
export function writeOffer(sections: readonly OfferedSection[], local: LocalTransport, version: number): string {
  const lines = sessionLines(sections.map((section) => section.mid), version)
  for (const section of sections) lines.push(...offerSection(section, local))
  return lines.join('\r\n') + '\r\n'
}

function offerSection({ mid, kind, trackId, stream }: OfferedSection, local: LocalTransport): string[] {
  const { payloadType, rtxPayloadType, rtpmap, parameters, feedback } = CODECS[kind]
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${payloadType}${rtxPayloadType === null ? '' : ` ${rtxPayloadType}`}`,
    ...transportLines(local, 'actpass'),
    `a=mid:${mid}`,
    stream ? 'a=sendonly' : 'a=inactive',
    `a=rtpmap:${payloadType} ${rtpmap}`,
    ...(parameters ? [`a=fmtp:${payloadType} ${parameters}`] : []),
    // goog-remb only makes sense where we receive.
    ...feedback.filter((value) => value !== 'goog-remb').map((value) => `a=rtcp-fb:${payloadType} ${value}`),
    ...(rtxPayloadType === null ? [] : [`a=rtpmap:${rtxPayloadType} ${RTX}`, `a=fmtp:${rtxPayloadType} apt=${payloadType}`]),
    ...(kind === 'audio' ? [`a=extmap:${OFFERED_AUDIO_LEVEL_ID} ${EXTENSION.audioLevel}`] : []),
    ...(stream ? streamLines(stream, trackId) : []),
  ]
}

function streamLines({ streamId, ssrc, rtxSsrc }: OfferedStream, trackId: string): string[] {
  return [
    `a=msid:${streamId} ${trackId}`,
    ...(rtxSsrc === null ? [] : [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`]),
    ...[ssrc, rtxSsrc].flatMap((number) => (number === null ? [] : [`a=ssrc:${number} cname:${streamId}`, `a=ssrc:${number} msid:${streamId} ${trackId}`])),
  ]
}
