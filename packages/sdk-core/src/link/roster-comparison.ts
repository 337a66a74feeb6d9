import type { MemberRow } from '@earshot/protocol'
import type { LinkEvent } from './channel-link.js'

/** What a member's row tells who knows another row of it. */
export type MemberNews = Extract<LinkEvent, { type: 'member-joined' | 'published' }>

/**
 * A member as another session has it, beside how the app knows it.
 *
 * @param known undefined for one that the app does not know
 * @returns undefined when it publishes no more, which may be a matter of seconds: it lost its session too
 */
export function compareMember(known: MemberRow | undefined, row: MemberRow): readonly MemberNews[] | undefined {
  const publishes = row.streams.length > 0
  if (known === undefined) return [{ type: 'member-joined', member: { ...row, streams: [] } }, ...(publishes ? [published(row)] : [])]
  if (!publishes) return known.streams.length > 0 ? undefined : []
  return fingerprint(known) === fingerprint(row) ? [] : [published(row)]
}

function published(member: MemberRow): MemberNews {
  return { type: 'published', member }
}

/** In whatever order the rows come. */
function fingerprint({ displayName, streams }: MemberRow): string {
  return [displayName, ...streams.map(({ label, state, muted }) => `${label} ${state} ${muted}`).sort()].join('\n')
}
