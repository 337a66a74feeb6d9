import type { Page } from '@playwright/test'
import type { AliRtcEngine } from '@earshot/sdk-core'

/** From then on so many remote users' audio flowed. `at` is Unix time in ms, the same in every process of this machine. */
export interface FlowChange {
  readonly at: number
  readonly flowing: number
}

/** A callback, with its time. */
export interface Told {
  readonly at: number
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
}

declare global {
  interface Window {
    flows: Map<string, FlowChange[]>
    tellings: Map<string, Told[]>
    /** Watches an engine under a name: how much audio flows to it, and what it tells. */
    watchFlow(name: string, engine: AliRtcEngine): void
  }
}

/** Gives the documents that the page will open `watchFlow`. */
export async function addFlow(page: Page): Promise<void> {
  await page.addInitScript(prepare)
}

export async function flowOf(page: Page, name: string): Promise<readonly FlowChange[]> {
  return await page.evaluate((name) => window.flows.get(name) ?? [], name)
}

export async function toldTo(page: Page, name: string): Promise<readonly Told[]> {
  return await page.evaluate((name) => window.tellings.get(name) ?? [], name)
}

/** Runs in the page. */
function prepare(): void {
  /** How often is looked, and how old the last packet of a stream may be that still flows: a packet comes every 20 ms. */
  const [everyMs, staleMs] = [100, 400]
  const names = ['onJoin', 'onLeave', 'onPublisher', 'onUnPublisher', 'onNotify', 'onBye', 'onError', 'onConnectionChange'] as const
  window.flows = new Map()
  window.tellings = new Map()
  window.watchFlow = (name, engine) => {
    const changes: FlowChange[] = [{ at: Date.now(), flowing: 0 }]
    const told: Told[] = []
    window.flows.set(name, changes)
    window.tellings.set(name, told)
    for (const event of names) {
      engine.on(event, (payload: unknown) => {
        const { code, message } = Object(payload) as { code?: number; message?: string } // an error's are not its own enumerable properties
        told.push({ at: Date.now(), name: event, payload: { ...JSON.parse(JSON.stringify(payload)), ...(code === undefined ? {} : { code, message }) } })
      })
    }
    const packets = new Map<string, { received: number; energy: number; at: number }>()
    const look = async () => {
      // A connection, of which the sampler's type tells only what it needs
      const report = await (engine.statsSources().get('subscribe') as RTCPeerConnection | undefined)?.getStats()
      const now = Date.now()
      const rows = ([...report?.values() ?? []] as { type: string; kind: string; id: string; packetsReceived: number; totalAudioEnergy: number }[])
        .filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
      for (const { id, packetsReceived: received, totalAudioEnergy: energy } of rows) {
        const before = packets.get(id)
        // Both packets and sound: what hides a gap fades away, and what cannot be decrypted is not heard
        if (before === undefined) packets.set(id, { received, energy, at: 0 })
        else if (received !== before.received && energy > before.energy) packets.set(id, { received, energy, at: now })
      }
      const flowing = [...packets.values()].filter(({ at }) => now - at <= staleMs).length
      if (flowing !== changes.at(-1)?.flowing) changes.push({ at: now, flowing })
      setTimeout(() => { void look() }, everyMs)
    }
    void look()
  }
}
