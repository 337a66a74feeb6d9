import { expect, it } from 'vitest'
import { defaultMoved } from './device-watch.js'

const list = [
  { kind: 'audiooutput', deviceId: 'default', groupId: 'speakers' },
  { kind: 'audioinput', deviceId: 'default', groupId: 'headset' },
  { kind: 'audioinput', deviceId: 'h', groupId: 'headset' },
  { kind: 'audioinput', deviceId: 'l', groupId: 'laptop' },
] as const

it.each([
  ['the default, which is another now', { deviceId: 'default', groupId: 'laptop' }, true],
  ['the default, as before', { deviceId: 'default', groupId: 'headset' }, false],
  ['a certain one', { deviceId: 'l', groupId: 'laptop' }, false],
  ['one of a browser that does not say', {}, false],
])('a capture of %s is outdated: %j %s', (_, settings, moved) => {
  expect(defaultMoved(settings, list)).toBe(moved)
})

it('a browser without an entry for the default has none that could move', () => {
  expect(defaultMoved({ deviceId: 'default', groupId: 'laptop' }, list.slice(2))).toBe(false)
  expect(defaultMoved({ deviceId: 'default', groupId: 'laptop' }, []), 'none').toBe(false)
})
