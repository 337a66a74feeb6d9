/** The timer was later than this after a request was due: the page slept, and answers may be waiting behind the timer. */
const SLEPT_MS = 1000
/** What the requests get then. */
const GRACE_MS = 1000

interface Row<Value> {
  readonly value: Value
  readonly dueMs: number
}

/** The requests that wait for an answer, by id. Knows no clock: times come with the calls, in milliseconds of any one clock. */
export class RequestTable<Value> {
  #lastId = 0
  readonly #rows: Map<number, Row<Value>> = new Map()

  /** Ids are never used again. */
  add(value: Value, dueMs: number): number {
    this.#lastId += 1
    this.#rows.set(this.#lastId, { value, dueMs })
    return this.#lastId
  }

  /** Whether there was a request with that id, whatever became of it. */
  knows(id: number): boolean {
    return id > 0 && id <= this.#lastId
  }

  /** Undefined for an answer that nobody waits for (any more). */
  take(id: number): Value | undefined {
    const row = this.#rows.get(id)
    this.#rows.delete(id)
    return row?.value
  }

  /** Takes out what is overdue. After a sleep of the page all get a second more, because their answers may be there unread. */
  takeOverdue(nowMs: number): readonly Value[] {
    if (nowMs - (this.nextDueMs() ?? nowMs) > SLEPT_MS) this.postpone(nowMs + GRACE_MS)
    const overdue = [...this.#rows].filter(([, { dueMs }]) => dueMs <= nowMs)
    return overdue.map(([id, { value }]) => {
      this.#rows.delete(id)
      return value
    })
  }

  /** Nothing is due before that time. */
  postpone(toMs: number): void {
    for (const [id, { value, dueMs }] of this.#rows) this.#rows.set(id, { value, dueMs: Math.max(dueMs, toMs) })
  }

  takeAll(): readonly Value[] {
    const values = [...this.#rows.values()].map((row) => row.value)
    this.#rows.clear()
    return values
  }

  /** When `takeOverdue` has something to do next; undefined when nothing waits. */
  nextDueMs(): number | undefined {
    return this.#rows.size === 0 ? undefined : Math.min(...[...this.#rows.values()].map(({ dueMs }) => dueMs))
  }
}
