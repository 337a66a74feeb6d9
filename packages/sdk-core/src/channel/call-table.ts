import {
  ERROR_ALREADY_JOINED, ERROR_NO_USER, ERROR_NOT_IN_CHANNEL, ERROR_NOT_PUBLISHING, ERROR_OPTIONS_LIVE_CANNOT_PUBLISH, ERROR_ROLE_REFUSED, ERROR_WRONG_STATE,
  type Profile, type Role,
} from '@earshot/protocol'
import { AliRtcError } from '../errors.js'

/** Where an engine is. `audience`: joined in role 1 of a profile with roles; `sending`: joined and publishing. */
export type CallState = 'idle' | 'joining' | 'joined' | 'audience' | 'sending' | 'disposed'

/** The calls whose outcome depends on where the engine is; all others work anywhere. */
export type Call = 'joinChannel' | 'publish' | 'unPublish' | 'subscribe' | 'unSubscribe' | 'setChannelProfile' | 'setClientRole' | 'startPreview'
  | 'setAudioOnlyMode' | 'setExternalMediaTrack'

type Cell = number | undefined
const ok = undefined
const states: readonly CallState[] = ['idle', 'joining', 'joined', 'audience', 'sending']
const [within, outside, unfit] = [ERROR_ALREADY_JOINED, ERROR_NOT_IN_CHANNEL, ERROR_WRONG_STATE]

/** The code a call is refused with, or `ok` (alirtc-api §2.11). Once disposed of, all of them are refused. */
const table: Readonly<Record<Call, readonly [idle: Cell, joining: Cell, joined: Cell, audience: Cell, sending: Cell]>> = {
  joinChannel: [ok, within, within, within, within],
  publish: [outside, outside, ok, ERROR_OPTIONS_LIVE_CANNOT_PUBLISH, ok],
  unPublish: [outside, outside, ERROR_NOT_PUBLISHING, ERROR_NOT_PUBLISHING, ok],
  subscribe: [ERROR_NO_USER, ERROR_NO_USER, ok, ok, ok],
  unSubscribe: [ERROR_NO_USER, ERROR_NO_USER, ok, ok, ok],
  setChannelProfile: [ok, unfit, unfit, unfit, unfit],
  // The role while sending is for `roleChange`: it depends on the arguments
  setClientRole: [ok, unfit, ok, ok, ok],
  startPreview: [ok, ok, ok, ok, ok],
  setAudioOnlyMode: [ok, unfit, unfit, unfit, unfit],
  setExternalMediaTrack: [ok, ok, ok, ok, unfit],
}

/** Why the call is not possible now; undefined when it is. */
export function refusalOf(call: Call, state: CallState): AliRtcError | undefined {
  const code = state === 'disposed' ? ERROR_WRONG_STATE : table[call][states.indexOf(state)]
  return code === undefined ? undefined : new AliRtcError(code, `${call} is not possible: the engine is ${state}`)
}

/** Whether a profile tells roles apart: all but 0. */
export function hasRoles(profile: Profile): boolean {
  return profile !== 0
}

/** What a valid `setClientRole` does. */
export type RoleChange =
  /** Takes effect with the next join. */
  | { readonly type: 'store' }
  | { readonly type: 'nothing' }
  | { readonly type: 'refuse'; readonly error: AliRtcError }
  | { readonly type: 'switch'; readonly stopFirst: boolean; readonly publishAfter: boolean }

/** @param resume stop publishing before a switch to the audience, publish after one from it */
export function roleChange(now: { readonly state: CallState; readonly profile: Profile; readonly role: Role }, wanted: Role, resume: boolean): RoleChange {
  const refused = refusalOf('setClientRole', now.state)
  if (refused !== undefined) return { type: 'refuse', error: refused }
  if (now.state === 'idle') return { type: 'store' }
  if (!hasRoles(now.profile)) return refuse('profile 0 has no roles')
  if (wanted === now.role) return { type: 'nothing' }
  const sending = now.state === 'sending'
  if (sending && !resume) return refuse('the engine is sending')
  return { type: 'switch', stopFirst: sending, publishAfter: resume && !sending }
}

function refuse(reason: string): RoleChange {
  return { type: 'refuse', error: new AliRtcError(ERROR_ROLE_REFUSED, `setClientRole is not possible: ${reason}`) }
}
