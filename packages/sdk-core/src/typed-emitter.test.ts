import { afterEach, expect, it, vi } from 'vitest'
import { TypedEmitter } from './typed-emitter.js'

interface Events { ping: number; pong: string }

afterEach(() => { vi.unstubAllGlobals() })

it('calls several listeners in order, and one function once', () => {
  const emitter = new TypedEmitter<Events>()
  const calls: string[] = []
  const first = (n: number) => calls.push(`first ${n}`)
  emitter.on('ping', first)
  emitter.on('ping', (n) => calls.push(`second ${n}`))
  emitter.on('ping', first)
  emitter.emit('ping', 1)
  expect(calls).toEqual(['first 1', 'second 1'])
})

it('removes by the returned function, by the listener, and all of a name', () => {
  const emitter = new TypedEmitter<Events>()
  const calls: string[] = []
  const stop = emitter.on('ping', () => calls.push('a'))
  const b = () => calls.push('b')
  emitter.on('ping', b)
  emitter.on('ping', () => calls.push('c'))
  stop()
  emitter.emit('ping', 1)
  emitter.off('ping', b)
  emitter.emit('ping', 2)
  emitter.off('ping')
  emitter.emit('ping', 3)
  expect(calls).toEqual(['b', 'c', 'c'])
  expect(emitter.has('ping')).toBe(false)
})

it('reports a listener that throws and calls the others', () => {
  const reported: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  const emitter = new TypedEmitter<Events>()
  const fault = new Error('listener')
  const heard: string[] = []
  emitter.on('pong', () => { throw fault })
  emitter.on('pong', (text) => heard.push(text))
  emitter.emit('pong', 'hello')
  expect(heard).toEqual(['hello'])
  expect(reported).toEqual([fault])
})

it('does not call who was removed by an earlier listener, nor who was added by one', () => {
  const emitter = new TypedEmitter<Events>()
  const calls: string[] = []
  const late = () => calls.push('late')
  emitter.on('ping', () => {
    calls.push('first')
    emitter.off('ping', second)
    emitter.on('ping', late)
  })
  const second = () => calls.push('second')
  emitter.on('ping', second)
  emitter.emit('ping', 1)
  expect(calls).toEqual(['first'])
})

it('gives the context as `this`, and tells when listeners come and go', () => {
  let changes = 0
  const emitter = new TypedEmitter<Events>({ onChange: () => { changes++ } })
  const context = { name: 'app' }
  const seen: unknown[] = []
  const stop = emitter.on('ping', function (this: unknown) { seen.push(this) }, context)
  emitter.emit('ping', 1)
  stop()
  expect(seen).toEqual([context])
  expect(changes).toBe(2)
})

it('keeps one listener per event while told to: a second `on` takes the place of the first', () => {
  let single = true
  const emitter = new TypedEmitter<Events>({ single: () => single })
  const calls: string[] = []
  const stopFirst = emitter.on('ping', () => calls.push('first'))
  emitter.on('ping', () => calls.push('second'))
  emitter.on('pong', () => calls.push('of another event'))
  emitter.emit('ping', 1)
  stopFirst()
  emitter.emit('ping', 2)
  emitter.emit('pong', '')
  expect(calls).toEqual(['second', 'second', 'of another event'])
  single = false
  emitter.on('ping', () => calls.push('third'))
  emitter.emit('ping', 3)
  expect(calls.slice(3)).toEqual(['second', 'third'])
})

it('tells each event before its listeners hear it, and whether there are any', () => {
  const told: unknown[] = []
  const emitter = new TypedEmitter<Events>({ onEmit: (name, payload, heard) => told.push([name, payload, heard]) })
  emitter.emit('ping', 1)
  emitter.on('ping', () => told.push('heard'))
  emitter.emit('ping', 2)
  expect(told).toEqual([['ping', 1, false], ['ping', 2, true], 'heard'])
})

it('forgets all listeners at once, and tells so', () => {
  const changes: number[] = []
  const calls: string[] = []
  for (const options of [{ onChange: () => changes.push(1) }, {}]) {
    const emitter = new TypedEmitter<Events>(options)
    emitter.on('ping', () => calls.push('ping'))
    emitter.on('pong', () => calls.push('pong'))
    emitter.clear()
    emitter.emit('ping', 1)
    emitter.emit('pong', '')
    emitter.off('pong')
    expect([emitter.has('ping'), emitter.has('pong')]).toEqual([false, false])
  }
  expect(calls).toEqual([])
  expect(changes, 'two came, all went, and one `off`').toHaveLength(4)
})

it('goes on after a listener that removes all of its event', () => {
  const emitter = new TypedEmitter<Events>()
  const calls: string[] = []
  emitter.on('ping', () => { emitter.off('ping') })
  emitter.on('ping', () => calls.push('second'))
  emitter.emit('ping', 1)
  expect(calls).toEqual([])
})

it('writes the fault of a listener to the console where nothing reports errors', () => {
  vi.stubGlobal('reportError', undefined)
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const emitter = new TypedEmitter<Events>()
  const fault = new Error('listener')
  emitter.on('ping', () => { throw fault })
  emitter.emit('ping', 1)
  expect(error.mock.calls).toEqual([[fault]])
  error.mockRestore()
})
