import { CODECS, EXTENSION, RTX, usable } from './codecs.js'
import { sessionLines, transportLines, type LocalTransport } from './local-transport.js'
import type { MediaSection, SessionDescription } from './session-description.js'

/** Whether the engine takes what a section offers to send. */
export function receives(section: MediaSection, named: ReadonlySet<string>): boolean {
  const sends = section.direction === 'sendonly' || section.direction === 'sendrecv'
  return named.has(section.mid) && section.port !== 0 && sends && usable(section) !== null
}

/**
 * Answers a publisher: what is named is received with our codec alone, the rest is inactive, or rejected when the engine
 * does not know such media at all.
 */
export function writeAnswer(offer: SessionDescription, named: ReadonlySet<string>, local: LocalTransport, version: number): string {
  const kept = offer.sections.filter((section) => section.port !== 0 && usable(section) !== null)
  const lines = sessionLines(kept.map((section) => section.mid), version)
  for (const section of offer.sections) {
    if (!kept.includes(section)) lines.push(`m=${section.kind} 0 ${section.protocol} ${section.formats}`, 'c=IN IP4 0.0.0.0', `a=mid:${section.mid}`, 'a=inactive')
    else lines.push(...answerSection(section, receives(section, named), local))
  }
  return lines.join('\r\n') + '\r\n'
}

function answerSection(section: MediaSection, receiving: boolean, local: LocalTransport): string[] {
  // The caller asked `usable` before.
  const { kind, payloadType, rtxPayloadType } = usable(section)!
  const codec = CODECS[kind]
  const lines = [
    `m=${kind} 9 ${section.protocol} ${payloadType}${rtxPayloadType === null ? '' : ` ${rtxPayloadType}`}`,
    ...transportLines(local, 'passive'),
    `a=mid:${section.mid}`,
    receiving ? 'a=recvonly' : 'a=inactive',
    `a=rtpmap:${payloadType} ${codec.rtpmap}`,
    ...(codec.parameters ? [`a=fmtp:${payloadType} ${codec.parameters}`] : []),
    ...codec.feedback.map((feedback) => `a=rtcp-fb:${payloadType} ${feedback}`),
  ]
  if (rtxPayloadType !== null) lines.push(`a=rtpmap:${rtxPayloadType} ${RTX}`, `a=fmtp:${rtxPayloadType} apt=${payloadType}`)
  for (const uri of Object.values(EXTENSION)) {
    const id = section.extensions.get(uri)
    if (id !== undefined) lines.push(`a=extmap:${id} ${uri}`)
  }
  if (receiving && section.sendRids.length > 0) {
    lines.push(...section.sendRids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${section.sendRids.join(';')}`)
  }
  return lines
}
