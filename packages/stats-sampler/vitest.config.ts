import { defineConfig } from 'vitest/config'
import { inChromium, inNode, reporters } from '../../vitest.shared.ts'

export default defineConfig({ test: { ...reporters, projects: [inNode, inChromium] } })
