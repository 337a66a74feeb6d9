// The browsers the scripts here drive, headless and with fake devices. A tab that is hidden is hidden as for a user: its timers are slowed down.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, firefox } from 'playwright-core'
import startSilentSink from '../../../scripts/silent-sink.mjs'

/** Each: { name, newPage(), close() }; a page has `hide()` and `show()` in its window. */
export const browsers = { chromium: openChromium, firefox: openFirefox }

/** Not by Playwright's launch(), which switches the slowing down off, and tells every page that it is seen. */
async function openChromium() {
  const profile = mkdtempSync(path.join(tmpdir(), 'earshot-chromium-'))
  const child = spawn(process.env['CHROMIUM_PATH'] ?? chromium.executablePath(), [
    '--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run',
    '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic', 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  const end = async () => {
    child.kill()
    await exited
    await rm(profile, { recursive: true, maxRetries: 10 }) // its children write for a moment longer
  }
  const browser = await debuggingAddress(child).then((address) => chromium.connectOverCDP(address, { noDefaults: true })).catch(async (error) => {
    await end()
    throw error
  })
  const [context] = browser.contexts()
  return {
    name: `Chromium ${browser.version()}`,
    async newPage() {
      const page = await context.newPage()
      let cover
      await page.exposeFunction('hide', async () => {
        cover = await context.newPage()
        await cover.bringToFront()
      })
      await page.exposeFunction('show', () => cover.close().then(() => page.bringToFront()))
      return page
    },
    async close() {
      await browser.close()
      await end()
    },
  }
}

async function debuggingAddress(child) {
  for await (const line of createInterface(child.stderr)) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
    if (address) return child.stderr.resume() && address
  }
  throw new Error('Chromium ended before it listened')
}

async function openFirefox() {
  const endSink = await startSilentSink()
  const executablePath = process.env['FIREFOX_PATH']
  const browser = await firefox.launch({
    // Playwright speaks its own protocol with its own build, and WebDriver BiDi with every other Firefox.
    ...(executablePath && executablePath !== firefox.executablePath() ? { channel: 'moz-firefox', executablePath } : {}),
    firefoxUserPrefs: {
      'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0,
      'media.peerconnection.ice.obfuscate_host_addresses': false, // the recorder's relay has to know them
      // Firefox's own values, which Playwright sets to 0, 0 and false.
      'dom.min_background_timeout_value': 1000, 'dom.min_background_timeout_value_without_budget_throttling': 1000, 'dom.timeout.enable_budget_timer_throttling': true,
    },
  })
  return {
    name: `Firefox ${browser.version()}`,
    async newPage() {
      const page = await browser.newPage()
      await page.addInitScript(() => {
        let cover
        const seen = (state) => new Promise((resolve) => {
          const check = () => document.visibilityState === state && resolve()
          document.addEventListener('visibilitychange', check)
          check()
        })
        window.hide = () => {
          cover = open('about:blank')
          return seen('hidden')
        }
        window.show = () => {
          cover.close()
          return seen('visible')
        }
      })
      return page
    },
    async close() {
      await browser.close()
      await endSink?.()
    },
  }
}
