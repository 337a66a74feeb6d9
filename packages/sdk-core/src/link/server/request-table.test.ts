import { expect, test } from 'vitest'
import { RequestTable } from './request-table.js'

test('an answer finds its request once', () => {
  const table = new RequestTable<string>()
  const [first, second] = [table.add('a', 100), table.add('b', 100)]
  expect(table.take(second)).toBe('b')
  expect(table.take(second)).toBeUndefined()
  expect(table.take(first)).toBe('a')
  expect(table.nextDueMs()).toBeUndefined()
})

test('ids are never used again', () => {
  const table = new RequestTable<string>()
  const ids = ['a', 'b', 'c'].map((value) => {
    const id = table.add(value, 100)
    table.take(id)
    return id
  })
  expect(ids, 'numbers that the server takes').toEqual([1, 2, 3])
})

test('what is due goes, earliest first to be looked at, the rest stays', () => {
  const table = new RequestTable<string>()
  table.add('late', 300)
  table.add('early', 100)
  expect(table.nextDueMs()).toBe(100)
  table.add('latest', 500)
  expect(table.nextDueMs()).toBe(100)
  expect(table.takeOverdue(99)).toEqual([])
  expect(table.takeOverdue(100)).toEqual(['early'])
  expect(table.nextDueMs()).toBe(300)
})

test('after a sleep of the page an answer may still be read: a second more, but only once', () => {
  const table = new RequestTable<string>()
  const id = table.add('a', 100)
  expect(table.takeOverdue(60_000)).toEqual([])
  expect(table.nextDueMs()).toBe(61_000)
  expect(table.takeOverdue(61_000)).toEqual(['a'])
  expect(table.take(id)).toBeUndefined()
})

test('the end takes everything', () => {
  const table = new RequestTable<string>()
  table.add('a', 100)
  table.add('b', 200)
  expect(table.takeAll()).toEqual(['a', 'b'])
  expect(table.takeAll()).toEqual([])
})

test('a timer that is late by a second or less has not slept', () => {
  const table = new RequestTable<string>()
  table.add('a', 50_000)
  expect(table.takeOverdue(51_000)).toEqual(['a'])
})

test('an answer that comes too late was asked for, one to a request that there never was is not', () => {
  const table = new RequestTable<string>()
  const id = table.add('a', 1000)
  expect(table.takeOverdue(1000)).toEqual(['a'])
  expect([id, id + 1, 0].map((candidate) => table.knows(candidate))).toEqual([true, false, false])
})
