import {
  ERROR_ALREADY_JOINED, ERROR_JOIN_TIMEOUT, ERROR_NO_ROOMSERVER, ERROR_NOSESSION, ERROR_WRONG_STATE, type ServerAnswer, type ServerEvent,
  type ServerMessage,
} from '@earshot/protocol'
import { AliRtcError } from '../../errors.js'
import type { LinkEvent, SessionLost } from '../channel-link.js'

/** The way of a link, which is used once: idle -> joining -> joined -> leaving -> gone. */
export type SessionState = 'idle' | 'joining' | 'joined' | 'leaving' | 'gone'

export type SessionInput =
  | { readonly type: 'join' }
  /** The join was refused, or could not be made. */
  | { readonly type: 'join-failed' }
  /** The join took too long, wherever it was. */
  | { readonly type: 'join-overdue'; readonly afterMs: number }
  | { readonly type: 'leave' }
  /** The server acknowledged `leave`, or did not in time. */
  | { readonly type: 'left' }
  /** The line to the server has ended: the session cannot be resumed. */
  | { readonly type: 'lost'; readonly reason: string; readonly gslb: readonly string[] }
  | { readonly type: 'message'; readonly message: ServerMessage }

/** What the shell does, in this order. */
export type SessionOutput =
  /** The call is not possible now. */
  | { readonly type: 'refuse'; readonly error: AliRtcError }
  /** The events that were held may go now: `join` has resolved. */
  | { readonly type: 'start' }
  | { readonly type: 'settle'; readonly answer: ServerAnswer }
  /** An event of the channel, to be carried out after all earlier ones. */
  | { readonly type: 'deliver'; readonly event: Exclude<ServerEvent, { type: 'bye' }> }
  /** Close the peer connections; the socket stays for the goodbye. */
  | { readonly type: 'stop-media'; readonly error: AliRtcError }
  /** Free everything; whoever still waits gets this error. Then emit `last`, if there is one. */
  | { readonly type: 'end'; readonly error: AliRtcError; readonly last?: LinkEvent | SessionLost | undefined }

export interface SessionStep {
  readonly state: SessionState
  readonly outputs: readonly SessionOutput[]
}

type ChannelEvent = Exclude<ServerEvent, { type: 'bye' }>
type Next = readonly [SessionState, ...SessionOutput[]]
type Answer<Input> = (input: Input) => Next
type Row = { readonly [Type in Exclude<SessionInput['type'], 'message'>]?: Answer<Extract<SessionInput, { type: Type }>> }
  & { readonly answer?: Answer<ServerAnswer>; readonly event?: Answer<ChannelEvent>; readonly bye?: Answer<Extract<ServerEvent, { type: 'bye' }>> }

const refuse = (state: SessionState, code: number): Answer<unknown> => () => [state, { type: 'refuse', error: new AliRtcError(code, 'a link joins once') }]
const settle = (state: SessionState): Answer<ServerAnswer> => (answer) => [state, { type: 'settle', answer }]
const deliver = (state: SessionState): Answer<ChannelEvent> => (event) => [state, { type: 'deliver', event }]
const end = (code: number, message: string, last?: LinkEvent | SessionLost): Next => ['gone', { type: 'end', error: new AliRtcError(code, message), last }]
const left = (): Next => ['gone', { type: 'end', error: hasLeft() }]

/** What is not in it changes nothing. */
const table: { readonly [State in SessionState]: Row } = {
  idle: { join: () => ['joining'], leave: left },
  joining: {
    join: refuse('joining', ERROR_ALREADY_JOINED),
    'join-failed': () => end(ERROR_WRONG_STATE, 'the channel was not joined'),
    'join-overdue': ({ afterMs }) => end(ERROR_JOIN_TIMEOUT, `no answer to "join" within ${afterMs} ms`),
    leave: left,
    lost: ({ reason }) => end(ERROR_NO_ROOMSERVER, lost(reason)),
    answer: (answer) => answer.type === 'joined' ? ['joined', { type: 'settle', answer }, { type: 'start' }] : settle('joining')(answer),
    event: deliver('joining'),
    bye: ({ code }) => end(ERROR_NO_ROOMSERVER, ended(code)),
  },
  joined: {
    join: refuse('joined', ERROR_ALREADY_JOINED),
    leave: () => ['leaving', { type: 'stop-media', error: hasLeft() }],
    lost: ({ reason, gslb }) => end(ERROR_NOSESSION, lost(reason), { type: 'session-lost', reason, gslb }),
    answer: settle('joined'),
    event: deliver('joined'),
    bye: ({ code }) => end(ERROR_WRONG_STATE, ended(code), { type: 'bye', code }),
  },
  // No event leaves the link any more, and whatever ends the socket now has ended the session
  leaving: { join: refuse('leaving', ERROR_ALREADY_JOINED), left, lost: left, answer: settle('leaving'), bye: left },
  gone: { join: refuse('gone', ERROR_WRONG_STATE) },
}

export function sessionStep(state: SessionState, input: SessionInput): SessionStep {
  const [name, content] = input.type === 'message' ? [kindOf(input.message), input.message] : [input.type, input]
  const answer = table[state][name] as Answer<unknown> | undefined // it takes what has that name
  const [next, ...outputs] = answer?.(content) ?? [state]
  return { state: next, outputs }
}

function kindOf({ type }: ServerMessage): 'answer' | 'event' | 'bye' {
  switch (type) {
    case 'joined':
    case 'resumed':
    case 'accepted':
    case 'error': return 'answer'
    case 'bye': return type
    default: return 'event'
  }
}

function hasLeft(): AliRtcError {
  return new AliRtcError(ERROR_WRONG_STATE, 'the channel was left')
}

function lost(reason: string): string {
  return `the session was lost: ${reason}`
}

function ended(bye: 1 | 2 | 3): string {
  return `the session was ended by the server (bye ${bye})`
}
