import { defineConfig } from 'vitest/config'
import { inNode, reporters } from '../../vitest.shared.ts'

export default defineConfig({ test: { ...reporters, projects: [inNode] } })
