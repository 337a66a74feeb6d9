import type { ChannelState, Input, Member, MemberMessage, Step } from './channel-model.js'
import { closeChannel, join, removeMember } from './membership.js'
import { completed, mute, negotiate, publishRows, refusedByEngine, stopPublishing } from './publication.js'
import { refusalOf } from './refusals.js'
import { accepted, goodbye, nothing, refused, tell, withMember } from './step-parts.js'
import { layerChanged, offeredTracks, subscribe } from './subscriptions.js'

type Handlers<Union extends { type: string }> = {
  readonly [Type in Union['type']]: (state: ChannelState, input: Extract<Union, { type: Type }>, member: Member) => Step
}

/** What happens to a member. Inputs for sessions that are not there do nothing: they crossed its end on the way. */
const onInput: Handlers<Exclude<Input, { type: 'join' } | { type: 'close' }>> = {
  message: (state, { message }, member) => handleMessage(state, message, member),
  gone: (state, _input, member) => removeMember(state, member, [{ type: 'end', sessionId: member.sessionId, why: 'gone' }], 'gone'),
  kick: (state, _input, member) => removeMember(state, member, goodbye(member, 1), 'kicked'),
  done: (state, { sdp }, member) => (member.pending === null ? nothing(state) : completed(state, member, member.pending, sdp)),
  failed: (state, { refusal }, member) => (member.pending === null ? nothing(state) : refusedByEngine(state, member, member.pending, refusal)),
  offer: (state, { offerId, sdp, consumers }, member) =>
    ({ state, outputs: [tell(member, { type: 'offer', offerId, sdp, tracks: offeredTracks(state, member, consumers) })] }),
  candidate: (state, { connection, candidate }, member) => ({ state, outputs: [tell(member, { type: 'candidate', connection, candidate })] }),
  layer: (state, { sourceId, layer }, member) => layerChanged(state, member, sourceId, layer),
}

/** What a member may ask for, once nothing in `refusals.ts` objects. */
const onMessage: Handlers<MemberMessage> = {
  leave: (state, { id }, member) => removeMember(state, member, [accepted(member, id), { type: 'end', sessionId: member.sessionId, why: 'left' }], 'left'),
  publish: (state, message, member) => (message.offer === undefined
    ? publishRows(state, member, message.streams, [accepted(member, message.id)])
    : negotiate(state, member, message.id, message.streams, message.offer)),
  unpublish: (state, { id }, member) => stopPublishing(state, member, [accepted(member, id)]),
  subscribe: (state, message, member) => subscribe(state, member, message),
  answer: (state, { id, offerId, sdp }, member) =>
    ({ state: withMember(state, { ...member, pending: { kind: 'answer', id } }), outputs: [{ type: 'answer', sessionId: member.sessionId, offerId, sdp }] }),
  candidate: (state, { connection, candidate }, member) =>
    ({ state, outputs: [{ type: 'add-candidate', sessionId: member.sessionId, connection, candidate }] }),
  restart: (state, { id }, member) => ({ state, outputs: [accepted(member, id), { type: 'restart', sessionId: member.sessionId }] }),
  mute: (state, message, member) => mute(state, member, message),
  role: (state, { id, role }, member) => ({ state: withMember(state, { ...member, role }), outputs: [accepted(member, id)] }),
  ping: (state, { id }, member) => ({ state, outputs: [accepted(member, id)] }),
}

/**
 * The channel as one function. For one user the others hear member-joined < published < unpublished < member-left; a
 * newcomer hears `joined`, which carries everybody, and only then events.
 */
export function step(state: ChannelState, input: Input): Step {
  if (input.type === 'join') return join(state, input)
  if (input.type === 'close') return closeChannel(state)
  const member = state.members.get(input.sessionId)
  const handle = onInput[input.type] as (state: ChannelState, input: Input, member: Member) => Step // the row for `type` takes that input
  return member === undefined ? nothing(state) : handle(state, input, member)
}

function handleMessage(state: ChannelState, message: MemberMessage, member: Member): Step {
  const refusal = message.type === 'candidate' ? null : refusalOf(state, member, message)
  if (refusal !== null && 'id' in message) return { state, outputs: refused(member, message.id, refusal, message.type) }
  const handle = onMessage[message.type] as (state: ChannelState, message: MemberMessage, member: Member) => Step // as above
  return handle(state, message, member)
}
