import { slotOf, type StreamRow } from '@earshot/protocol'
import type { ChannelState, Member, MemberMessage, Output, Pending, Refusal, Step } from './channel-model.js'
import { connectionIdOf, sourceId } from './engine-ids.js'
import { accepted, refused, rowOf, tell, tellOthers, withMember } from './step-parts.js'
import { dropSubscriptionsTo, updateSubscribers } from './subscriptions.js'

/** Hands the offer of a publishing connection to the SFU; `completed` or `refusedByEngine` goes on from there. */
export function negotiate(state: ChannelState, member: Member, id: number, streams: readonly StreamRow[], offer: NonNullable<Extract<MemberMessage, { type: 'publish' }>['offer']>): Step {
  const connection = { id: connectionIdOf(offer.sdp), slots: offer.slots.map((entry) => entry.slot) }
  const replaces = member.connection !== null && member.connection.id !== connection.id
  const sources = offer.slots.map((entry) => ({ mid: entry.mid, sourceId: sourceId(member.sessionId, entry.slot) }))
  return {
    state: withMember(state, { ...member, pending: { kind: 'publish', id, streams, connection, replaces } }),
    outputs: [{ type: 'receive', sessionId: member.sessionId, offer: { sdp: offer.sdp, sources }, fresh: replaces }],
  }
}

/** The SFU has carried out the pending request. */
export function completed(state: ChannelState, waiting: Member, pending: Pending, sdp: string | undefined): Step {
  const member: Member = { ...waiting, pending: null }
  const answer: Output[] = [tell(member, { type: 'accepted', id: pending.id, ...(sdp === undefined ? {} : { sdp }) })]
  if (pending.kind !== 'publish') return { state: withMember(state, member), outputs: answer }
  return publishRows(state, { ...member, connection: pending.connection }, pending.streams, answer, pending.replaces)
}

/** A request that the SFU refused leaves things as they were, as far as that can be. */
export function refusedByEngine(state: ChannelState, waiting: Member, pending: Pending, refusal: Refusal): Step {
  const lost = pending.kind === 'publish' && (waiting.connection === null || pending.replaces)
  const subscriptions = new Map(waiting.subscriptions)
  if (pending.kind === 'subscribe') subscriptions.delete(pending.publisher)
  const member: Member = { ...waiting, pending: null, subscriptions, connection: lost ? null : waiting.connection }
  return {
    state: withMember(state, member),
    outputs: [
      ...refused(member, pending.id, refusal, pending.kind),
      ...(lost ? [{ type: 'close-transport', sessionId: member.sessionId, connection: 'publish' } as const] : []),
    ],
  }
}

/** Commits what a member publishes. `newSources`: its old ones are gone, so its subscribers need the new ones of the same ids. */
export function publishRows(state: ChannelState, member: Member, streams: readonly StreamRow[], answer: readonly Output[], newSources = false): Step {
  const publisher: Member = { ...member, streams }
  const published = withMember(state, publisher)
  const news = JSON.stringify(streams) === JSON.stringify(member.streams) ? []
    : tellOthers(published, publisher, { type: 'published', member: rowOf(publisher) })
  const rest = updateSubscribers(published, publisher, newSources)
  return { state: rest.state, outputs: [...answer, ...news, ...rest.outputs] }
}

/** Subscribers hear that it is over before their connections are renegotiated. The next publish needs a new connection. */
export function stopPublishing(state: ChannelState, publisher: Member, answer: readonly Output[]): Step {
  const silent: Member = { ...publisher, streams: [], connection: null }
  const rest = dropSubscriptionsTo(withMember(state, silent), silent)
  return {
    state: rest.state,
    outputs: [
      ...answer, ...tellOthers(state, publisher, { type: 'unpublished', userId: publisher.userId }), ...rest.outputs,
      { type: 'close-transport', sessionId: publisher.sessionId, connection: 'publish' },
    ],
  }
}

/** Mutes or unmutes a slot; no news where nothing changes. */
export function mute(state: ChannelState, member: Member, { id, slot, muted }: Extract<MemberMessage, { type: 'mute' }>): Step {
  const ofSlot = (row: StreamRow): boolean => slotOf(row.label) === slot
  if (member.streams.every((row) => !ofSlot(row) || row.muted === muted)) return { state, outputs: [accepted(member, id)] }
  const streams = member.streams.map((row) => (ofSlot(row) ? { ...row, muted } : row))
  return {
    state: withMember(state, { ...member, streams }),
    outputs: [accepted(member, id), ...tellOthers(state, member, { type: 'muted', userId: member.userId, slot, muted })],
  }
}
