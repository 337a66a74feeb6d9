/** The timer was later than this after a request was due: the page slept, and answers may be waiting behind the timer. */
const SLEPT_MS = 1000
/** What such a request gets on top, once. */
const GRACE_MS = 1000

interface Row<Value> {
  readonly value: Value
  readonly dueMs: number
  readonly woken: boolean
}

/** The requests that wait for an answer, by id. Knows no clock: times come with the calls, in milliseconds of any one clock. */
export class RequestTable<Value> {
  #lastId = 0
  readonly #rows: Map<number, Row<Value>> = new Map()

  /** Ids are never used again. */
  add(value: Value, dueMs: number): number {
    this.#lastId += 1
    this.#rows.set(this.#lastId, { value, dueMs, woken: false })
    return this.#lastId
  }

  /** Undefined for an answer that nobody waits for (any more). */
  take(id: number): Value | undefined {
    const row = this.#rows.get(id)
    this.#rows.delete(id)
    return row?.value
  }

  /** Takes out what is overdue. After a sleep of the page a request gets a second more, because its answer may be there unread. */
  takeOverdue(nowMs: number): readonly Value[] {
    const overdue: Value[] = []
    for (const [id, row] of this.#rows) {
      if (nowMs < row.dueMs) continue
      if (!row.woken && nowMs - row.dueMs > SLEPT_MS) {
        this.#rows.set(id, { value: row.value, dueMs: nowMs + GRACE_MS, woken: true })
      } else {
        this.#rows.delete(id)
        overdue.push(row.value)
      }
    }
    return overdue
  }

  /** Nothing is due before that time. */
  postpone(toMs: number): void {
    for (const [id, row] of this.#rows) if (row.dueMs < toMs) this.#rows.set(id, { ...row, dueMs: toMs })
  }

  takeAll(): readonly Value[] {
    const values = [...this.#rows.values()].map((row) => row.value)
    this.#rows.clear()
    return values
  }

  /** When `takeOverdue` has something to do next; undefined when nothing waits. */
  nextDueMs(): number | undefined {
    let next: number | undefined
    for (const { dueMs } of this.#rows.values()) if (next === undefined || dueMs < next) next = dueMs
    return next
  }
}
