import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { openSignalling, type OpenSocket, type SignallingOptions, type SocketHandlers } from './signalling-socket.js'

/** Sockets that do what the script says for their host, and a log of what was done to them. */
function scripted(script: Record<string, 'opens' | 'fails' | 'throws' | 'hangs'>) {
  const log: string[] = []
  const opened: SocketHandlers[] = []
  const openSocket: OpenSocket = (url, handlers) => {
    const { host } = new URL(url)
    log.push(`open ${host}`)
    const turn = script[host]
    if (turn === 'throws') throw new Error('blocked')
    if (turn === 'opens') queueMicrotask(() => { opened.push(handlers); handlers.open() })
    if (turn === 'fails') queueMicrotask(() => handlers.close('refused'))
    return { send: (text) => log.push(`send ${text}`), close: () => log.push(`close ${host}`) }
  }
  return { log, opened, openSocket }
}

function options(openSocket: OpenSocket, entries: string[], more: Partial<SignallingOptions> = {}): SignallingOptions {
  return {
    entries, openSocket, connectMs: 5, signal: new AbortController().signal,
    onMessage: () => undefined, onFault: () => undefined, onLost: () => undefined, ...more,
  }
}

test('entries are tried in order until one opens; the ones that do not are closed', async () => {
  const { log, openSocket } = scripted({ a: 'fails', b: 'throws', c: 'hangs', d: 'opens', e: 'opens' })
  const signalling = await openSignalling(options(openSocket, ['a', 'b', 'c', 'd', 'e']))
  signalling.say({ type: 'ping', id: 1 })
  signalling.close()
  signalling.say({ type: 'ping', id: 2 })
  expect(log).toEqual(['open a', 'close a', 'open b', 'open c', 'close c', 'open d', 'send {"type":"ping","id":1}', 'close d'])
})

test.each<[string, string[], RegExp]>([
  ['all of them fail', ['a', 'b'], /a \(refused\), b \(Error: blocked\)/],
  ['an entry is no address', ['ftp://x'], /ftp:\/\/x \(not an address\)/],
  ['there is none', [], /gslb is empty/],
])('10150 names each entry when %s', async (_, entries, message) => {
  const { openSocket } = scripted({ a: 'fails', b: 'throws' })
  await expect(openSignalling(options(openSocket, entries))).rejects.toMatchObject({ code: 10150, message: expect.stringMatching(message) as string })
})

test('giving up closes the socket that is opening and tries no other', async () => {
  const { log, openSocket } = scripted({ a: 'hangs', b: 'opens' })
  const life = new AbortController()
  const opening = openSignalling(options(openSocket, ['a', 'b'], { connectMs: 60_000, signal: life.signal }))
  const reason = new Error('left')
  life.abort(reason)
  await expect(opening).rejects.toBe(reason)
  expect(log).toEqual(['open a', 'close a'])
})

test('whatever became of it, the signal that ends the opening keeps nothing of it', async () => {
  const { openSocket } = scripted({ a: 'fails', b: 'throws', c: 'hangs', d: 'opens' })
  const { signal } = new AbortController()
  await openSignalling(options(openSocket, ['a', 'b', 'c', 'd'], { signal }))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a message that is none is a fault, and the next one is read', async () => {
  const { opened, openSocket } = scripted({ a: 'opens' })
  const log: unknown[] = []
  await openSignalling(options(openSocket, ['a'], { onMessage: (message) => log.push(message), onFault: (fault) => log.push(fault) }))
  for (const text of ['{', '{"type":"member-left"}', '{"type":"accepted","id":1}']) opened[0]?.message(text)
  expect(log).toEqual([expect.stringContaining('not JSON'), expect.stringContaining('userId'), { type: 'accepted', id: 1 }])
})

test('a socket is lost once, and not after it was closed', async () => {
  const { opened, openSocket } = scripted({ a: 'opens' })
  const lost: string[] = []
  await openSignalling(options(openSocket, ['a'], { onLost: (reason) => lost.push(reason) }))
  opened[0]?.close('gone')
  opened[0]?.close('gone')
  const second = await openSignalling(options(openSocket, ['a'], { onLost: (reason) => lost.push(reason) }))
  second.close()
  opened[1]?.close('gone')
  expect(lost).toEqual(['gone'])
})
