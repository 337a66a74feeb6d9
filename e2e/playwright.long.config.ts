import { defineConfig } from '@playwright/test'
import short from './playwright.config.ts'

// What takes minutes: `npm run test:long`.
export default defineConfig({ ...short, testDir: 'long', testIgnore: [], timeout: 10 * 60_000 })
