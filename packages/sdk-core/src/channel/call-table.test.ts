import { expect, it } from 'vitest'
import { refusalOf, roleChange, type Call, type CallState } from './call-table.js'

// alirtc-api §2.11, cell by cell; 0 is allowed
const expected: Readonly<Record<Call, Readonly<Record<Exclude<CallState, 'disposed'>, number>>>> = {
  joinChannel: { idle: 0, joining: 16843521, joined: 16843521, sending: 16843521, audience: 16843521 },
  publish: { idle: 16843524, joining: 16843524, joined: 0, sending: 0, audience: 10112 },
  unPublish: { idle: 16843524, joining: 16843524, joined: 16843778, sending: 0, audience: 16843778 },
  subscribe: { idle: 10140, joining: 10140, joined: 0, sending: 0, audience: 0 },
  unSubscribe: { idle: 10140, joining: 10140, joined: 0, sending: 0, audience: 0 },
  setChannelProfile: { idle: 0, joining: 16974340, joined: 16974340, sending: 16974340, audience: 16974340 },
  setClientRole: { idle: 0, joining: 16974340, joined: 0, sending: 0, audience: 0 },
  startPreview: { idle: 0, joining: 0, joined: 0, sending: 0, audience: 0 },
  setAudioOnlyMode: { idle: 0, joining: 16974340, joined: 16974340, sending: 16974340, audience: 16974340 },
  setExternalMediaTrack: { idle: 0, joining: 0, joined: 0, sending: 16974340, audience: 0 },
}

it.each(Object.entries(expected).flatMap(([call, row]) => Object.entries(row).map(([state, code]) => [call as Call, state as CallState, code] as const)))(
  '%s while %s: %d', (call, state, code) => {
    const error = refusalOf(call, state)
    expect(error?.code ?? 0).toBe(code)
    if (error) expect(error.message).toContain(call)
  })

it.each<[Call, CallState]>([
  ['joinChannel', 'joining'], ['publish', 'idle'], ['publish', 'audience'], ['unPublish', 'joined'], ['subscribe', 'idle'], ['setChannelProfile', 'joined'], ['startPreview', 'disposed'],
])('%s while %s says why it is refused', (call, state) => { expect(refusalOf(call, state)?.message).toBe(`${call} is not possible: the engine is ${state}`) })

it('refuses everything once disposed of', () => {
  for (const call of Object.keys(expected)) expect(refusalOf(call as Call, 'disposed')).toMatchObject({ code: 16974340, message: expect.stringContaining('disposed') })
})

it.each<[CallState, 0 | 1, 0 | 1, 0 | 1, boolean, unknown]>([
  // state, profile, role now, role wanted, resume
  ['idle', 0, 0, 1, false, { type: 'store' }],
  ['idle', 1, 0, 1, true, { type: 'store' }],
  ['joining', 1, 0, 1, false, { type: 'refuse', error: { code: 16974340 } }],
  ['joined', 0, 0, 1, false, { type: 'refuse', error: { code: 16908560 } }],
  ['joined', 1, 0, 0, false, { type: 'nothing' }],
  ['joined', 1, 0, 1, false, { type: 'switch', stopFirst: false, publishAfter: false }],
  ['audience', 1, 1, 0, false, { type: 'switch', stopFirst: false, publishAfter: false }],
  ['audience', 1, 1, 0, true, { type: 'switch', stopFirst: false, publishAfter: true }],
  ['sending', 1, 0, 1, false, { type: 'refuse', error: { code: 16908560 } }],
  ['sending', 1, 0, 1, true, { type: 'switch', stopFirst: true, publishAfter: false }],
])('setClientRole while %s, profile %d, role %d to %d, resume %s', (state, profile, role, wanted, resume, outcome) => {
  expect(roleChange({ state, profile, role }, wanted, resume)).toMatchObject(outcome as object)
})
