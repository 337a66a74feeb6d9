import type { Slot } from '@earshot/protocol'
import { expect, it } from 'vitest'
import { AliRtcError } from '../errors.js'
import { judgeCaptures, permitted, planPublish } from './publish-plan.js'

const set = (text: string) => new Set(text.split(' ').filter(Boolean) as Slot[])

it.each([
  // wanted, sending, stale: start, stop
  ['audio camera', '', false, 'audio camera', ''],
  ['', '', false, '', ''],
  ['audio camera', 'audio camera', false, '', ''],
  ['audio', 'audio camera', false, '', 'camera'],
  ['audio screen', 'audio camera', false, 'screen', 'camera'],
  ['', 'audio camera', false, '', 'audio camera'],
  ['audio camera', 'audio camera', true, 'audio camera', ''],
  ['audio', 'audio camera', true, 'audio', 'camera'],
])('wanted "%s", sending "%s", stale %s: start "%s", stop "%s"', (wanted, sending, stale, start, stop) => {
  expect(planPublish(set(wanted), set(sending), stale)).toEqual({ start: [...set(start)], stop: [...set(stop)] })
})

it.each([
  // wanted, sending, failing: outcome, started, codes told by onError, slots switched off
  ['audio camera', '', 'camera', 'go', 'audio', [10002], ''],
  ['camera', '', 'camera', 10002, '', [], ''],
  ['camera', 'audio', 'camera', 10002, '', [], ''], // the audio would be stopped, so nothing is left: it goes on
  ['audio camera', 'audio', 'camera', 'go', '', [10002], ''],
  ['audio camera', '', 'audio', 10001, '', [], ''],
  ['audio camera', '', 'audio camera', 10001, '', [], ''],
  ['screen', '', 'screen', 10400, '', [10011], 'screen'],
  ['audio screen', '', 'screen', 'go', 'audio', [10011], 'screen'],
  ['audio screen', 'audio', 'screen', 'go', '', [10011], 'screen'],
  ['audio screen', '', 'audio screen', 10001, '', [10011], 'screen'],
  ['camera screen', '', 'camera screen', 10002, '', [10011], 'screen'],
  ['camera screen', '', 'camera', 'go', 'screen', [10002], ''],
  ['audio camera', '', '', 'go', 'audio camera', [], ''],
  ['', 'audio', '', 'go', '', [], ''],
])('wanted "%s", sending "%s", failing "%s": %s', (wanted, sending, failing, outcome, start, told, cancelled) => {
  const codes = { audio: 10001, camera: 10002, screen: 10011 }
  const failures = new Map([...set(failing)].map((slot) => [slot, new AliRtcError(codes[slot], slot)] as const))
  const verdict = judgeCaptures(planPublish(set(wanted), set(sending), false), set(sending), failures)
  expect(verdict.error?.code ?? 'go').toBe(outcome)
  if (verdict.error === undefined) expect(verdict.start).toEqual([...set(start)])
  expect(verdict.report.map((error) => error.code)).toEqual(told)
  expect(verdict.cancelled).toEqual([...set(cancelled)])
})

it.each([
  // wanted, sending, skipped, refused: goes on with, left out; or rejected
  ['audio camera', '', '', 'camera', 'audio', 'camera'],
  ['audio camera', 'audio', 'camera', 'camera', 'audio', 'camera'],
  ['audio camera screen', 'audio', 'camera', 'camera', 'audio screen', 'camera'],
  ['audio camera', 'audio', '', 'camera', 10130, ''],
  ['camera', '', '', 'camera', 10130, ''],
  ['camera', '', 'camera', 'camera', 10130, ''],
  ['audio camera', 'audio camera', '', 'camera', 'audio camera', ''], // what is sent already goes on
  ['audio screen', '', '', 'camera screen', 10120, ''],
  ['audio camera', '', '', '', 'audio camera', ''],
])('wanted "%s", sending "%s", left out before "%s", refused "%s": %s, left out "%s"', (wanted, sending, skipped, refused, outcome, skip) => {
  const refusal = (slot: Slot) => (set(refused).has(slot) ? new AliRtcError(slot === 'camera' ? 10130 : 10120, slot) : undefined)
  const permission = permitted(set(wanted), set(sending), set(skipped), refusal)
  if (permission instanceof AliRtcError) expect(permission.code).toBe(outcome)
  else expect(permission).toEqual({ wanted: set(String(outcome)), skip: [...set(skip)] })
})

it('a screen that is refused alone is the cause of there being nothing to publish', () => {
  const refused = new AliRtcError(10011, 'cancelled')
  const verdict = judgeCaptures(planPublish(set('screen'), set(''), false), set(''), new Map([['screen', refused]]))
  expect(verdict).toMatchObject({ error: { code: 10400, cause: refused } })
})
