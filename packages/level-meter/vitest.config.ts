import { defineConfig } from 'vitest/config'
import { inChromium, inFirefox, inNode, reporters } from '../../vitest.shared.ts'

export default defineConfig({ test: { ...reporters, globalSetup: ['test/generate-sources.ts', 'test/golden-measurements.ts'], projects: [inNode, inChromium, inFirefox] } })
