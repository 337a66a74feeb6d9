import { expect, test } from 'vitest'
import { LINE_STATES, lineStep, type LineInput, type LineState } from './line-state.js'

test.each<[LineState, LineInput, LineState, string]>([
  ['up', 'doubt', 'racing', 'tell-down open'],
  ['up', 'lost', 'down', 'tell-down open'],
  ['up', 'gone', 'over', 'end tell-gone'],
  ['up', 'close', 'over', 'end'],
  ['racing', 'heard', 'up', 'abandon tell-up'],
  ['racing', 'lost', 'down', ''],
  ['racing', 'opened', 'resuming', 'switch'],
  ['racing', 'failed', 'racing', 'open-later'],
  ['racing', 'due', 'racing', 'open'],
  ['racing', 'gone', 'over', 'end tell-gone'],
  ['racing', 'close', 'over', 'end'],
  ['down', 'opened', 'resuming', 'switch'],
  ['down', 'failed', 'down', 'open-later'],
  ['down', 'due', 'down', 'open'],
  ['down', 'gone', 'over', 'end tell-gone'],
  ['down', 'close', 'over', 'end'],
  ['resuming', 'resumed', 'up', 'repeat tell-up'],
  ['resuming', 'failed', 'down', 'open-later'],
  ['resuming', 'gone', 'over', 'end tell-gone'],
  ['resuming', 'close', 'over', 'end'],
])('%s + %s: %s, %s', (state, input, next, outputs) => {
  expect(lineStep(state, input)).toEqual({ state: next, outputs: outputs.split(' ').filter((output) => output !== '') })
})

const all: readonly LineInput[] = ['doubt', 'heard', 'lost', 'opened', 'failed', 'due', 'resumed', 'gone', 'close']

test('nothing else changes anything', () => {
  const quiet = LINE_STATES.flatMap((state) => all.filter((input) => {
    const step = lineStep(state, input)
    return step.state === state && step.outputs.length === 0
  }).map((input) => `${state} ${input}`))
  expect(quiet).toEqual([
    'up heard', 'up opened', 'up failed', 'up due', 'up resumed', 'racing doubt', 'racing resumed', 'down doubt', 'down heard', 'down lost', 'down resumed',
    'resuming doubt', 'resuming heard', 'resuming lost', 'resuming opened', 'resuming due', ...all.map((input) => `over ${input}`),
  ])
})
