import { expect, it } from 'vitest'
import { captureError, captureMissing, endedError, playError } from './device-errors.js'

it.each<[Parameters<typeof captureError>[0], string, string, number]>([
  ['audio', 'NotFoundError', 'Requested device not found', 10001],
  ['camera', 'NotFoundError', 'Requested device not found', 10002],
  ['audio', 'NotAllowedError', 'Permission denied', 10003],
  ['camera', 'NotAllowedError', 'The request is not allowed by the user agent or the platform in the current context.', 10004],
  ['audio', 'NotAllowedError', 'Permission denied by system', 10005],
  ['camera', 'NotAllowedError', 'Permission denied by system', 10006],
  ['audio', 'NotReadableError', 'Could not start audio source', 10005],
  ['camera', 'NotReadableError', 'Could not start video source', 10006],
  ['camera', 'OverconstrainedError', '', 10007],
  ['audio', 'SecurityError', '', 10003],
  ['camera', 'SomethingNew', 'odd', 10000],
  ['screen', 'NotAllowedError', 'Permission denied', 10011],
  ['screen', 'NotAllowedError', 'Permission denied by system', 10013],
  ['screen', 'NotFoundError', '', 10010],
  ['screen', 'InvalidAccessError', '', 10014],
  ['screen', 'AbortError', '', 10015],
  ['screen', 'InvalidStateError', '', 10016],
  ['screen', 'TypeError', '', 10017],
])('%s %s "%s" is %d', (slot, name, message, code) => {
  const cause = new DOMException(message, name)
  expect(captureError(slot, cause)).toMatchObject({ code, cause, message: expect.stringContaining(name) })
})

it('copes with what is no error at all', () => {
  expect(captureError('audio', undefined)).toMatchObject({ code: 10000 })
  expect(captureError('screen', 'text')).toMatchObject({ code: 10010, message: expect.stringContaining('text') })
})

it('a missing method, an ended track and a refused play have their codes', () => {
  expect([captureMissing('audio').code, captureMissing('camera').code, captureMissing('screen').code]).toEqual([10022, 10022, 10025])
  expect([endedError('audio').code, endedError('camera').code, endedError('screen').code]).toEqual([10008, 10009, 10012])
  expect(playError('bob', new DOMException('', 'NotAllowedError'))).toMatchObject({ code: 10201, userId: 'bob' })
  expect(playError('bob', new DOMException('', 'NotSupportedError'))).toMatchObject({ code: 10200, userId: 'bob' })
  expect(playError('bob', new DOMException('', 'AbortError'))).toBe(undefined)
})

it.each<[string, unknown, string]>([
  ['the limit that Chromium names alone', { name: 'OverconstrainedError', message: '', constraint: 'width' }, 'OverconstrainedError: width'],
  ['the text where there is one', { name: 'OverconstrainedError', message: 'too wide', constraint: 'width' }, 'OverconstrainedError: too wide'],
  ['no limit that is no text', { name: 'OverconstrainedError', message: '', constraint: 7 }, 'OverconstrainedError: '],
  ['all there is of what has no name', { message: 'odd' }, 'Error: odd'],
  ['all there is of what has no text', { name: 'Odd', toString: () => 'as text' }, 'Odd: as text'],
])('tells %s', (_, cause, text) => { expect(captureError('camera', cause).message).toBe(`the camera could not be captured: ${text}`) })

it('looks for the system only where the permission is missing', () => {
  const thrown = new DOMException('no system', 'NotFoundError')
  expect([captureError('audio', thrown).code, captureError('screen', thrown).code]).toEqual([10001, 10010])
})

it('names the method that is missing, and what ended', () => {
  const methods = (['audio', 'camera', 'screen'] as const).map((slot) => /get\w+/.exec(captureMissing(slot).message)?.[0])
  expect(methods).toEqual(['getUserMedia', 'getUserMedia', 'getDisplayMedia'])
  expect((['audio', 'camera', 'screen'] as const).map((slot) => endedError(slot).message)).toEqual([
    expect.stringContaining('microphone'), expect.stringContaining('camera'), expect.stringContaining('screen'),
  ])
})
