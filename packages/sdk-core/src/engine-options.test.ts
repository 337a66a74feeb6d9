import { afterEach, expect, it, vi } from 'vitest'
import { DEFAULT_SETTINGS, mergeOptions } from './engine-options.js'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

it('merges: what is absent stays as it was', () => {
  const first = mergeOptions(DEFAULT_SETTINGS, { isDebug: true, audioProcessing: false, customPlay: true })
  expect(first).toMatchObject({ isDebug: true, isReceiveOnly: false, audioProcessing: false })
  expect(mergeOptions(first, { isReceiveOnly: true })).toMatchObject({ isDebug: true, isReceiveOnly: true, audioProcessing: false, customPlay: true })
  for (const none of [undefined, null, ''] as const) expect(mergeOptions(first, none)).toBe(first)
})

it.each([
  [{ isDebug: 'yes' }, 'options.isDebug'], [{ audioProcessing: 0 }, 'options.audioProcessing'], [{ audioContext: {} }, 'options.audioContext'],
  [{ signal: {} }, 'options.signal'], [{ compat: '1.15' }, 'options.compat'], [{ customPlay: 'yes' }, 'options.customPlay'],
  [{ autoPublish: 1 }, 'options.autoPublish'], [{ autoSubscribe: 'yes' }, 'options.autoSubscribe'], [5, 'options'],
])('refuses %j and names %s', (options, parameter) => {
  expect(() => mergeOptions(DEFAULT_SETTINGS, options as never)).toThrow(expect.objectContaining({ code: 16974081, parameter, message: expect.stringContaining(parameter) }))
})

it('keeps compat and the automatic calls until told otherwise', () => {
  const settings = mergeOptions(DEFAULT_SETTINGS, { compat: '1.16', autoPublish: true, autoSubscribe: true })
  expect(mergeOptions(settings, { isDebug: true })).toMatchObject({ compat: '1.16', autoPublish: true, autoSubscribe: true })
  expect(mergeOptions(settings, { autoPublish: false })).toMatchObject({ autoPublish: false, autoSubscribe: true })
})

it('takes the switches that are not in this release when they are off', () => {
  expect(mergeOptions(DEFAULT_SETTINGS, { customPlay: false, autoPublish: false, autoSubscribe: false })).toEqual(DEFAULT_SETTINGS)
})

it('without options everything is off but the audio processing', () => {
  expect(Object.entries(DEFAULT_SETTINGS).filter(([, value]) => value !== undefined && value !== false)).toEqual([['audioProcessing', true]])
})

it('takes an AudioContext where there is one', () => {
  class Context { readonly state = 'running' }
  vi.stubGlobal('AudioContext', Context)
  const audioContext = new Context() as unknown as AudioContext
  expect(mergeOptions(DEFAULT_SETTINGS, { audioContext }).audioContext).toBe(audioContext)
  expect(() => mergeOptions(DEFAULT_SETTINGS, { audioContext: {} as AudioContext })).toThrow(expect.objectContaining({ parameter: 'options.audioContext' }))
})

it('names an unknown option on the console and goes on', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  expect(mergeOptions(DEFAULT_SETTINGS, { isDebugg: true } as never)).toEqual(DEFAULT_SETTINGS)
  mergeOptions(DEFAULT_SETTINGS, { isDebug: true })
  expect(warn.mock.calls).toEqual([['AliRtcEngine: unknown option isDebugg']])
})
