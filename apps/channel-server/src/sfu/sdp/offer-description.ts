import { CODECS, EXTENSION, OFFERED_AUDIO_LEVEL_ID, type Kind } from './codecs.js'
import { sessionLines, transportLines, type LocalTransport } from './local-transport.js'

/** A media section of a subscribing connection; once made it stays in its place for the life of the connection. */
export interface OfferedSection {
  readonly mid: string
  readonly kind: Kind
  /** Browsers keep a receiver's first track id for ever, so a section is used again only for the same one. */
  readonly trackId: string
  /** What flows in it now; null while it is inactive. */
  readonly stream: { readonly streamId: string; readonly ssrc: number } | null
}

/** Offers a subscriber everything at once; `sections` in the order they were made. */
export function writeOffer(sections: readonly OfferedSection[], local: LocalTransport, version: number): string {
  const lines = sessionLines(sections.map((section) => section.mid), version)
  for (const section of sections) lines.push(...offerSection(section, local))
  return lines.join('\r\n') + '\r\n'
}

function offerSection({ mid, kind, trackId, stream }: OfferedSection, local: LocalTransport): string[] {
  const codec = CODECS[kind]
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${codec.payloadType}`,
    ...transportLines(local, 'actpass'),
    `a=mid:${mid}`,
    stream ? 'a=sendonly' : 'a=inactive',
    `a=rtpmap:${codec.payloadType} ${codec.rtpmap}`,
    ...(codec.parameters ? [`a=fmtp:${codec.payloadType} ${codec.parameters}`] : []),
    // goog-remb only makes sense where we receive.
    ...codec.feedback.filter((feedback) => feedback !== 'goog-remb').map((feedback) => `a=rtcp-fb:${codec.payloadType} ${feedback}`),
    ...(kind === 'audio' ? [`a=extmap:${OFFERED_AUDIO_LEVEL_ID} ${EXTENSION.audioLevel}`] : []),
    ...(stream ? [`a=msid:${stream.streamId} ${trackId}`, `a=ssrc:${stream.ssrc} cname:${stream.streamId}`, `a=ssrc:${stream.ssrc} msid:${stream.streamId} ${trackId}`] : []),
  ]
}
