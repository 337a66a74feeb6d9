/** What one side has said in a session, numbered from 1, as far as the other may not have heard it yet. */
export class MessageLog<Message> {
  /** How many are forgotten. */
  #forgotten = 0
  #kept: Message[] = []

  /** The number of the newest. */
  get last(): number {
    return this.#forgotten + this.#kept.length
  }

  /** How many are kept. */
  get size(): number {
    return this.#kept.length
  }

  /** Takes the next one; its number. */
  add(message: Message): number {
    this.#kept.push(message)
    return this.last
  }

  /** All up to that number were heard and are forgotten; those that are, oldest first. */
  forget(upTo: number): readonly Message[] {
    const heard = this.#kept.splice(0, Math.max(0, upTo - this.#forgotten))
    this.#forgotten += heard.length
    return heard
  }

  /** What followed that number; undefined when some of it is forgotten, or there is no such number. */
  after(number: number): readonly Message[] | undefined {
    return number < this.#forgotten || number > this.last ? undefined : this.#kept.slice(number - this.#forgotten)
  }
}
