/**
 * How signalling gets through. `up`: over the socket that there is. `racing`: that socket is doubted, and another one is being
 * opened; whichever speaks first is it. `down`: there is none, and another one is being opened, or will be. `resuming`: the
 * new one is open and has asked for the session. `over`: nothing gets through any more.
 */
export type LineState = 'up' | 'racing' | 'down' | 'resuming' | 'over'

export type LineInput =
  /** Nothing was heard for too long. */
  | 'doubt'
  /** The socket in use spoke. */
  | 'heard'
  /** The socket in use is closed. */
  | 'lost'
  /** The new socket is open. */
  | 'opened'
  /** The new socket could not be opened, or was closed, or the server did not answer on it. */
  | 'failed'
  /** It is time for the next try. */
  | 'due'
  /** The server goes on with the session over the new socket. */
  | 'resumed'
  /** The server is not to be had here any more: it ends, does not know the session, or was not reached for too long. */
  | 'gone'
  | 'close'

/** What the shell does, in this order. */
export type LineOutput =
  | 'open'
  | 'open-later'
  /** Give up the new socket, or the plan of one. */
  | 'abandon'
  /** The old socket is closed, and the new one asks for the session. */
  | 'switch'
  /** Say again what the server has not heard. */
  | 'repeat'
  | 'tell-up'
  | 'tell-down'
  | 'tell-gone'
  /** Free everything. */
  | 'end'

export interface LineStep {
  readonly state: LineState
  readonly outputs: readonly LineOutput[]
}

type Row = { readonly [Input in LineInput]?: readonly [LineState, ...LineOutput[]] }

const gone = ['over', 'end', 'tell-gone'] as const
const close = ['over', 'end'] as const

/** What is not in it changes nothing. */
const table: { readonly [State in LineState]: Row } = {
  up: { doubt: ['racing', 'tell-down', 'open'], lost: ['down', 'tell-down', 'open'], gone, close },
  racing: { heard: ['up', 'abandon', 'tell-up'], lost: ['down'], opened: ['resuming', 'switch'], failed: ['racing', 'open-later'], due: ['racing', 'open'], gone, close },
  down: { opened: ['resuming', 'switch'], failed: ['down', 'open-later'], due: ['down', 'open'], gone, close },
  resuming: { resumed: ['up', 'repeat', 'tell-up'], failed: ['down', 'open-later'], gone, close },
  over: {},
}

export const LINE_STATES: readonly LineState[] = ['up', 'racing', 'down', 'resuming', 'over']

export function lineStep(state: LineState, input: LineInput): LineStep {
  const [next, ...outputs] = table[state][input] ?? [state]
  return { state: next, outputs }
}
