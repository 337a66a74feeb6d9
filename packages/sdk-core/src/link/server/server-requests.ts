import { ERROR_HEARTBEAT_TIMEOUT, ERROR_JOIN_TIMEOUT, type ClientMessage, type ClientRequest, type ServerAnswer } from '@earshot/protocol'
import { AliRtcError } from '../../errors.js'
import { RequestTable } from './request-table.js'

type WithoutId<Message> = Message extends unknown ? Omit<Message, 'id'> : never
/** A request before it has its number. */
export type Question = WithoutId<ClientRequest>
/** What a request resolves to; a refusal rejects. */
export type Consent = Exclude<ServerAnswer, { type: 'error' }>

interface Waiting {
  readonly question: Question['type']
  readonly resolve: (answer: Consent) => void
  readonly reject: (error: AliRtcError) => void
}

/** Numbers requests, and settles each by the answer with its number, by its timeout, or by the end of the link. */
export class ServerRequests {
  readonly #table: RequestTable<Waiting> = new RequestTable()
  readonly #say: (message: ClientMessage) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended: AliRtcError | undefined
  #paused = false

  /** @param say sends, and does not throw; what cannot be sent runs into its timeout or into `end` */
  constructor(say: (message: ClientMessage) => void) {
    this.#say = say
  }

  /** Rejects with the server's code, or 10310 (for `join` 16908804) when no answer comes in time. */
  ask(question: Question, timeoutMs: number): Promise<Consent> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended)
      const id = this.#table.add({ question: question.type, resolve, reject }, performance.now() + timeoutMs)
      this.#arm()
      this.#say({ ...question, id })
    })
  }

  /** False when nobody asked for that answer; one that comes too late needs no words. */
  settle(answer: ServerAnswer): boolean {
    if (answer.id === undefined) return false
    const waiting = this.#table.take(answer.id)
    if (waiting === undefined) return this.#table.knows(answer.id)
    if (answer.type === 'error') waiting.reject(new AliRtcError(answer.code, answer.message, answer.field === undefined ? {} : { field: answer.field }))
    else waiting.resolve(answer)
    this.#arm()
    return true
  }

  /** The line is down: nothing can be answered, and nothing is overdue. */
  pause(): void {
    this.#paused = true
    this.#arm()
  }

  /** It is up again: what waits gets at least that long from now on. */
  resume(timeoutMs: number): void {
    this.#paused = false
    this.#table.postpone(performance.now() + timeoutMs)
    this.#arm()
  }

  /** Rejects everything that waits and everything asked from now on. */
  end(error: AliRtcError): void {
    this.#ended ??= error
    clearTimeout(this.#timer)
    for (const waiting of this.#table.takeAll()) waiting.reject(error)
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const dueMs = this.#table.nextDueMs()
    if (dueMs === undefined || this.#paused) return
    this.#timer = setTimeout(() => {
      for (const waiting of this.#table.takeOverdue(performance.now())) waiting.reject(unanswered(waiting.question))
      this.#arm()
    }, Math.max(0, dueMs - performance.now()))
  }
}

function unanswered(question: Question['type']): AliRtcError {
  return new AliRtcError(question === 'join' ? ERROR_JOIN_TIMEOUT : ERROR_HEARTBEAT_TIMEOUT, `no answer to "${question}"`)
}
