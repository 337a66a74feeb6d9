import {
  ERROR_BAD_PARAMETER, ERROR_CHANNEL_FULL, ERROR_INTERNAL, ERROR_NO_STREAM, ERROR_NO_USER, ERROR_NOT_PUBLISHING, ERROR_OPTIONS_JOINCHANNEL,
  ERROR_PUBLISH_WRONG_ROLE, ERROR_ROLE_REFUSED, ERROR_SERVER_FULL, slotOf, type Slot,
} from '@earshot/protocol'
import { EngineTimeout } from '../sfu/limited-engine.js'
import { effectiveProfile, type ChannelState, type JoinMessage, type Member, type MemberRequest, type Refusal } from './channel-model.js'
import { carriedTracks, countWanted, wantedTracks } from './carried-tracks.js'

type Rule<Request> = (state: ChannelState, member: Member, request: Request) => Refusal | null
type Rules = { readonly [Type in MemberRequest['type']]: readonly Rule<Extract<MemberRequest, { type: Type }>>[] }

/** What a request must pass, in this order; the first rule that objects gives the answer. */
const rules: Rules = {
  leave: [],
  publish: [mayPublish, offersFirst, everyRowHasItsSection],
  unpublish: [publishes],
  subscribe: [userIsThere, userIsSomebodyElse, somethingIsPublished, tracksFit],
  answer: [],
  restart: [],
  mute: [publishesSlot],
  role: [profileHasRoles, publishesNothing],
  ping: [],
}

/** Why a member's request is refused, or `null`. */
export function refusalOf(state: ChannelState, member: Member, request: MemberRequest): Refusal | null {
  const ofType: readonly Rule<never>[] = rules[request.type]
  for (const rule of ofType) {
    const refusal = rule(state, member, request as never) // the rules under `request.type` take exactly that request
    if (refusal !== null) return refusal
  }
  return null
}

/** Why nobody may join like this, or `null`. An older session of the same user counts for nothing: it will be replaced. */
export function joinRefusalOf(state: ChannelState, request: JoinMessage): Refusal | null {
  const others = [...state.members.values()].filter((member) => member.userId !== request.userId)
  if (others.length > 0 && effectiveProfile(request.profile) !== state.profile) {
    return { code: ERROR_OPTIONS_JOINCHANNEL, message: `the channel has profile ${state.profile}, not ${request.profile}`, field: 'profile' }
  }
  if (others.length >= state.settings.maxMembers) {
    return { code: ERROR_CHANNEL_FULL, message: `the channel is full: it has ${others.length} members, the most this server allows` }
  }
  return null
}

type Of<Type extends MemberRequest['type']> = Extract<MemberRequest, { type: Type }>

function mayPublish(state: ChannelState, member: Member): Refusal | null {
  return state.profile === 1 && member.role === 1
    ? { code: ERROR_PUBLISH_WRONG_ROLE, message: 'a member with role 1 may only receive' }
    : null
}

function offersFirst(_state: ChannelState, member: Member, request: Of<'publish'>): Refusal | null {
  return request.offer === undefined && member.connection === null
    ? { code: ERROR_BAD_PARAMETER, message: '"offer" is missing: the first publish must carry the offer of the publishing connection', field: 'offer' }
    : null
}

function everyRowHasItsSection(_state: ChannelState, member: Member, request: Of<'publish'>): Refusal | null {
  const offered: readonly Slot[] = request.offer?.slots.map((entry) => entry.slot) ?? member.connection?.slots ?? []
  const index = request.streams.findIndex((row) => !offered.includes(slotOf(row.label)))
  const row = request.streams[index]
  return row === undefined ? null : {
    code: ERROR_BAD_PARAMETER,
    message: `"streams.${index}.label" is ${row.label}, but no media section was offered for the slot "${slotOf(row.label)}"`,
    field: `streams.${index}.label`,
  }
}

function publishes(_state: ChannelState, member: Member): Refusal | null {
  return member.streams.length === 0 ? { code: ERROR_NOT_PUBLISHING, message: 'nothing is being published' } : null
}

function publishesSlot(_state: ChannelState, member: Member, request: Of<'mute'>): Refusal | null {
  return member.streams.some((row) => slotOf(row.label) === request.slot)
    ? null
    : { code: ERROR_NOT_PUBLISHING, message: `the slot "${request.slot}" is not being published`, field: 'slot' }
}

function profileHasRoles(state: ChannelState): Refusal | null {
  return state.profile === 0 ? { code: ERROR_ROLE_REFUSED, message: 'a channel of profile 0 has no roles' } : null
}

function publishesNothing(_state: ChannelState, member: Member, request: Of<'role'>): Refusal | null {
  return member.streams.length > 0 && request.role !== member.role
    ? { code: ERROR_ROLE_REFUSED, message: 'the role cannot change while something is being published' }
    : null
}

function userIsThere(state: ChannelState, _member: Member, request: Of<'subscribe'>): Refusal | null {
  return memberOf(state, request.userId) === undefined
    ? { code: ERROR_NO_USER, message: `there is no user "${request.userId}" in the channel`, field: 'userId' }
    : null
}

function userIsSomebodyElse(_state: ChannelState, member: Member, request: Of<'subscribe'>): Refusal | null {
  return member.userId === request.userId
    ? { code: ERROR_BAD_PARAMETER, message: '"userId" must be somebody else', field: 'userId' }
    : null
}

function somethingIsPublished(state: ChannelState, member: Member, request: Of<'subscribe'>): Refusal | null {
  const publisher = memberOf(state, request.userId)
  const before = member.subscriptions.get(publisher?.sessionId ?? '')?.carried ?? []
  return wantedTracks(request) === 0 || carriedTracks(request, publisher?.streams ?? [], before).length > 0
    ? null
    : { code: ERROR_NO_STREAM, message: `"${request.userId}" publishes nothing of what was asked for`, field: 'userId' }
}

function tracksFit(state: ChannelState, member: Member, request: Of<'subscribe'>): Refusal | null {
  const publisher = memberOf(state, request.userId)?.sessionId ?? ''
  const total = countWanted(member, publisher) + wantedTracks(request)
  return total <= state.settings.maxTracks
    ? null
    : { code: ERROR_SERVER_FULL, message: `that would be ${total} tracks; this server sends at most ${state.settings.maxTracks} to one member` }
}

/** What a client is told when the fault is ours. */
export function serverFailure(error: unknown): Refusal {
  return { code: ERROR_INTERNAL, message: error instanceof EngineTimeout ? error.message : 'the server failed; its log says why' }
}

/** The session of a user, if it is in the channel. */
export function memberOf(state: ChannelState, userId: string): Member | undefined {
  return [...state.members.values()].find((member) => member.userId === userId)
}
