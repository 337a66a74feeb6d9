import { expect, type Page } from '@playwright/test'
import type { AliRtcEngine } from '@earshot/sdk-core'
import { addFlow, flowOf, toldTo, type FlowChange, type Told } from './flow.ts'

declare global {
  interface Window {
    callers: Map<string, AliRtcEngine>
  }
}

export interface CallerOptions {
  /** Default: both. */
  readonly autoPublish?: boolean
  readonly autoSubscribe?: boolean
}

/** Opens a page of the server, with the script and without the demo, for any number of callers. */
export async function openCallersPage(page: Page, server: string): Promise<void> {
  await addFlow(page)
  await page.goto(`${server}/`)
  await page.addScriptTag({ url: '/earshot.global.js' })
  await page.evaluate(() => { window.callers = new Map() })
}

/** An engine in a page of `openCallersPage`: audio only, and watched. Many may share a page. */
export class Caller {
  readonly page: Page
  readonly name: string

  private constructor(page: Page, name: string) {
    this.page = page
    this.name = name
  }

  /** Takes the place of an earlier one of that name, which is to have left. */
  static async make(page: Page, name: string, { autoPublish = true, autoSubscribe = true }: CallerOptions = {}): Promise<Caller> {
    await page.evaluate(([name, options]) => {
      const engine = new window.AliRtcEngine({ audioProcessing: false, ...options })
      engine.configLocalCameraPublish = false
      window.callers.set(name, engine)
      window.watchFlow(name, engine)
    }, [name, { autoPublish, autoSubscribe }] as const)
    return new Caller(page, name)
  }

  /** Logs in where the page came from, and joins there, or at the first of `gslb` that answers. Rejects when one of them does. */
  async join(room: string, gslb?: readonly string[]): Promise<void> {
    await this.run(async (engine, [room, name, gslb]) => {
      const { data } = await (await fetch(`/app/v1/login?room=${room}&user=${name}`)).json()
      await engine.joinChannel({ ...data, channel: room, gslb: gslb ?? data.gslb }, name)
    }, [room, this.name, gslb] as const)
  }

  /** Runs a function in the page, which sees nothing but what it is given. */
  async run<Result, Argument = undefined>(act: (engine: AliRtcEngine, argument: Argument) => Result | Promise<Result>, argument?: Argument): Promise<Result> {
    // As text: the engine stays in the page
    return await this.page.evaluate(`(${act.toString()})(window.callers.get(${JSON.stringify(this.name)}), ${JSON.stringify(argument)})`) as Result
  }

  flow(): Promise<readonly FlowChange[]> {
    return flowOf(this.page, this.name)
  }

  async told(...names: readonly string[]): Promise<readonly Told[]> {
    return (await toldTo(this.page, this.name)).filter(({ name }) => names.length === 0 || names.includes(name))
  }

  /** How often others came and went, as it was told. */
  async comings(): Promise<readonly string[]> {
    return (await this.told('onJoin', 'onLeave')).map(({ name, payload }) => `${name} ${String(payload['userId'])}`)
  }

  /** Waits until it hears that many, and no others. */
  async expectHearing(others: number, timeout = 15_000): Promise<void> {
    await expect.poll(async () => (await this.flow()).at(-1)?.flowing, { message: `how many ${this.name} hears`, timeout, intervals: [100] }).toBe(others)
  }
}
