import { defineConfig } from 'vitest/config'
import { inChromium, inNode, reporters } from '../../vitest.shared.ts'

const watched = { ...inChromium, test: { ...inChromium.test, setupFiles: ['test/no-live-track.ts'] } }

export default defineConfig({ test: { ...reporters, projects: [inNode, watched] } })
