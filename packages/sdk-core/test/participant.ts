import { onTestFinished, vi } from 'vitest'
import { AliRtcEngine, type AliRtcEngineOptions, type AliRtcEvents, type AuthInfo } from '../src/index.js'
import type { OpenLink } from '../src/channel/channel.js'

export const auth = (userid: string): AuthInfo =>
  ({ appid: 'earshot', channel: 'room', userid, nonce: 'AK-1', timestamp: 4102444800, token: 'a'.repeat(64), gslb: ['http://localhost'] })

const names = [
  'onJoin', 'onLeave', 'onPublisher', 'onUnPublisher', 'onNotify', 'onUpdateRole', 'onBye', 'onError', 'onConnectionChange',
] as const satisfies readonly (keyof AliRtcEvents)[]

export interface Participant {
  readonly engine: AliRtcEngine
  /** Every callback but those of every second, as it came. */
  readonly heard: { name: keyof AliRtcEvents; payload: unknown }[]
  /** The names of `heard`, with the user where there is one. */
  story(): string[]
  readonly join: () => Promise<void>
  /** Waits for the next callback of that name. */
  next<Name extends keyof AliRtcEvents>(name: Name): Promise<AliRtcEvents[Name]>
}

/** An engine over a memory channel, or another one that can be opened; disposed of at the end of the test. */
export function participant(channel: { readonly open: OpenLink }, userId: string, options: AliRtcEngineOptions = {}): Participant {
  const engine = new AliRtcEngine({ audioProcessing: false, ...options }, channel.open)
  onTestFinished(() => engine.dispose())
  const heard: Participant['heard'] = []
  for (const name of names) engine.on(name, (payload) => { heard.push({ name, payload }) })
  return {
    engine, heard,
    story: () => heard.map(({ name, payload }) => {
      const about = Object(payload) as { userId?: string; code?: number; state?: string } // payloads that have none give undefined
      return [name, about.userId ?? about.code ?? about.state].filter((part) => part !== undefined).join(' ')
    }),
    join: () => engine.joinChannel(auth(userId), userId.toUpperCase()),
    next: (name) => new Promise((resolve) => {
      const stop = engine.on(name, (payload) => {
        stop()
        resolve(payload)
      })
    }),
  }
}

/** How a call ended: its value, or the error's code. */
export async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    const { code } = Object(error) as { code?: unknown } // any object has it, perhaps undefined
    if (typeof code !== 'number') throw error
    return code
  }
}

/** Waits until it holds; the limit is for a machine under load. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 })
}
