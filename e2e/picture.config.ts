import { defineConfig } from '@playwright/test'

// `npm run picture -w @earshot/e2e` takes the pictures of the READMEs.
export default defineConfig({ testDir: '.', testMatch: 'picture.ts', timeout: 120_000, workers: 1, outputDir: 'test-results/picture', reporter: 'list' })
