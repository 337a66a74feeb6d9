import { MessageLog, type ClientMessage, type ServerMessage } from '@earshot/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SignallingLine, type LineOptions } from './signalling-line.js'
import type { OpenSocket, SocketHandlers } from './signalling-socket.js'

const join = { type: 'join', id: 1, appId: 'a', channel: 'c', userId: 'u', displayName: '', nonce: 'n', timestamp: '1', token: 't', profile: 0, role: 0, key: 'k'.repeat(22) } as const
const ping = (id: number): ClientMessage => ({ type: 'ping', id })
const left = (userId: string): ServerMessage => ({ type: 'member-left', userId })

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

/** A server and its network: what is sent arrives only with `deliver`, and what was on the way is lost with the socket. */
class Network {
  readonly opened: string[] = []
  /** The codes with which the client closed its sockets. */
  readonly closed: (number | undefined)[] = []
  readonly heard: ClientMessage[] = []
  /** Hosts whose sockets stay silent while they open; those that refuse. */
  readonly hanging: Set<string> = new Set()
  readonly refusing: Set<string> = new Set()
  knowsSession = true
  #log = new MessageLog<string>()
  #received = 0
  #bound: SocketHandlers | undefined
  #up: { readonly from: SocketHandlers; readonly text: string }[] = []
  #down: { readonly to: SocketHandlers; readonly text: string }[] = []
  readonly #open: Set<SocketHandlers> = new Set()

  readonly openSocket: OpenSocket = (url, handlers) => {
    const { host } = new URL(url)
    this.opened.push(host)
    if (!this.hanging.has(host)) queueMicrotask(() => {
      if (this.refusing.has(host)) return handlers.close('refused')
      this.#open.add(handlers)
      handlers.open()
    })
    return { send: (text) => this.#up.push({ from: handlers, text }), close: (code) => {
        this.closed.push(code)
        this.#open.delete(handlers)
      } }
  }

  say(message: ServerMessage): void {
    const text = JSON.stringify(message)
    this.#log.add(text)
    if (this.#bound !== undefined) this.#down.push({ to: this.#bound, text })
  }

  /** So many messages arrive, first those of the client. */
  deliver(count = Number.POSITIVE_INFINITY): void {
    for (let left = count; left > 0 && this.#up.length + this.#down.length > 0; left -= 1) {
      const up = this.#up.shift()
      if (up !== undefined) {
        if (this.#open.has(up.from)) this.#take(up.from, JSON.parse(up.text) as ClientMessage) // what the line says
        continue
      }
      const down = this.#down.shift()
      if (down !== undefined && this.#open.has(down.to)) down.to.message(down.text)
    }
  }

  /** Every socket is lost, with what was on the way. */
  cut(code?: number): void {
    const sockets = [...this.#open]
    this.#open.clear()
    this.#up = []
    this.#down = []
    this.#bound = undefined
    for (const handlers of sockets) handlers.close('cut', code)
  }

  /** What is on the way is lost, and whatever is said on the sockets that there are; nobody notices. */
  swallow(): void {
    this.#open.clear()
    this.#up = []
    this.#down = []
  }

  #take(from: SocketHandlers, message: ClientMessage): void {
    if (message.type === 'resume') {
      const rest = this.knowsSession ? this.#log.after(message.received) : undefined
      if (rest === undefined) return void this.#down.push({ to: from, text: JSON.stringify({ type: 'error', id: 0, code: 10311, message: 'no such session' }) })
      this.#bound = from
      for (const text of [JSON.stringify({ type: 'resumed', id: 0, received: this.#received }), ...rest]) this.#down.push({ to: from, text })
    } else if (message.type === 'join') {
      this.knowsSession = true
      this.#bound = from
      this.say({ type: 'joined', id: 1, members: [], iceServers: [] })
    } else if (from === this.#bound) {
      this.#received += 1
      this.heard.push(message)
    }
  }
}

function lineOver(network: Network, more: Partial<LineOptions> = {}) {
  const heard: ServerMessage[] = []
  const log: string[] = []
  const line = new SignallingLine({
    entries: ['one'], connectMs: 4000, reconnectMs: 2000, elsewhereMs: 10_000, openSocket: network.openSocket, signal: new AbortController().signal,
    onMessage: (message) => heard.push(message), onFault: (fault) => log.push(fault),
    onDown: (reason) => log.push(`down: ${reason}`), onUp: () => log.push('up'), onNewSocket: () => undefined, onGone: (reason, entries) => log.push(`gone: ${reason} -> ${entries.join()}`),
    ...more,
  })
  return { line, heard, log }
}

async function joined(network: Network, more: Partial<LineOptions> = {}) {
  const result = lineOver(network, more)
  await result.line.open()
  result.line.say(join)
  network.deliver()
  return result
}

/** Time in which another socket is opened, and what is on the way arrives. */
async function settle(network: Network, forMs = 3000): Promise<void> {
  for (let passed = 0; passed <= forMs; passed += 100) {
    await vi.advanceTimersByTimeAsync(100)
    network.deliver()
  }
}

test('however sockets break, each side hears every message of the other once and in order', async () => {
  const step = fc.constantFrom('client', 'server', 'deliver one', 'deliver', 'cut', 'swallow', 'acknowledge')
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
    const network = new Network()
    const { line, heard } = await joined(network)
    let [said, told] = [0, 0]
    for (const name of steps) {
      if (name === 'client') line.say(ping((said += 1)))
      if (name === 'server') network.say(left(`u${(told += 1)}`))
      if (name === 'deliver one') network.deliver(1)
      if (name === 'deliver') network.deliver()
      if (name === 'cut') network.cut()
      if (name === 'swallow') {
        network.swallow()
        line.doubt('no answer')
      }
      if (name === 'acknowledge') line.forget(network.heard.length)
      await vi.advanceTimersByTimeAsync(300)
    }
    await settle(network, 10_000)
    expect(line.isUp).toBe(true)
    expect(network.heard).toEqual(Array.from({ length: said }, (_, index) => ping(index + 1)))
    expect(heard.slice(1)).toEqual(Array.from({ length: told }, (_, index) => left(`u${index + 1}`)))
    line.close()
  }), { numRuns: 300 })
})

test('a socket that is doubted stays when it speaks before the new one is open', async () => {
  const network = new Network()
  const { line, log } = await joined(network)
  network.hanging.add('one')
  line.doubt('nothing was heard')
  network.say(left('bob'))
  network.deliver()
  expect(log).toEqual(['down: nothing was heard', 'up'])
  await settle(network)
  expect(network.opened).toEqual(['one', 'one'])
})

test('a socket that is doubted and silent gives way to the new one', async () => {
  const network = new Network()
  const { line, log } = await joined(network)
  network.swallow()
  line.doubt('nothing was heard')
  line.say(ping(7))
  await settle(network)
  expect(log).toEqual(['down: nothing was heard', 'up'])
  expect(network.heard).toEqual([ping(7)])
})

test('an attempt that hangs is given up after 2 s and the next one begins; refusals come at growing intervals of 2 s at most', async () => {
  const network = new Network()
  const { log } = await joined(network)
  network.hanging.add('one')
  network.cut()
  await vi.advanceTimersByTimeAsync(8500)
  expect(network.opened).toHaveLength(1 + 5) // one every 2 s
  network.hanging.clear()
  network.refusing.add('one')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(network.opened.length).toBeGreaterThan(6 + 30)
  network.refusing.clear()
  await settle(network)
  expect(log).toEqual(['down: cut', 'up'])
})

test('a network on which a socket takes longer than 2 s gets that time after five tries', async () => {
  const network = new Network()
  const slow: OpenSocket = (url, handlers) => {
    let socket: ReturnType<OpenSocket> | undefined
    const timer = setTimeout(() => { socket = network.openSocket(url, handlers) }, 3000)
    return { send: (text) => socket?.send(text), close: () => (socket === undefined ? clearTimeout(timer) : socket.close()) }
  }
  let open = network.openSocket
  const { line } = await joined(network, { openSocket: (url, handlers) => open(url, handlers) })
  open = slow
  network.cut()
  await settle(network, 20_000)
  expect(line.isUp).toBe(true)
})

test('the browser says that it is online again: the next attempt is made at once', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.99)
  const events = new EventTarget()
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events))
  const network = new Network()
  const { line, log } = await joined(network)
  network.refusing.add('one')
  events.dispatchEvent(new Event('offline'))
  network.cut()
  await vi.advanceTimersByTimeAsync(10_000)
  network.refusing.clear()
  const { length } = network.opened
  events.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(0)
  network.deliver()
  expect(network.opened).toHaveLength(length + 1)
  expect(log).toEqual(['down: the browser is offline', 'up'])
  line.close()
  events.dispatchEvent(new Event('offline'))
  expect(log).toHaveLength(2)
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('a server that does not know the session any more ends the line', async () => {
  const network = new Network()
  const { log } = await joined(network, { entries: ['one', 'two'] })
  network.knowsSession = false
  network.cut()
  await settle(network)
  expect(log).toEqual(['down: cut', 'gone: the server has no session -> one,two'])
})

test('one that never got the join gets it again', async () => {
  const network = new Network()
  const { line, heard, log } = lineOver(network)
  await line.open()
  line.say(join)
  network.knowsSession = false
  network.cut()
  await settle(network)
  expect(heard).toEqual([{ type: 'joined', id: 1, members: [], iceServers: [] }])
  expect(log).toEqual(['down: cut', 'up'])
})

test.each([
  ['that ends', (network: Network) => network.cut(1001), 'gone: cut'],
  ['that cannot be reached for 10 s', (network: Network) => { network.refusing.add('two'); network.cut() }, 'gone: the server cannot be reached'],
])('a server %s is left for the next entry, and comes last', async (_, fail, reason) => {
  const network = new Network()
  network.refusing.add('one')
  const { log } = await joined(network, { entries: ['one', 'two', 'three'] })
  fail(network)
  await settle(network, 20_000)
  expect(log.at(-1)).toBe(`${reason} -> three,one,two`)
})

test('where there is no other entry it is looked for for ever', async () => {
  const network = new Network()
  const { log } = await joined(network)
  network.refusing.add('one')
  network.cut()
  await settle(network, 120_000)
  expect(log).toEqual(['down: cut'])
})

test('a browser that is online before the next attempt is due makes one attempt, not two', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.99)
  const events = new EventTarget()
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events))
  const network = new Network()
  await joined(network)
  network.refusing.add('one')
  network.cut()
  await vi.advanceTimersByTimeAsync(100) // refused, and due again after 248 ms
  network.refusing.clear()
  network.hanging.add('one')
  events.dispatchEvent(new Event('online'))
  await vi.advanceTimersByTimeAsync(1900) // not yet given up
  expect(network.opened).toHaveLength(3)
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('the server is told whether a socket or the session ends: it waits for another socket in the one case only', async () => {
  const network = new Network()
  const { line } = await joined(network)
  network.swallow()
  line.doubt('nothing was heard')
  await settle(network)
  line.close()
  expect(network.closed).toEqual([undefined, 1000])
})

test('the session ends on the socket, too, that has only just asked for it', async () => {
  const network = new Network()
  const { line } = await joined(network)
  network.cut()
  await vi.advanceTimersByTimeAsync(0)
  line.close()
  expect(network.closed, 'the old one as it gives way; then the new one, and the old one once more').toEqual([undefined, 1000, 1000])
})

test('a closed line says nothing, hears nothing and opens nothing', async () => {
  const network = new Network()
  const { line, heard, log } = await joined(network)
  network.cut()
  line.close()
  line.say(ping(1))
  line.doubt('late')
  await settle(network, 10_000)
  expect([network.opened.length, network.heard, heard.length, log]).toEqual([2, [], 1, ['down: cut']])
})
