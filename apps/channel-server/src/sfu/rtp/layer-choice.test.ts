import { expect, it } from 'vitest'
import { chooseLayer, LAYER_ALIVE_MS } from './layer-choice.js'

const NOW = 10_000
const layers = (alive: readonly string[], dead: readonly string[] = []) => [
  ...alive.map((rid) => ({ rid, lastPacketAt: NOW - 10 })), ...dead.map((rid) => ({ rid, lastPacketAt: NOW - LAYER_ALIVE_MS - 1 })),
]

it.each([
  ['the wanted one', layers(['small', 'large']), 'large', 'small', 'large'],
  ['the one it has, when the wanted one is silent', layers(['tiny', 'small'], ['large']), 'large', 'small', 'small'],
  ['any that arrives, when both are silent', layers(['tiny'], ['large', 'small']), 'large', 'small', 'tiny'],
  ['the only one, when it has no name', layers(['']), 'large', null, ''],
  ['the one it has, when none is wanted', layers(['small', 'large']), undefined, 'large', 'large'],
  ['none, when none of several arrives', layers([], ['large', 'small']), 'large', 'large', null],
  ['the only one, even when it is silent', layers([], ['small']), 'large', null, 'small'],
  ['none, when nothing is known', [], undefined, null, null],
])('chooses %s', (_, known, wanted, current, expected) => {
  expect(chooseLayer(known, wanted, current, NOW)).toBe(expected)
})
