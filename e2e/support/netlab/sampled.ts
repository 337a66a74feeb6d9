import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { build } from 'esbuild'
import type { ConnectionSample, StatsSampler } from '@earshot/stats-sampler'

const samplerModule = fileURLToPath(new URL('../../../packages/stats-sampler/dist/index.js', import.meta.url))

declare global {
  interface Window {
    /** Samples a connection from now on, under a name for `nextSamples`. */
    sample(name: string, connection: RTCPeerConnection): void
    sampled: Map<string, { readonly connection: RTCPeerConnection; readonly samples: ConnectionSample[]; onSample(): void }>
  }
}

/** Gives the documents that the page will open the built sampler. An init script: a script tag would need leave of their content security policy. */
export async function addSampler(page: Page): Promise<void> {
  const { outputFiles } = await build({ entryPoints: [samplerModule], bundle: true, write: false, format: 'iife', globalName: 'statsSampler' })
  await page.addInitScript({ content: `${outputFiles[0]?.text ?? ''}; (${prepare.toString()})(statsSampler.StatsSampler)` })
}

/** Runs in the page. */
function prepare(Sampler: typeof StatsSampler): void {
  const sampler = new Sampler()
  window.sampled = new Map()
  window.sample = (name, connection) => {
    const entry = { connection, samples: [] as ConnectionSample[], onSample: () => {} }
    window.sampled.set(name, entry)
    sampler.add(connection, (sample) => {
      entry.samples.push(sample)
      entry.onSample()
    })
  }
}

/** Resolves, with the samples, when that many have come from now on. One at a time. */
export function nextSamples(page: Page, name: string, count: number): Promise<ConnectionSample[]> {
  return page.evaluate(([name, count]) => new Promise<ConnectionSample[]>((resolve, reject) => {
    const entry = window.sampled.get(name)
    if (!entry) return reject(new Error(`no connection is sampled as ${name}`))
    const from = entry.samples.length
    entry.onSample = () => { if (entry.samples.length === from + count) resolve(entry.samples.slice(from)) }
  }), [name, count] as const)
}

/** The server's UDP port of a connection's selected pair. */
export function remotePort(page: Page, name: string): Promise<number> {
  return page.evaluate(async (name) => {
    const report = await window.sampled.get(name)?.connection.getStats()
    const rows = [...report?.values() ?? []] as Record<string, unknown>[] // entries of a report are objects
    const row = (id: unknown) => rows.find((candidate) => candidate['id'] === id)
    const pair = row(rows.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'])
    return Number(row(pair?.['remoteCandidateId'])?.['port'])
  }, name)
}
