import { ERROR_NO_ROOMSERVER, parseServerMessage, type ClientMessage, type ServerMessage } from '@earshot/protocol'
import { AliRtcError } from '../../errors.js'
import { channelUrl } from './channel-url.js'

/** What is needed of a WebSocket. */
export interface Socket {
  send(text: string): void
  /** Handlers that are called after it are late. @param code says why, where there is something to say */
  close(code?: number): void
}

export interface SocketHandlers {
  open(): void
  message(text: string): void
  /** It could not be opened, or is closed for good. Called once. `code`: of the close frame, where there was one. */
  close(reason: string, code?: number): void
}

/** Starts to open a socket; may throw for an address it cannot use. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket

export interface ConnectOptions {
  readonly connectMs: number
  readonly openSocket?: OpenSocket | undefined
  /** Ends the opening; the socket itself is closed by `close()`. */
  readonly signal: AbortSignal
  readonly onMessage: (message: ServerMessage) => void
  /** A message that is none: it is dropped, the socket stays. */
  readonly onFault: (fault: string) => void
  /** The open socket was closed by the other side or by the network. Called once, and not after `close()`. */
  readonly onLost: (reason: string, code?: number) => void
}

export interface SignallingOptions extends ConnectOptions {
  /** `gslb`: tried in this order. */
  readonly entries: readonly string[]
}

export interface Signalling {
  /** The entry of `gslb` it is connected to. */
  readonly entry: string
  say(message: ClientMessage): void
  /** @param code 1000: the session ends with it */
  close(code?: number): void
}

/** Connects to the first entry that answers. Rejects with 10150 when none does, and with the signal's reason when aborted. */
export async function openSignalling(options: SignallingOptions): Promise<Signalling> {
  const failures: string[] = []
  for (const entry of options.entries) {
    options.signal.throwIfAborted()
    const result = await connect(entry, options)
    if (typeof result !== 'string') return result
    failures.push(`${entry} (${result})`)
  }
  options.signal.throwIfAborted()
  throw new AliRtcError(ERROR_NO_ROOMSERVER, `no server of gslb can be reached: ${failures.join(', ') || 'gslb is empty'}`)
}

/** Resolves with the socket, or with the reason why there is none. */
export function connect(entry: string, options: ConnectOptions): Promise<Signalling | string> {
  const url = channelUrl(entry, globalThis.location?.protocol ?? 'http:')
  if (url === undefined) return Promise.resolve('not an address')
  return new Promise((resolve) => {
    let state: 'opening' | 'open' | 'closed' = 'opening'
    let socket: Socket | undefined
    const settle = (result: Signalling | string): void => {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', abort) // it outlives the opening, and would keep the socket
      resolve(result)
    }
    const giveUp = (reason: string): void => {
      if (state !== 'opening') return
      state = 'closed'
      socket?.close()
      settle(reason)
    }
    const abort = (): void => giveUp('given up')
    const timer = setTimeout(() => giveUp(`no answer within ${options.connectMs} ms`), options.connectMs)
    options.signal.addEventListener('abort', abort)
    const signalling: Signalling = {
      entry,
      say: (message) => { if (state === 'open') socket?.send(JSON.stringify(message)) },
      close: (code) => {
        state = 'closed'
        socket?.close(code)
      },
    }
    const handlers: SocketHandlers = {
      open: () => {
        if (state !== 'opening') return
        state = 'open'
        settle(signalling)
      },
      message: (text) => { if (state === 'open') read(text, options) },
      close: (reason, code) => {
        if (state === 'opening') return giveUp(reason)
        if (state === 'closed') return
        state = 'closed'
        options.onLost(reason, code)
      },
    }
    try {
      socket = (options.openSocket ?? openWebSocket)(url, handlers)
    } catch (error) {
      giveUp(String(error))
    }
  })
}

function read(text: string, options: ConnectOptions): void {
  const parsed = parseServerMessage(text)
  if (parsed.ok) options.onMessage(parsed.message)
  else options.onFault(parsed.fault.message)
}

/**
 * Browsers hold sockets back after some that failed, Chromium for up to 5 s each and Firefox for up to a minute, also when the
 * server is back. So many may fail; from then on a plain request asks first whether somebody is there.
 */
const FREE_TRIES = 4
/** One try in so many does not ask: the page's `connect-src` may forbid it. */
const BLIND_TRIES = 16
/** Since a socket of this page opened. */
let tries = 0

function openWebSocket(url: string, handlers: SocketHandlers): Socket {
  let socket: WebSocket | undefined
  const asking = new AbortController()
  const { signal } = asking
  const open = (): void => {
    socket = new WebSocket(url)
    socket.onopen = () => {
      tries = 0
      handlers.open()
    }
    socket.onmessage = ({ data }) => handlers.message(String(data))
    // 'error' is always followed by 'close', which knows more
    socket.onclose = ({ code, reason }) => handlers.close(`closed with code ${code}${reason && `, ${reason}`}`, code)
  }
  if (tries++ < FREE_TRIES || tries % BLIND_TRIES === 0) open()
  else {
    fetch(url.replace('ws', 'http'), { signal }).then(
      ({ status }) => (status < 500 && !signal.aborted ? open() : handlers.close(`status ${status}`)), // 5xx: of a proxy
      (error: unknown) => handlers.close(String(error)),
    )
  }
  return {
    send: (text) => { if (socket?.readyState === WebSocket.OPEN) socket.send(text) },
    close: (code) => {
      asking.abort()
      socket?.close(code)
    },
  }
}
