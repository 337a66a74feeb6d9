import type { MemberRow, ServerMessage } from '@earshot/protocol'
import type { ChannelState, Member, Output, Refusal, Step } from './channel-model.js'
import { consumersOf } from './carried-tracks.js'

/** The small parts that the steps of a channel are made of. */

export function nothing(state: ChannelState): Step {
  return { state, outputs: [] }
}

export function withMember(state: ChannelState, member: Member): ChannelState {
  return { ...state, members: new Map(state.members).set(member.sessionId, member) }
}

/** The last one to leave takes the profile along. */
export function withoutMember(state: ChannelState, member: Member): ChannelState {
  const members = new Map(state.members)
  members.delete(member.sessionId)
  return { ...state, members, profile: members.size === 0 ? null : state.profile }
}

/** Everybody but that member, in the order of joining. */
export function othersOf(state: ChannelState, member: Member): readonly Member[] {
  return [...state.members.values()].filter((other) => other.sessionId !== member.sessionId)
}

/** A member as the others see it. */
export function rowOf(member: Member): MemberRow {
  return { userId: member.userId, displayName: member.displayName, streams: member.streams }
}

export function tell(member: Member, message: ServerMessage): Output {
  return { type: 'tell', sessionId: member.sessionId, message }
}

/** The messages one after the other to each of the others. */
export function tellOthers(state: ChannelState, member: Member, ...messages: readonly ServerMessage[]): readonly Output[] {
  return othersOf(state, member).flatMap((other) => messages.map((message) => tell(other, message)))
}

export function accepted(member: Member, id: number): Output {
  return tell(member, { type: 'accepted', id })
}

/** The error for the one who asked, and a line for the log. */
export function refused(member: Member, id: number, refusal: Refusal, request: string): readonly Output[] {
  return [
    tell(member, { type: 'error', id, ...refusal }),
    { type: 'note', note: 'refused', sessionId: member.sessionId, userId: member.userId, detail: { request, code: refusal.code, reason: refusal.message } },
  ]
}

/** What a member receives from now on, for the SFU. */
export function send(state: ChannelState, member: Member): Extract<Output, { type: 'send' }> {
  return { type: 'send', sessionId: member.sessionId, consumers: consumersOf(state, member), awaited: false }
}

/** The last message, and the end of the session. */
export function goodbye(member: Member, code: 1 | 2 | 3): readonly Output[] {
  return [tell(member, { type: 'bye', code }), { type: 'end', sessionId: member.sessionId, why: 'bye' }]
}

export function freed({ sessionId }: Member): readonly Output[] {
  return [{ type: 'close-transport', sessionId, connection: 'publish' }, { type: 'close-transport', sessionId, connection: 'subscribe' }]
}

export function noteEnd(member: Member, why: string): Output {
  const note = why === 'left' || why === 'gone' ? 'left' : 'removed'
  return { type: 'note', note, sessionId: member.sessionId, userId: member.userId, detail: { why } }
}
