import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { firefox } from 'playwright-core'
import type { TestProjectConfiguration } from 'vitest/config'

// One place for how tests run. scripts/run.mjs adds up what the reporter leaves, and prints the closing line.
export const reporters: { reporters: string[] } = { reporters: ['default', fileURLToPath(new URL('scripts/outcome-reporter.mjs', import.meta.url))] }

/** Limits for what comes in its own time, on a machine that runs other tests beside it. */
const patience = { testTimeout: 30_000, hookTimeout: 30_000, expect: { poll: { timeout: 10_000 } } }

export const inNode: TestProjectConfiguration = {
  test: { name: 'node', include: ['{src,test}/**/*.test.ts'], exclude: ['**/*.browser.test.ts'], ...patience },
}

/** Real Chromium, fake devices, no sound server needed. scripts/ensure-browsers.mjs sets CHROMIUM_PATH. */
export const inChromium = {
  test: {
    name: 'chromium',
    include: ['{src,test}/**/*.browser.test.ts'],
    ...patience,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright(),
      instances: [{
        browser: 'chromium',
        provider: playwright({
          launchOptions: {
            ...(process.env['CHROMIUM_PATH'] ? { executablePath: process.env['CHROMIUM_PATH'] } : {}),
            chromiumSandbox: false,
            args: [
              '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
              '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
            ],
          },
          contextOptions: { permissions: ['microphone', 'camera'] },
        }),
      }],
    },
  },
} satisfies TestProjectConfiguration

const firefoxPath = process.env['FIREFOX_PATH']

/** Real Firefox, fake microphone. scripts/ensure-browsers.mjs sets FIREFOX_PATH; the sound goes to a sink that makes none. */
export const inFirefox: TestProjectConfiguration = {
  test: {
    name: 'firefox',
    include: ['{src,test}/**/*.browser.test.ts'],
    ...patience,
    globalSetup: [fileURLToPath(new URL('scripts/silent-sink.mjs', import.meta.url))],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright(),
      instances: [{
        browser: 'firefox',
        provider: playwright({
          launchOptions: {
            // Playwright speaks its own protocol with its own build, and WebDriver BiDi with every other Firefox.
            ...(firefoxPath && firefoxPath !== firefox.executablePath() ? { channel: 'moz-firefox', executablePath: firefoxPath } : {}),
            firefoxUserPrefs: {
              'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true,
              'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0,
            },
          },
        }),
      }],
    },
  },
}
