/** `worker`: not slowed down in hidden pages, where browsers let timers run once a second or once a minute. `timer`: setInterval in the page. */
export type ClockKind = 'worker' | 'timer'

/**
 * Calls `onTick` every `intervalMs` until the result is called. A worker clock becomes a timer where workers do not exist or the content
 * security policy forbids one from a blob (`worker-src`): some browsers throw then, others fire `error` later.
 */
export function startClock(kind: ClockKind, intervalMs: number, onTick: () => void): () => void {
  let stop = (): void => {}
  const useTimer = (): void => {
    stop()
    const timer = setInterval(onTick, intervalMs)
    stop = () => clearInterval(timer)
  }
  try {
    if (kind === 'timer' || typeof Worker === 'undefined') useTimer()
    else stop = startWorker(intervalMs, onTick, useTimer)
  } catch {
    useTimer()
  }
  return () => stop()
}

function startWorker(intervalMs: number, onTick: () => void, onFailure: () => void): () => void {
  const url = URL.createObjectURL(new Blob([`setInterval(()=>postMessage(0),${intervalMs})`]))
  let worker: Worker | undefined
  const stop = (): void => {
    if (worker) worker.onmessage = worker.onerror = null
    worker?.terminate()
    URL.revokeObjectURL(url)
  }
  try {
    worker = new Worker(url)
  } catch (error) {
    stop()
    throw error
  }
  worker.onmessage = onTick
  worker.onerror = (event) => {
    event.preventDefault() // handled: an application's error reporting has nothing to learn from it
    onFailure()
  }
  return stop
}
