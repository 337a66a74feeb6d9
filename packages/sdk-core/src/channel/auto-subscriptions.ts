/** What is under way for a user: a call, or a call after which another is due. */
type Pending = 'call' | 'call, then again'

/**
 * One automatic call per user at a time, and never beside one of the app: what was published during a call is subscribed to
 * after it.
 */
export class AutoSubscriptions {
  readonly #subscribe: (userId: string) => Promise<void>
  #pending = new Map<string, Pending>()

  /** @param subscribe must not reject */
  constructor(subscribe: (userId: string) => Promise<void>) {
    this.#subscribe = subscribe
  }

  published(userId: string): void {
    if (this.#pending.has(userId)) this.#pending.set(userId, 'call, then again')
    else void this.run(userId, () => this.#subscribe(userId))
  }

  /** Settles as the call does. */
  async run(userId: string, call: () => Promise<void>): Promise<void> {
    const pending = this.#pending
    if (pending.has(userId)) return call() // which is refused, as one that is made too often
    pending.set(userId, 'call')
    try {
      await call()
    } finally {
      const due = pending.get(userId) === 'call, then again'
      pending.delete(userId)
      if (due && pending === this.#pending) this.published(userId)
    }
  }

  /** The session is over: nothing is due any more. */
  clear(): void {
    this.#pending = new Map()
  }
}
