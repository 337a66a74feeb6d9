import type { CDPSession, Page } from '@playwright/test'

declare global {
  interface Window {
    /** Timeouts and intervals that are set and neither over nor cleared. */
    timersSet: Set<number>
  }
}

/** What a page holds after a garbage collection. */
export interface Remains {
  readonly connections: number
  readonly contexts: number
  readonly mediaElements: number
  readonly tracks: number
  readonly sockets: number
  /** JavaScript's event listeners, of everything in the page. */
  readonly listeners: number
  readonly timers: number
}

const classes = { connections: 'RTCPeerConnection', contexts: 'BaseAudioContext', mediaElements: 'HTMLMediaElement', tracks: 'MediaStreamTrack', sockets: 'WebSocket' } as const

/** To be called before the page opens what is to be watched. Chromium only, like the rest. */
export async function countTimers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const set = window.timersSet = new Set()
    const { setTimeout, setInterval, clearTimeout, clearInterval } = window
    window.setTimeout = ((act: (...rest: unknown[]) => void, ms?: number, ...rest: unknown[]) => {
      const id = setTimeout(() => {
        set.delete(id)
        act(...rest)
      }, ms)
      set.add(id)
      return id
    }) as typeof window.setTimeout // nobody here passes text
    window.setInterval = ((act: () => void, ms?: number, ...rest: []) => {
      const id = setInterval(act, ms, ...rest)
      set.add(id)
      return id
    }) as typeof window.setInterval
    window.clearTimeout = window.clearInterval = (id) => {
      set.delete(Number(id))
      clearTimeout(id)
      clearInterval(id)
    }
  })
}

export async function remains(page: Page): Promise<Remains> {
  const session = await page.context().newCDPSession(page)
  try {
    await session.send('HeapProfiler.collectGarbage')
    await session.send('Performance.enable')
    const { metrics } = await session.send('Performance.getMetrics')
    const counts = Object.fromEntries(await Promise.all(Object.entries(classes).map(async ([name, of]) => [name, await instances(session, of)] as const)))
    return {
      ...counts as Record<keyof typeof classes, number>, // the entries of `classes`
      listeners: metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? Number.NaN,
      timers: await page.evaluate(() => window.timersSet.size),
    }
  } finally {
    await session.detach()
  }
}

/** The least of each in so many readings, a second apart: Chromium keeps what getUserMedia gave for ten seconds, and timers and statistics come and go. */
export async function leastRemains(page: Page, readings = 15): Promise<Remains> {
  let least = await remains(page)
  for (let n = 1; n < readings; n++) {
    await page.waitForTimeout(1000)
    const now = await remains(page)
    least = Object.fromEntries(Object.entries(least).map(([name, count]) => [name, Math.min(count, now[name as keyof Remains])])) as unknown as Remains // the same names
  }
  return least
}

async function instances(session: CDPSession, of: string): Promise<number> {
  const { result: prototype } = await session.send('Runtime.evaluate', { expression: `${of}.prototype` })
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId! }) // a prototype is an object
  const { result } = await session.send('Runtime.callFunctionOn', { objectId: objects.objectId!, functionDeclaration: 'function () { return this.length }', returnByValue: true })
  await session.send('Runtime.releaseObject', { objectId: objects.objectId! })
  return Number(result.value)
}
