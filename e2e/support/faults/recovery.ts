import type { Caller } from './caller.ts'
import type { FlowChange, Told } from './flow.ts'

/** Unix times in ms; of a fault that only strikes, both are the same. */
export interface FaultTimes {
  readonly began: number
  readonly ended: number
}

/** What one caller made of a fault. */
export interface Recovery {
  readonly caller: string
  /** From the fault's begin to `reconnecting`; undefined when it was not told. */
  readonly noticedMs: number | undefined
  /** From the fault's end until all the others were heard again, and went on to be; 0 when they were all along. */
  readonly backMs: number
}

/** How long everybody must have been heard without a break before it counts: longer than it takes to notice that nothing comes. */
const SETTLED_MS = 2500
const LOOK_EVERY_MS = 200

/** Waits until every caller is connected and hears so many others, and says how long it took. Rejects, with what each was told, when that takes too long. */
export async function recoveries(callers: readonly Caller[], others: number, { began, ended }: FaultTimes, withinMs: number): Promise<Recovery[]> {
  for (;;) {
    const seen = await Promise.all(callers.map(async (caller) => ({ caller: caller.name, flow: await caller.flow(), told: await caller.told() })))
    if (seen.every(({ flow, told }) => isSettled(flow, told, others, ended))) return seen.map(({ caller, flow, told }) => recovery(caller, flow, told, { began, ended }))
    if (Date.now() - ended > withinMs) throw new Error(`not all were back ${withinMs} ms after the fault:\n${seen.map((one) => story(one, began)).join('\n')}`)
    await new Promise((resolve) => { setTimeout(resolve, LOOK_EVERY_MS) })
  }
}

function isSettled(flow: readonly FlowChange[], told: readonly Told[], others: number, ended: number): boolean {
  const last = flow.at(-1)
  if (last?.flowing !== others || Date.now() - Math.max(last.at, ended) < SETTLED_MS) return false
  return told.findLast(({ name }) => name === 'onConnectionChange')?.payload['state'] === 'connected'
}

function recovery(caller: string, flow: readonly FlowChange[], told: readonly Told[], { began, ended }: FaultTimes): Recovery {
  const noticed = told.find(({ at, name, payload }) => at >= began && name === 'onConnectionChange' && payload['state'] === 'reconnecting')
  return { caller, noticedMs: noticed && noticed.at - began, backMs: Math.max(0, (flow.at(-1)?.at ?? ended) - ended) }
}

function story({ caller, flow, told }: { readonly caller: string; readonly flow: readonly FlowChange[]; readonly told: readonly Told[] }, began: number): string {
  const since = <Row extends { readonly at: number }>(rows: readonly Row[], say: (row: Row) => string) =>
    rows.filter(({ at }) => at >= began).map((row) => `${((row.at - began) / 1000).toFixed(1)} s: ${say(row)}`).join('; ')
  return `${caller} hears ${flow.at(-1)?.flowing}, was told ${since(told, ({ name, payload }) => `${name} ${JSON.stringify(payload).slice(0, 200)}`) || 'nothing'}, heard ${since(flow, ({ flowing }) => String(flowing)) || 'the same'}`
}
