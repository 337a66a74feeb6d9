import {
  ERROR_ALREADY_JOINED, ERROR_JOIN_TIMEOUT, ERROR_NO_ROOMSERVER, ERROR_NOSESSION, ERROR_WRONG_STATE, type ServerAnswer, type ServerEvent,
  type ServerMessage,
} from '@earshot/protocol'
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
  | { readonly type: 'refuse'; readonly code: number; readonly message: string }
  /** The events that were held may go now: `join` has resolved. */
  | { readonly type: 'start' }
  | { readonly type: 'settle'; readonly answer: ServerAnswer }
  /** An event of the channel, to be carried out after all earlier ones. */
  | { readonly type: 'deliver'; readonly event: Exclude<ServerEvent, { type: 'bye' }> }
  /** Close the peer connections; the socket stays for the goodbye. */
  | { readonly type: 'stop-media'; readonly code: number; readonly message: string }
  /** Free everything; whoever still waits gets this error. Then emit `last`, if there is one. */
  | { readonly type: 'end'; readonly code: number; readonly message: string; readonly last?: LinkEvent | SessionLost }

export interface SessionStep {
  readonly state: SessionState
  readonly outputs: readonly SessionOutput[]
}

type Answers<Input> = (input: Input) => SessionStep
type Row = { readonly [Type in Exclude<SessionInput['type'], 'message'>]: Answers<Extract<SessionInput, { type: Type }>> }
  & { readonly answer: Answers<ServerAnswer>; readonly event: Answers<Exclude<ServerEvent, { type: 'bye' }>>; readonly bye: Answers<Extract<ServerEvent, { type: 'bye' }>> }

const to = (state: SessionState, ...outputs: readonly SessionOutput[]): Answers<unknown> => () => ({ state, outputs })
const refused = (state: SessionState, code: number, message: string): Answers<unknown> => to(state, { type: 'refuse', code, message })
const ended = (code: number, message: string): SessionStep => ({ state: 'gone', outputs: [{ type: 'end', code, message }] })
const leftByUs = (): SessionStep => ended(ERROR_WRONG_STATE, 'the channel was left')

const table: { readonly [State in SessionState]: Row } = {
  idle: {
    join: to('joining'),
    'join-failed': to('idle'),
    'join-overdue': to('idle'),
    leave: leftByUs,
    left: to('idle'),
    lost: to('idle'),
    answer: to('idle'),
    event: to('idle'),
    bye: to('idle'),
  },
  joining: {
    join: refused('joining', ERROR_ALREADY_JOINED, 'joining already'),
    'join-failed': () => ended(ERROR_WRONG_STATE, 'the channel was not joined'),
    'join-overdue': ({ afterMs }) => ended(ERROR_JOIN_TIMEOUT, `no answer to the join within ${afterMs} ms`),
    leave: leftByUs,
    left: to('joining'),
    lost: ({ reason }) => ended(ERROR_NO_ROOMSERVER, `the connection was lost while joining: ${reason}`),
    answer: (answer) => ({
      state: answer.type === 'joined' ? 'joined' : 'joining',
      outputs: [{ type: 'settle', answer }, ...(answer.type === 'joined' ? [{ type: 'start' } as const] : [])],
    }),
    event: (event) => ({ state: 'joining', outputs: [{ type: 'deliver', event }] }),
    bye: ({ code }) => ended(ERROR_NO_ROOMSERVER, `the server ended the session while joining (bye ${code})`),
  },
  joined: {
    join: refused('joined', ERROR_ALREADY_JOINED, 'in a channel already'),
    'join-failed': to('joined'),
    'join-overdue': to('joined'),
    leave: to('leaving', { type: 'stop-media', code: ERROR_WRONG_STATE, message: 'the channel was left' }),
    left: to('joined'),
    lost: ({ reason, gslb }) => ({
      state: 'gone',
      outputs: [{ type: 'end', code: ERROR_NOSESSION, message: `the session was lost: ${reason}`, last: { type: 'session-lost', reason, gslb } }],
    }),
    answer: (answer) => ({ state: 'joined', outputs: [{ type: 'settle', answer }] }),
    event: (event) => ({ state: 'joined', outputs: [{ type: 'deliver', event }] }),
    bye: ({ code }) => ({
      state: 'gone',
      outputs: [{ type: 'end', code: ERROR_WRONG_STATE, message: `the server ended the session (bye ${code})`, last: { type: 'bye', code } }],
    }),
  },
  // No event leaves the link any more, and whatever ends the socket now has ended the session
  leaving: {
    join: refused('leaving', ERROR_ALREADY_JOINED, 'leaving a channel'),
    'join-failed': to('leaving'),
    'join-overdue': to('leaving'),
    leave: to('leaving'),
    left: leftByUs,
    lost: leftByUs,
    answer: (answer) => ({ state: 'leaving', outputs: [{ type: 'settle', answer }] }),
    event: to('leaving'),
    bye: leftByUs,
  },
  gone: {
    join: refused('gone', ERROR_WRONG_STATE, 'a link is used once: make a new one'),
    'join-failed': to('gone'),
    'join-overdue': to('gone'),
    leave: to('gone'),
    left: to('gone'),
    lost: to('gone'),
    answer: to('gone'),
    event: to('gone'),
    bye: to('gone'),
  },
}

export function sessionStep(state: SessionState, input: SessionInput): SessionStep {
  const row = table[state]
  switch (input.type) {
    case 'message': return messageStep(row, input.message)
    case 'lost': return row.lost(input)
    case 'join': return row.join(input)
    case 'join-failed': return row['join-failed'](input)
    case 'join-overdue': return row['join-overdue'](input)
    case 'leave': return row.leave(input)
    case 'left': return row.left(input)
  }
}

function messageStep(row: Row, message: ServerMessage): SessionStep {
  switch (message.type) {
    case 'joined':
    case 'resumed':
    case 'accepted':
    case 'error': return row.answer(message)
    case 'bye': return row.bye(message)
    default: return row.event(message)
  }
}
