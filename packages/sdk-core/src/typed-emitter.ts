type Listener<Payload> = (payload: Payload) => void

interface Entry {
  readonly listener: Listener<never>
  readonly context: unknown
}

export interface TypedEmitterOptions<Events extends object> {
  /** Called after a listener came or went. */
  readonly onChange?: () => void
  /** Called before the listeners. @param heard whether there are any */
  readonly onEmit?: <Name extends keyof Events>(name: Name, payload: Events[Name], heard: boolean) => void
  /** Whether, at the time of an `on`, the new listener replaces the one before. */
  readonly single?: () => boolean
}

/**
 * Named events with one payload each. Several listeners per event, called in the order they were added; the same function
 * counts once per event. A listener that throws is reported (`reportError`) and does not stop the others.
 */
export class TypedEmitter<Events extends object> {
  readonly #entries = new Map<PropertyKey, readonly Entry[]>()
  readonly #options: TypedEmitterOptions<Events>

  constructor(options: TypedEmitterOptions<Events> = {}) {
    this.#options = options
  }

  /** @param context what `this` is in the listener. Call the result to remove the listener. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>, context?: unknown): () => void {
    const entries = this.#options.single?.() ? [] : this.#entries.get(name) ?? []
    if (!entries.some((entry) => entry.listener === listener)) this.#set(name, [...entries, { listener, context }])
    return () => { this.off(name, listener) }
  }

  /** Without a listener: removes all of that name. */
  off<Name extends keyof Events>(name: Name, listener?: Listener<Events[Name]>): void {
    const entries = this.#entries.get(name) ?? []
    this.#set(name, listener === undefined ? [] : entries.filter((entry) => entry.listener !== listener))
  }

  /** Removes all listeners of all names. */
  clear(): void {
    this.#entries.clear()
    this.#options.onChange?.()
  }

  has(name: keyof Events): boolean {
    return this.#entries.has(name)
  }

  /**
   * Calls who listens now; who is added by a listener waits for the next event, who is removed by one is not called any more.
   *
   * @param more further arguments of the listeners
   */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name], ...more: readonly unknown[]): void {
    const entries = this.#entries.get(name) ?? []
    this.#options.onEmit?.(name, payload, entries.length > 0)
    for (const entry of entries) {
      if (!this.#entries.get(name)?.includes(entry)) continue
      try {
        // `on` stored it under this name, so it takes this payload
        (entry.listener as (...args: readonly unknown[]) => void).call(entry.context, payload, ...more)
      } catch (error) {
        report(error)
      }
    }
  }

  #set(name: keyof Events, entries: readonly Entry[]): void {
    if (entries.length > 0) this.#entries.set(name, entries)
    else this.#entries.delete(name)
    this.#options.onChange?.()
  }
}

/** Makes an error visible that nobody is there to catch, as an uncaught one would be. */
function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error)
  else console.error(error)
}
