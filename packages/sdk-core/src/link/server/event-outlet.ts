import type { LinkEvent, SessionLost } from '../channel-link.js'
import { nextTurn } from '../../next-turn.js'
import { TaskQueue } from '../../task-queue.js'

/** Where a problem goes that harms no call and not the session. */
export type Report = (problem: string, cause?: unknown) => void

/** What leaves the link, one after the other: held back until it is opened, and silent after `silence()`. */
export class EventOutlet {
  readonly #listener: (event: LinkEvent | SessionLost) => void
  readonly #report: Report
  readonly #queue: TaskQueue = new TaskQueue()
  #letGo: () => void = () => undefined
  #silent = false

  constructor(listener: (event: LinkEvent | SessionLost) => void, report: Report) {
    this.#listener = listener
    this.#report = report
    void this.#queue.run(() => new Promise<void>((resolve) => { this.#letGo = resolve }))
  }

  /** In the next turn, so that the caller of `join()` goes on before the first event. */
  open(): void {
    void nextTurn().then(() => this.#letGo())
  }

  /** No event leaves any more. */
  silence(): void {
    this.#silent = true
  }

  /** After everything before it, and what it takes to know the event comes before everything behind it. */
  inOrder(task: () => Promise<void> | void): void {
    this.#queue.run(task).catch((error: unknown) => this.#report('an event failed', error))
  }

  emitInOrder(event: LinkEvent | SessionLost): void {
    this.inOrder(() => this.emit(event))
  }

  /** From within a task of `inOrder`. A listener's fault stays the listener's. */
  readonly emit = (event: LinkEvent | SessionLost): void => {
    if (this.#silent) return
    try {
      this.#listener(event)
    } catch (error) {
      this.#report(`a listener of "${event.type}" failed`, error)
    }
  }
}
