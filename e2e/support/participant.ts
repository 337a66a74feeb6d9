import { chromium, expect, firefox, type Browser, type Page } from '@playwright/test'
import type { AliRtcEngine } from '@earshot/sdk-core'
import { cameraFile, toneFile } from './fake-media.ts'
import { launchPlainChromium } from './plain-chromium.ts'

export interface Row { userId: string; displayName: string; level: number; buffer: Float32Array[]; sampleRate: number; startFrame: number; peak: number; rms: number }

/** One callback as the page got it. PCM stays in the page, see `joinedPcm` in recorder.ts. */
export interface Recorded { readonly name: string; readonly at: number; readonly payload: unknown }

declare global {
  interface Window {
    earshot: AliRtcEngine
    /** Defined by /earshot.global.js. */
    AliRtcEngine: typeof AliRtcEngine
    recorded: { name: string; at: number; payload: unknown }[]
    /** Runs something and says how it ended, so that an error's code crosses into the test. */
    outcome(run: () => unknown): Promise<Outcome>
  }
}

export type Outcome = { readonly value: unknown } | { readonly error: { readonly code: number; readonly errorCode: number; readonly message: string } }

export interface ParticipantOptions {
  readonly name: string
  /** Frequency of the fake microphone's tone. */
  readonly hertz?: number
  readonly dbfs?: number
  readonly chroma?: readonly [u: number, v: number]
  /** Browser switches in place of the fake devices. */
  readonly args?: readonly string[]
  /** Default: Chromium. Firefox has a fake microphone of its own, and no switches. */
  readonly browser?: 'firefox'
  /** Chromium as users have it: see `launchPlainChromium`. */
  readonly plain?: boolean
  /** Default: sound needs no gesture. `'browser'`: what the browser does for users. */
  readonly autoplay?: 'browser'
}

const events = [
  'onJoin', 'onLeave', 'onPublisher', 'onUnPublisher', 'onNotify', 'onUpdateRole', 'onBye', 'onError', 'onAudioLevel', 'onMedia', 'onConnectionChange',
]

/** A browser of its own with its own microphone and camera file. */
export class Participant {
  readonly page: Page
  readonly #end: () => Promise<void>

  private constructor(page: Page, end: () => Promise<void>) {
    this.page = page
    this.#end = end
  }

  static async launch({ name, hertz = 440, dbfs = -12, chroma = [128, 128], args, browser: kind, plain = false, autoplay }: ParticipantOptions): Promise<Participant> {
    const switches = [
      ...(args ?? [
        '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${toneFile({ hertz, dbfs })}`, `--use-file-for-fake-video-capture=${cameraFile({ name, u: chroma[0], v: chroma[1] })}`,
      ]),
      ...(autoplay === undefined ? ['--autoplay-policy=no-user-gesture-required'] : []), '--auto-select-desktop-capture-source=Entire screen',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
    ]
    const { browser, end } = await (kind === 'firefox' ? launchFirefox() : plain ? launchPlainChromium(switches) : launchChromium(switches))
    const context = browser.contexts()[0] ?? await browser.newContext({ permissions: args || kind === 'firefox' ? [] : ['microphone', 'camera'] })
    const page = await context.newPage()
    await page.addInitScript(record, events)
    page.on('pageerror', (error) => console.error(`${name}: ${error.stack ?? error.message}`))
    return new Participant(page, async () => {
      await browser.close()
      await end?.()
    })
  }

  /** Opens the demo so that it joins by itself; processing off, because noise suppression eats a steady tone. */
  async join(server: string, channel: string, name: string, query: Record<string, string> = {}): Promise<void> {
    const parameters = new URLSearchParams({ channel, name, join: '1', audioProcessing: '0', ...query })
    await this.page.goto(`${server}/?${parameters.toString()}`)
    await this.page.locator('[data-user-id="0"]').waitFor()
  }

  /** A page with the script and an engine of its own, not joined; the demo stays out of it. */
  async openEngine(server: string): Promise<void> {
    await this.page.goto(`${server}/`)
    await this.page.addScriptTag({ url: '/earshot.global.js' })
    await this.page.evaluate(() => { window.earshot = new window.AliRtcEngine({ audioProcessing: false }) })
  }

  /** Joins with the engine of `openEngine`. */
  joinChannel(channel: string, name: string, changes: Record<string, unknown> = {}): Promise<Outcome> {
    return this.page.evaluate(([channel, name, changes]) => window.outcome(async () => {
      const { data } = await (await fetch(`/app/v1/login?room=${channel}&user=${name}`)).json()
      await window.earshot.joinChannel({ ...data, channel, ...changes }, name)
    }), [channel, name, changes] as const)
  }

  recorded(name?: string): Promise<Recorded[]> {
    return this.page.evaluate((wanted) => window.recorded
      .filter((entry) => wanted === undefined || entry.name === wanted)
      // PCM is too large to cross into the test process each time
      .map((entry) => JSON.parse(JSON.stringify(entry, (key, value: unknown) => (key === 'buffer' ? undefined : value)))), name)
  }

  /** Waits until a callback of that name came whose payload contains `expected`. */
  async expectCallback(name: string, expected: unknown): Promise<void> {
    await expect.poll(async () => (await this.recorded(name)).map((entry) => entry.payload), { message: `${name} with ${JSON.stringify(expected)}` })
      .toContainEqual(expected)
  }

  async forget(): Promise<void> {
    await this.page.evaluate(() => { window.recorded.length = 0 })
  }

  close(): Promise<void> {
    return this.#end()
  }
}

interface Launched { readonly browser: Browser; readonly end?: () => Promise<void> }

async function launchChromium(args: string[]): Promise<Launched> {
  return { browser: await chromium.launch({ ...(process.env['CHROMIUM_PATH'] ? { executablePath: process.env['CHROMIUM_PATH'] } : {}), args }) }
}

async function launchFirefox(): Promise<Launched> {
  const executablePath = process.env['FIREFOX_PATH']
  return {
    browser: await firefox.launch({
      // Playwright speaks its own protocol with its own build, and WebDriver BiDi with every other Firefox.
      ...(executablePath && executablePath !== firefox.executablePath() ? { channel: 'moz-firefox', executablePath } : {}),
      firefoxUserPrefs: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true },
    }),
  }
}

/** Runs in the page before anything else: records every callback of the engine from its construction on. */
function record(names: string[]): void {
  let engine: AliRtcEngine | undefined
  window.recorded = []
  window.outcome = async (run) => {
    try {
      return { value: await run() }
    } catch (error) {
      const { code, errorCode, message } = error as { code: number; errorCode: number; message: string }
      return { error: { code, errorCode, message } }
    }
  }
  Object.defineProperty(window, 'earshot', {
    configurable: true,
    get: () => engine,
    set(value: AliRtcEngine) {
      engine = value
      for (const name of names) value.on(name as 'onJoin', (payload: unknown) => window.recorded.push({ name, at: performance.now(), payload }))
    },
  })
}
