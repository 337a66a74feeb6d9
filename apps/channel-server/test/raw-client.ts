import { once } from 'node:events'
import type { ClientRequest, ServerMessage } from '@earshot/protocol'
import { WebSocket, type ClientOptions } from 'ws'
import { makeToken } from '../src/channel/token.js'

/** The app that the servers of the tests know. */
export const app = { id: 'earshot', key: 'test-key' }

type Without<Union, Key extends string> = Union extends unknown ? Omit<Union, Key> : never
type Of<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>

const answers: ReadonlySet<string> = new Set(['joined', 'resumed', 'accepted', 'error'])

export interface Claims {
  readonly appId: string
  readonly channel: string
  readonly userId: string
  readonly displayName: string
  readonly nonce: string
  readonly timestamp: string
  readonly profile: 0 | 1 | 2
  readonly role: 0 | 1
}

/** A join with a good token, unless `token` says otherwise. */
export function joinMessage(more: Partial<Claims> & { readonly userId: string; readonly token?: string }): Omit<Extract<ClientRequest, { type: 'join' }>, 'id'> {
  const claims = { appId: app.id, channel: 'room', displayName: more.userId, nonce: 'AK-1', timestamp: '4102444800', profile: 0 as const, role: 0 as const, ...more }
  return { type: 'join', token: makeToken(claims, app.key), ...claims }
}

/** A client that says exactly what it is told to, and keeps all it hears. */
export class RawClient {
  readonly heard: ServerMessage[] = []
  readonly socket: WebSocket
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  #nextId = 1
  #wake: () => void = () => undefined
  #isClosed = false

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('error', () => undefined) // `close` follows
    socket.on('message', (data) => {
      this.heard.push(JSON.parse(String(data)) as ServerMessage) // the protocol's own tests check what a server says
      this.#wake()
    })
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.#isClosed = true
        this.#wake()
        resolve({ code, reason: String(reason) })
      })
    })
  }

  static async connect(url: string, options: ClientOptions = {}): Promise<RawClient> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/channel`, options)
    const client = new RawClient(socket)
    await once(socket, 'open')
    return client
  }

  static async joined(url: string, more: Parameters<typeof joinMessage>[0]): Promise<RawClient> {
    const client = await RawClient.connect(url)
    const answer = await client.ask(joinMessage(more))
    if (answer.type !== 'joined') throw new Error(`the join was answered with ${JSON.stringify(answer)}`)
    return client
  }

  /** Whatever it is: text or bytes. */
  say(data: string | Uint8Array): void {
    this.socket.send(data)
  }

  /** Sends a request and waits for the answer with its id. */
  async ask(request: Without<ClientRequest, 'id'>): Promise<Of<'joined' | 'resumed' | 'accepted' | 'error'>> {
    const id = this.#nextId++
    this.say(JSON.stringify({ ...request, id }))
    return await this.until((message) => answers.has(message.type) && 'id' in message && message.id === id) as Of<'joined' | 'resumed' | 'accepted' | 'error'> // what the condition says
  }

  /** The first message of that type, heard already or not yet. */
  async hears<Type extends ServerMessage['type']>(type: Type): Promise<Of<Type>> {
    return await this.until((message) => message.type === type) as Of<Type> // what the condition says
  }

  /** Rejects when the socket closes first. */
  async until(condition: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.heard.find(condition)
      if (found !== undefined) return found
      if (this.#isClosed) throw new Error(`closed before that came; heard ${JSON.stringify(this.heard)}`)
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }

  /** What it heard, without the answers to its own requests. A ping makes sure that nothing is on its way any more. */
  async events(): Promise<readonly ServerMessage[]> {
    await this.ask({ type: 'ping' })
    return this.heard.filter((message) => message.type !== 'accepted' && message.type !== 'joined' && message.type !== 'error')
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}
