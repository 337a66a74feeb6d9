import type { Kind } from './codecs.js'
import type { OfferedSection, OfferedStream } from './offer-description.js'

/** What should flow to a subscriber. */
export interface WantedSection extends OfferedStream {
  readonly sourceId: string
  readonly kind: Kind
  readonly trackId: string
}

export interface Section extends OfferedSection {
  readonly sourceId: string | null
}

/**
 * The sections for a new set of wants: what flows already keeps its section, what is no longer wanted leaves an inactive
 * one, and what is new takes an inactive one of the same track id and kind, or a new one at the end.
 */
export function arrangeSections(sections: readonly Section[], wanted: readonly WantedSection[]): readonly Section[] {
  const stays = (section: Section) => wanted.find((want) => want.sourceId === section.sourceId && want.trackId === section.trackId && want.ssrc === section.stream?.ssrc)
  const arranged: Section[] = sections.map((section) => (stays(section) ? section : { ...section, sourceId: null, stream: null }))
  for (const want of wanted) {
    if (arranged.some((section) => section.sourceId === want.sourceId)) continue
    const free = arranged.findIndex((section) => section.stream === null && section.trackId === want.trackId && section.kind === want.kind)
    const at = free < 0 ? arranged.length : free
    arranged[at] = {
      mid: arranged[at]?.mid ?? String(arranged.length), kind: want.kind, trackId: want.trackId,
      sourceId: want.sourceId, stream: { streamId: want.streamId, ssrc: want.ssrc, rtxSsrc: want.rtxSsrc },
    }
  }
  return arranged
}

/** Whether two arrangements need a negotiation to get from one to the other. */
export function sameSections(a: readonly Section[], b: readonly Section[]): boolean {
  return a.length === b.length && a.every((section, i) => {
    const other = b[i]!
    return section.sourceId === other.sourceId && section.stream?.ssrc === other.stream?.ssrc && section.stream?.streamId === other.stream?.streamId
  })
}
