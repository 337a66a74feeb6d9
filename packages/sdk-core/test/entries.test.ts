import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Runs a script in a fresh Node, here, so that the package finds itself by name. That it ends by itself shows that nothing was
 * left running; it must not complain.
 */
function node(code: string, type: 'module' | 'commonjs' = 'module'): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-'], { cwd: root, encoding: 'utf8', input: code, timeout: 20_000 })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

const quietly = (load: string) => `
  const before = Reflect.ownKeys(globalThis)
  const loaded = await ${load}
  const added = Reflect.ownKeys(globalThis).filter((key) => !before.includes(key))
  console.log(JSON.stringify({ names: Object.keys(loaded).filter((name) => !name.startsWith('ERROR_')).sort(), added }))`

it.each([
  ['@earshot/sdk-core', ['AliRtcEngine', 'AliRtcError', 'default']],
  ['@earshot/sdk-core/global', []],
  ['@earshot/sdk-core/earshot.global.js', []],
])('importing %s in Node has no effect and no error', (entry, names) => {
  expect(JSON.parse(node(quietly(`import('${entry}')`)))).toEqual({ names, added: [] })
})

it('the default export is the named one, and the table of codes is there', () => {
  const code = `import Default, * as sdk from '@earshot/sdk-core'
    console.log(Default === sdk.AliRtcEngine, sdk.ERROR_NOSESSION, Object.keys(sdk).filter((name) => name.startsWith('ERROR_')).length > 50)`
  expect(node(code).trim()).toBe('true 10311 true')
})

it('a bundler makes CommonJS of it, named and default', async () => {
  const { outputFiles: [file] } = await build({
    stdin: { contents: `const sdk = require('@earshot/sdk-core'); console.log(typeof sdk.AliRtcEngine, sdk.default === sdk.AliRtcEngine)`, resolveDir: root },
    bundle: true, write: false, format: 'cjs', platform: 'browser',
  })
  expect(node(file?.text ?? '', 'commonjs').trim()).toBe('function true')
})
