import type { ServerMessage } from '@earshot/protocol'
import { expect, test } from 'vitest'
import { sessionStep, type SessionInput, type SessionOutput, type SessionState } from './session-state.js'

const joinedAnswer: ServerMessage = { type: 'joined', id: 1, members: [], iceServers: [] }
const accepted: ServerMessage = { type: 'accepted', id: 2 }
const refusal: ServerMessage = { type: 'error', id: 1, code: 33620485, message: 'the token does not match' }
const event: ServerMessage = { type: 'member-left', userId: 'bob' }
const bye: ServerMessage = { type: 'bye', code: 2 }

const inputs = {
  'join()': { type: 'join' },
  'leave()': { type: 'leave' },
  left: { type: 'left' },
  lost: { type: 'lost', reason: 'closed with code 1006', gslb: ['a'] },
  'join failed': { type: 'join-failed' },
  'join overdue': { type: 'join-overdue', afterMs: 10 },
  joined: { type: 'message', message: joinedAnswer },
  accepted: { type: 'message', message: accepted },
  refusal: { type: 'message', message: refusal },
  event: { type: 'message', message: event },
  bye: { type: 'message', message: bye },
} satisfies Record<string, SessionInput>

const brief = (output: SessionOutput): string => {
  switch (output.type) {
    case 'refuse': return `refuse ${output.error.code}`
    case 'settle': return `settle ${output.answer.type}`
    case 'deliver': return `deliver ${output.event.type}`
    case 'stop-media': return `stop-media ${output.error.code}`
    case 'end': return `end ${output.error.code}${output.last === undefined ? '' : ` ${output.last.type}`}`
    case 'start': return 'start'
  }
}

test.each<[SessionState, keyof typeof inputs, SessionState, string[]]>([
  ['idle', 'join()', 'joining', []],
  ['idle', 'leave()', 'gone', ['end 16974340']],
  ['idle', 'left', 'idle', []],
  ['idle', 'lost', 'idle', []],
  ['idle', 'join failed', 'idle', []],
  ['idle', 'join overdue', 'idle', []],
  ['idle', 'joined', 'idle', []],
  ['idle', 'event', 'idle', []],
  ['idle', 'bye', 'idle', []],
  ['joining', 'join()', 'joining', ['refuse 16843521']],
  ['joining', 'leave()', 'gone', ['end 16974340']],
  ['joining', 'left', 'joining', []],
  ['joining', 'lost', 'gone', ['end 10150']],
  ['joining', 'join failed', 'gone', ['end 16974340']],
  ['joining', 'join overdue', 'gone', ['end 16908804']],
  ['joining', 'joined', 'joined', ['settle joined', 'start']],
  ['joining', 'accepted', 'joining', ['settle accepted']],
  ['joining', 'refusal', 'joining', ['settle error']],
  ['joining', 'event', 'joining', ['deliver member-left']],
  ['joining', 'bye', 'gone', ['end 10150']],
  ['joined', 'join()', 'joined', ['refuse 16843521']],
  ['joined', 'leave()', 'leaving', ['stop-media 16974340']],
  ['joined', 'left', 'joined', []],
  ['joined', 'lost', 'gone', ['end 10311 session-lost']],
  ['joined', 'join failed', 'joined', []],
  ['joined', 'join overdue', 'joined', []],
  ['joined', 'joined', 'joined', ['settle joined']],
  ['joined', 'accepted', 'joined', ['settle accepted']],
  ['joined', 'refusal', 'joined', ['settle error']],
  ['joined', 'event', 'joined', ['deliver member-left']],
  ['joined', 'bye', 'gone', ['end 16974340 bye']],
  ['leaving', 'join()', 'leaving', ['refuse 16843521']],
  ['leaving', 'leave()', 'leaving', []],
  ['leaving', 'left', 'gone', ['end 16974340']],
  ['leaving', 'lost', 'gone', ['end 16974340']],
  ['leaving', 'join overdue', 'leaving', []],
  ['leaving', 'accepted', 'leaving', ['settle accepted']],
  ['leaving', 'event', 'leaving', []],
  ['leaving', 'bye', 'gone', ['end 16974340']],
  ['gone', 'join()', 'gone', ['refuse 16974340']],
  ['gone', 'leave()', 'gone', []],
  ['gone', 'left', 'gone', []],
  ['gone', 'lost', 'gone', []],
  ['gone', 'join overdue', 'gone', []],
  ['gone', 'accepted', 'gone', []],
  ['gone', 'event', 'gone', []],
  ['gone', 'bye', 'gone', []],
])('%s x %s -> %s', (state, input, next, outputs) => {
  const step = sessionStep(state, inputs[input])
  expect([step.state, ...step.outputs.map(brief)]).toEqual([next, ...outputs])
})

test('the last event of a lost session says why', () => {
  expect(sessionStep('joined', inputs.lost).outputs).toMatchObject([{ last: { type: 'session-lost', reason: 'closed with code 1006', gslb: ['a'] } }])
})
