import { playwright } from '@vitest/browser-playwright'
import type { TestProjectConfiguration } from 'vitest/config'

// One place for how tests run. Reports are read back by scripts/run.mjs, which prints the closing line.
export const reporters: { reporters: string[]; outputFile: { json: string } } = {
  reporters: ['default', 'json'],
  outputFile: { json: 'test-results/vitest.json' },
}

export const inNode: TestProjectConfiguration = {
  test: { name: 'node', include: ['{src,test}/**/*.test.ts'], exclude: ['**/*.browser.test.ts'] },
}

/** Real Chromium, fake devices, no sound server needed. scripts/ensure-browsers.mjs sets CHROMIUM_PATH. */
export const inChromium: TestProjectConfiguration = {
  test: {
    name: 'chromium',
    include: ['{src,test}/**/*.browser.test.ts'],
    testTimeout: 30_000,
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
}
