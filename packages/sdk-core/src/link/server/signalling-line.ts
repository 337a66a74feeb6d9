import { ERROR_NOSESSION, MessageLog, type ClientMessage, type ServerMessage } from '@earshot/protocol'
import { backOffMs } from '../back-off.js'
import { lineStep, type LineInput, type LineOutput, type LineState } from './line-state.js'
import { connect, openSignalling, type ConnectOptions, type OpenSocket, type Signalling } from './signalling-socket.js'

export interface LineOptions {
  /** `gslb`: tried in this order. */
  readonly entries: readonly string[]
  /** For one entry at first, in milliseconds. */
  readonly connectMs: number
  /** For another socket later on, and again for the server's answer on it, in milliseconds. */
  readonly reconnectMs: number
  /** How long the server of the session is looked for while there are other entries, in milliseconds. */
  readonly elsewhereMs: number
  readonly openSocket?: OpenSocket | undefined
  /** Ends the opening; the line itself is ended by `close()`. */
  readonly signal: AbortSignal
  readonly onMessage: (message: ServerMessage) => void
  /** A message that is none: it is dropped. */
  readonly onFault: (fault: string) => void
  readonly onDown: (reason: string) => void
  readonly onUp: () => void
  /** Another socket is in use, so that it is the network that works, and not only the old one. Before `onUp`. */
  readonly onNewSocket: () => void
  /** The line has ended, and the session with it. Called once, not after `close()`. `entries`: in the order to try them in now. */
  readonly onGone: (reason: string, entries: readonly string[]) => void
}

/** Close code of a server that ends. */
const GOING_AWAY = 1001
/** So many are given up early; should the network be that slow, the next ones get the time that the first socket had. */
const HASTY_TRIES = 5
/** Close code of a session that ends: without it the server would wait for another socket. */
const MEANT = 1000

/**
 * Signalling that outlives its sockets: whatever is said arrives once and in order, both ways. Messages are kept until the
 * server has them, and a new socket resumes the session where the last one ended.
 */
export class SignallingLine {
  readonly #options: LineOptions
  readonly #log: MessageLog<ClientMessage> = new MessageLog()
  #state: LineState = 'up'
  /** Why it is not up, for people. */
  #reason = ''
  #join: Extract<ClientMessage, { type: 'join' }> | undefined
  #received = 0
  /** In use, and by which attempt it was opened. */
  #socket: Signalling | undefined
  #current: AbortController = new AbortController()
  /** What is to take its place. */
  #next: Signalling | undefined
  #attempt: AbortController | undefined
  #attemptedAt = 0
  #tries = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #downSince = 0
  /** Another entry is to be tried before the one of this session. */
  #elsewhere = false
  /** What the server had of ours when it resumed the session. */
  #had = 0
  readonly #listening: AbortController = new AbortController()

  constructor(options: LineOptions) {
    this.#options = options
  }

  /** Connects to the first entry that answers. Rejects with 10150 when none does, and with the signal's reason when aborted. */
  async open(): Promise<void> {
    const { entries, connectMs, signal } = this.#options
    const socket = await openSignalling({ ...this.#connecting(this.#current, connectMs), entries, signal })
    if (this.#state === 'over') return socket.close(MEANT)
    this.#socket = socket
    const { signal: ended } = this.#listening
    globalThis.addEventListener?.('offline', () => this.doubt('the browser is offline'), { signal: ended })
    globalThis.addEventListener?.('online', () => { if (this.#attempt === undefined) this.#step('due') }, { signal: ended })
  }

  get isUp(): boolean {
    return this.#state === 'up'
  }

  /** How many messages of the server were heard. */
  get received(): number {
    return this.#received
  }

  /** How many messages were said, all in all. */
  get said(): number {
    return this.#log.last
  }

  /** At once where that is possible, and else when the session is resumed. */
  say(message: ClientMessage): void {
    if (message.type === 'join') this.#join = message
    else this.#log.add(message)
    this.#socket?.say(message)
  }

  /** The server has that many. */
  forget(count: number): void {
    this.#log.forget(count)
  }

  /** Something is wrong: another socket races this one. */
  doubt(reason: string): void {
    this.#step('doubt', reason)
  }

  close(): void {
    this.#step('close')
  }

  #step(input: LineInput, reason: string = this.#reason): void {
    this.#reason = reason
    const { state, outputs } = lineStep(this.#state, input)
    this.#state = state
    for (const output of outputs) this.#carryOut(output)
  }

  #carryOut(output: LineOutput): void {
    switch (output) {
      case 'open': return this.#open()
      case 'open-later': return this.#openLater()
      case 'abandon': return this.#abandon()
      case 'switch': return this.#switch()
      case 'repeat': return this.#repeat()
      case 'end': return this.#end()
      case 'tell-up': return this.#options.onUp()
      case 'tell-down': {
        this.#tries = 0
        this.#downSince = performance.now()
        return this.#options.onDown(this.#reason)
      }
      case 'tell-gone': return this.#options.onGone(this.#reason, this.#entries())
    }
  }

  #open(): void {
    clearTimeout(this.#timer) // `online` comes before it
    const { entries: [first = ''], connectMs, reconnectMs } = this.#options
    const attempt = this.#attempt = new AbortController()
    this.#attemptedAt = performance.now()
    void connect(this.#socket?.entry ?? first, this.#connecting(attempt, this.#tries < HASTY_TRIES ? reconnectMs : connectMs)).then((next) => {
      if (this.#attempt !== attempt) return
      if (typeof next === 'string') return this.#step('failed')
      this.#next = next
      this.#step('opened')
    })
  }

  #connecting(attempt: AbortController, connectMs: number): ConnectOptions {
    const { openSocket, onFault } = this.#options
    return {
      connectMs, openSocket, signal: attempt.signal,
      onMessage: (message) => (attempt === this.#current ? this.#heard(message) : this.#answered(message)),
      onFault: (fault) => {
        this.#received += 1 // the server counted it
        onFault(fault)
      },
      onLost: (reason, code) => {
        this.#elsewhere = code === GOING_AWAY
        if (this.#elsewhere) this.#step('gone', reason)
        else this.#step(attempt === this.#current ? 'lost' : 'failed', reason)
      },
    }
  }

  #heard(message: ServerMessage): void {
    this.#received += 1
    this.#step('heard')
    this.#options.onMessage(message)
  }

  /** The first answer on a new socket. */
  #answered(message: ServerMessage): void {
    if (message.type === 'resumed') {
      this.#had = message.received
      this.#step('resumed')
    } else if (message.type === 'error' && message.code === ERROR_NOSESSION) {
      if (this.#received > 0 || this.#join === undefined) return this.#step('gone', 'the server has no session')
      this.#next?.say(this.#join) // it did not get that far
      this.#had = 0
      this.#step('resumed')
    }
  }

  #openLater(): void {
    this.#abandon()
    const { entries, elsewhereMs } = this.#options
    this.#elsewhere = entries.length > 1 && performance.now() - this.#downSince > elsewhereMs
    if (this.#elsewhere) return this.#step('gone', 'the server cannot be reached')
    const waited = performance.now() - this.#attemptedAt
    this.#timer = setTimeout(() => this.#step('due'), backOffMs(this.#tries++, Math.random()) - waited)
  }

  #switch(): void {
    this.#socket?.close()
    const { key } = this.#join ?? {}
    if (key !== undefined) this.#next?.say({ type: 'resume', id: 0, key, received: this.#received })
    this.#timer = setTimeout(() => this.#step('failed'), this.#options.reconnectMs)
  }

  #repeat(): void {
    clearTimeout(this.#timer)
    if (this.#attempt !== undefined) this.#current = this.#attempt
    this.#socket = this.#next
    this.#next = this.#attempt = undefined
    for (const message of this.#log.after(this.#had) ?? []) this.#socket?.say(message)
    this.#options.onNewSocket()
  }

  #abandon(code?: number): void {
    clearTimeout(this.#timer)
    this.#attempt?.abort()
    this.#next?.close(code)
    this.#next = this.#attempt = undefined
  }

  #entries(): readonly string[] {
    const { entries } = this.#options
    const after = this.#elsewhere ? entries.indexOf(this.#socket?.entry ?? '') + 1 : 0
    return [...entries.slice(after), ...entries.slice(0, after)]
  }

  #end(): void {
    this.#abandon(MEANT)
    this.#listening.abort()
    this.#socket?.close(MEANT)
  }
}
