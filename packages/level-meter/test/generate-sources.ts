import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The browser tests run the generated worklet: make it from the sources as they are now, not as they were last built. */
export default function generateSources(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/generate.mjs', import.meta.url))], { stdio: 'inherit' })
}
