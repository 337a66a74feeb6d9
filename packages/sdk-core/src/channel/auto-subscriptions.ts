/**
 * One automatic call per user at a time, and never beside one of the app: what was published during a call is subscribed to
 * after it.
 */
export class AutoSubscriptions {
  readonly #subscribe: (userId: string) => Promise<void>
  /** By user: a call is under way, and whether another is due after it. */
  #pending = new Map<string, boolean>()

  /** @param subscribe must not reject */
  constructor(subscribe: (userId: string) => Promise<void>) {
    this.#subscribe = subscribe
  }

  published(userId: string): void {
    if (this.#pending.has(userId)) this.#pending.set(userId, true)
    else void this.run(userId, () => this.#subscribe(userId))
  }

  /** Settles as the call does. */
  async run(userId: string, call: () => Promise<void>): Promise<void> {
    const pending = this.#pending
    if (pending.has(userId)) return call() // which is refused, as one that is made too often
    pending.set(userId, false)
    try {
      await call()
    } finally {
      const due = pending.get(userId)
      pending.delete(userId)
      if (due && pending === this.#pending) this.published(userId)
    }
  }

  /** The session is over: nothing is due any more. */
  clear(): void {
    this.#pending = new Map()
  }
}
