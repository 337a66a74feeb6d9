import type { ServerMessage } from '@earshot/protocol'
import { effectiveProfile, type ChannelState, type Input, type Member, type Output, type Step } from './channel-model.js'
import { joinRefusalOf, memberOf } from './refusals.js'
import { freed, goodbye, nothing, noteEnd, othersOf, refused, rowOf, tell, tellOthers, withMember, withoutMember } from './step-parts.js'
import { dropSubscriptionsTo } from './subscriptions.js'

/** Lets somebody in; an older session of the same user goes first. */
export function join(state: ChannelState, { sessionId, request, atMs }: Extract<Input, { type: 'join' }>): Step {
  const member: Member = {
    sessionId, userId: request.userId, displayName: request.displayName, role: request.role, joinedAtMs: atMs,
    streams: [], connection: null, subscriptions: new Map(), pending: null,
  }
  const refusal = joinRefusalOf(state, request)
  if (refusal !== null) return { state, outputs: refused(member, request.id, refusal, 'join') }
  const older = memberOf(state, request.userId)
  const before = older === undefined ? nothing(state) : removeMember(state, older, goodbye(older, 3), 'replaced')
  const joined = { ...withMember(before.state, member), profile: effectiveProfile(request.profile) }
  const members = othersOf(joined, member).map(rowOf)
  return {
    state: joined,
    outputs: [
      ...before.outputs,
      tell(member, { type: 'joined', id: request.id, members, iceServers: state.settings.iceServers }),
      ...tellOthers(joined, member, { type: 'member-joined', member: rowOf(member) }),
      { type: 'note', note: 'joined', sessionId, userId: member.userId, detail: { role: member.role, profile: request.profile, members: joined.members.size } },
    ],
  }
}

/** `farewell` is what the one who goes is told. The others hear of it before anything is renegotiated. */
export function removeMember(state: ChannelState, member: Member, farewell: readonly Output[], why: string): Step {
  const rest = dropSubscriptionsTo(withoutMember(state, member), member)
  const left: ServerMessage = { type: 'member-left', userId: member.userId }
  const others = tellOthers(state, member, ...(member.streams.length === 0 ? [] : [{ type: 'unpublished', userId: member.userId } as const]), left)
  return { state: rest.state, outputs: [...farewell, ...others, ...rest.outputs, ...freed(member), noteEnd(member, why)] }
}

/** Everybody is told that the channel is over, and nothing else. */
export function closeChannel(state: ChannelState): Step {
  const members = [...state.members.values()]
  return {
    state: { ...state, profile: null, members: new Map() },
    outputs: members.flatMap((member) => [...goodbye(member, 2), ...freed(member), noteEnd(member, 'closed')]),
  }
}
