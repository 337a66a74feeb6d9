/**
 * Resolves in the next turn of the event loop, in the order of the calls. A message, not a timer: hidden pages hold timers
 * back for a second, and a microtask would still belong to this turn.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
