import { defineConfig } from '@playwright/test'

// Each participant is a browser of its own (one fake microphone file per browser process), so there are no projects here.
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  testIgnore: 'long/**',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: true,
  outputDir: 'test-results/artifacts',
  reporter: [['list'], ['../scripts/outcome-reporter.mjs']],
})
