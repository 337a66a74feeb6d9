/**
 * Makes a task that never runs twice at once: asked while it runs, it runs once more afterwards, for all who asked.
 * `publish` and `subscribe` refuse a call during a pending one, yet what they apply may have changed meanwhile.
 * The promise settles with a run that began after the asking.
 */
export function serially(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const start = (): Promise<void> => {
    running = task().finally(() => { running = undefined })
    return running
  }
  return () => {
    if (next) return next // also in the moment between the end of one run and the start of the next
    if (!running) return start()
    next = running.catch(() => undefined).then(() => {
      next = undefined
      return start()
    })
    return next
  }
}
