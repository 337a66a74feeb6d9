import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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

describe('after four sockets of the page that failed', () => {
  /** What was tried, in order; whether a server answers is asked of `network`. */
  function stubbed() {
    const tried: string[] = []
    const network = { answers: false, status: 426 }
    vi.stubGlobal('WebSocket', class {
      onopen?: () => void
      onclose?: (event: { code: number; reason: string }) => void
      constructor(url: string) {
        tried.push(url)
        queueMicrotask(() => (network.answers ? this.onopen?.() : this.onclose?.({ code: 1006, reason: '' })))
      }
      close() {}
    })
    vi.stubGlobal('fetch', (url: string) => {
      tried.push(url)
      return network.answers || network.status !== 426 ? Promise.resolve({ status: network.status }) : Promise.reject(new TypeError('Failed to fetch'))
    })
    const attempt = async (signal = new AbortController().signal) => {
      const { openSocket: _, ...browser } = options(() => { throw new Error('unused') }, ['a:1'], { signal, connectMs: 1000 })
      return await openSignalling(browser).then(() => 'open', ({ message }: Error) => message)
    }
    return { tried, network, attempt }
  }
  const [socket, request] = ['ws://a:1/v1/channel', 'http://a:1/v1/channel']

  beforeEach(async () => {
    const { network, attempt } = stubbed()
    network.answers = true
    await attempt() // whatever the tests before left
  })
  afterEach(() => { vi.unstubAllGlobals() })

  test('a request asks first, but for one try of sixteen; a socket that opens is the end of that', async () => {
    const { tried, network, attempt } = stubbed()
    for (let n = 0; n < 33; n++) await attempt()
    const asked = (count: number) => Array<string>(count).fill(request)
    expect(tried).toEqual([...Array<string>(4).fill(socket), ...asked(11), socket, ...asked(15), socket, ...asked(1)])
    tried.length = 0
    network.answers = true
    expect([await attempt(), await attempt()]).toEqual(['open', 'open'])
    expect(tried).toEqual([request, socket, socket])
  })

  test.each([
    ['nobody answers', 426, 'a:1 (TypeError: Failed to fetch)'],
    ['a proxy answers for a server that does not', 502, 'a:1 (status 502)'],
  ])('the error says why when %s, and no socket is tried', async (_, status, message) => {
    const { tried, network, attempt } = stubbed()
    for (let n = 0; n < 4; n++) await attempt()
    tried.length = 0
    network.status = status
    expect(await attempt()).toContain(message)
    expect(tried).toEqual([request])
  })

  test('giving up while it asks makes no socket of a late answer', async () => {
    const { tried, attempt } = stubbed()
    for (let n = 0; n < 4; n++) await attempt()
    tried.length = 0
    let answer: (response: { status: number }) => void = () => undefined
    const answered = new Promise<{ status: number }>((resolve) => { answer = resolve })
    vi.stubGlobal('fetch', () => answered)
    const life = new AbortController()
    const given = attempt(life.signal)
    life.abort(new Error('left'))
    expect(await given).toBe('left')
    answer({ status: 426 })
    await answered
    expect(tried).toEqual([])
  })
})
