// Gathers what the server serves besides its API: the demo, and the SDK's script. Runs after the compiler.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../', import.meta.url)
const target = new URL('../dist/public/', import.meta.url)
const parts = [
  { from: new URL('apps/demo/dist/', root), to: target, what: 'the demo' },
  { from: new URL('packages/sdk-core/dist/earshot.global.js', root), to: new URL('earshot.global.js', target), what: 'earshot.global.js' },
]

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
for (const { from, to, what } of parts) {
  const path = fileURLToPath(from)
  if (existsSync(path)) cpSync(path, fileURLToPath(to), { recursive: true })
  console.log(existsSync(path) ? `dist/public: ${what}` : `dist/public: without ${what}, ${path} is not built`)
}
