import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Browser } from '@playwright/test'

/**
 * Chromium as a user has it: not by Playwright's launch(), which tells each page that it is seen, slows down no hidden page and
 * keeps none for the way back. Its pages can be hidden, frozen and put away. Call `end` after `browser.close()`.
 */
export async function launchPlainChromium(args: readonly string[]): Promise<{ readonly browser: Browser; readonly end: () => Promise<void> }> {
  const profile = mkdtempSync(path.join(tmpdir(), 'earshot-chromium-'))
  const child = spawn(process.env['CHROMIUM_PATH'] ?? chromium.executablePath(), [
    '--headless', '--no-sandbox', '--remote-debugging-port=0', `--user-data-dir=${profile}`, ...args, 'about:blank',
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  const end = async (): Promise<void> => {
    child.kill()
    await exited
    await rm(profile, { recursive: true, maxRetries: 10 }) // its children write for a moment longer
  }
  try {
    for await (const line of createInterface(child.stderr)) {
      const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (address === undefined) continue
      child.stderr.resume()
      return { browser: await chromium.connectOverCDP(address, { noDefaults: true }), end }
    }
    throw new Error('Chromium ended before it listened')
  } catch (error) {
    await end()
    throw error
  }
}
