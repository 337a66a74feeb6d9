import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MessageLog } from './message-log.js'

const logOf = (...messages: string[]): MessageLog<string> => {
  const log = new MessageLog<string>()
  for (const message of messages) log.add(message)
  return log
}

test('messages are numbered from 1', () => {
  const log = new MessageLog<string>()
  expect([log.last, log.add('a'), log.add('b'), log.last]).toEqual([0, 1, 2, 2])
})

test.each<[string, number, number, string[] | undefined]>([
  ['nothing was heard: all of it', 0, 0, ['a', 'b', 'c']],
  ['some was heard: the rest', 0, 2, ['c']],
  ['all was heard: nothing', 0, 3, []],
  ['what was heard is forgotten: the rest all the same', 2, 2, ['c']],
  ['more is forgotten than was heard: it cannot be told', 2, 1, undefined],
  ['more was heard than was said: somebody counted wrongly', 0, 4, undefined],
])('%s', (_, forgotten, heard, rest) => {
  const log = logOf('a', 'b', 'c')
  log.forget(forgotten)
  expect(log.after(heard)).toEqual(rest)
})

test('forgetting tells what went, once', () => {
  const log = logOf('a', 'b', 'c')
  expect([log.forget(2), log.forget(2), log.forget(1), log.forget(9), log.last]).toEqual([['a', 'b'], [], [], ['c'], 3])
})

test('however sockets break, the other side hears each message once and in order', () => {
  const events = fc.array(fc.oneof(fc.constant('say' as const), fc.constant('break' as const), fc.constant('acknowledge' as const)), { maxLength: 60 })
  fc.assert(fc.property(events, fc.infiniteStream(fc.nat(5)), (steps, arrivals) => {
    const log = new MessageLog<number>()
    const heard: number[] = []
    let onTheWay: number[] = []
    for (const step of steps) {
      if (step === 'say') {
        onTheWay.push(log.last + 1)
        log.add(log.last + 1)
      } else {
        heard.push(...onTheWay.splice(0, arrivals.next().value))
        if (step === 'acknowledge') log.forget(heard.length)
        else onTheWay = [...log.after(heard.length) ?? []]
      }
    }
    heard.push(...onTheWay)
    expect(heard).toEqual(Array.from({ length: log.last }, (_, index) => index + 1))
  }))
})
