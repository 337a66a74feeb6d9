import { expect, test } from 'vitest'
import { nextTurn } from './next-turn.js'
import { TaskQueue } from './task-queue.js'

test('tasks run in the order given, each after the end of the one before, also after a failure', async () => {
  const queue = new TaskQueue()
  const log: string[] = []
  const task = (name: string, fails = false) => queue.run(async () => {
    log.push(`${name} starts`)
    await nextTurn()
    log.push(`${name} ends`)
    if (fails) throw new Error(name)
    return name
  })
  const results = await Promise.allSettled([task('a'), task('b', true), task('c')])
  expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends'])
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('the next turn comes after everything this turn still does', async () => {
  const log: string[] = []
  const turn = nextTurn().then(() => log.push('next turn'))
  await Promise.resolve().then(() => Promise.resolve()).then(() => log.push('this turn'))
  await turn
  expect(log).toEqual(['this turn', 'next turn'])
})
