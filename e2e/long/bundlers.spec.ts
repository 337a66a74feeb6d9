import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test as base, type Page } from '@playwright/test'

// The packages as their users get them: packed, installed beside the tools of e2e/bundlers, imported by servers; the level meter
// also built and run in a page.

const run = promisify(execFile)
const packages = fileURLToPath(new URL('../../packages', import.meta.url))

interface WorkerFixtures {
  /** A copy of e2e/bundlers with everything installed. */
  readonly home: string
  /** The address of a tool's page, which is built and served once. */
  readonly serve: (tool: string) => Promise<string>
}

const test = base.extend<object, WorkerFixtures>({
  home: [async ({}, use) => {
    const home = await realpath(await mkdtemp(path.join(os.tmpdir(), 'earshot-bundlers-')))
    await cp(fileURLToPath(new URL('../bundlers', import.meta.url)), home, { recursive: true })
    await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], home)
    const packed = await Promise.all(['protocol', 'level-meter', 'stats-sampler', 'sdk-core'].map((name) => (
      runNpm(['pack', '--silent', '--pack-destination', home], path.join(packages, name)))))
    const tarballs = packed.map((printed) => `./${printed.trim().split('\n').at(-1) ?? ''}`)
    await runNpm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], home)
    await use(home)
    await rm(home, { recursive: true, force: true })
  }, { scope: 'worker' }],
  serve: [async ({ home }, use) => {
    const servers = new Map<string, ChildProcess>()
    const addresses = new Map<string, Promise<string>>()
    await use((tool) => {
      const begun = addresses.get(tool)
      if (begun !== undefined) return begun
      const server = spawn(process.execPath, ['serve.mjs', tool], { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
      servers.set(tool, server)
      const address = printedAddress(server)
      addresses.set(tool, address)
      return address
    })
    for (const server of servers.values()) server.kill()
    await Promise.all([...servers.values()].filter(({ exitCode }) => exitCode === null).map((server) => once(server, 'exit')))
  }, { scope: 'worker' }],
})

test.use({ launchOptions: { ...(process.env['CHROMIUM_PATH'] ? { executablePath: process.env['CHROMIUM_PATH'] } : {}) } })

const measured = ['wasm-simd', 'wasm-relaxed-simd', 'javascript'].map((backend) => ({ backend, level: 50, rms: 0.5 }))
const blocked = { error: expect.stringMatching(/workletUrl.*script-src blob:/) as unknown }

for (const tool of ['vite dev', 'vite build', 'webpack', 'esbuild', 'rollup', 'next', 'import map']) {
  test(`${tool}: measures with the inlined worklet`, async ({ page, serve }) => {
    const complaints = complaintsOf(page)
    expect(await outcomes(page, `${await serve(tool)}?inlined`)).toEqual(measured)
    expect(complaints).toEqual([])
  })

  test(`${tool}: measures with the worklet's file under a strict Content-Security-Policy`, async ({ page, serve }) => {
    const complaints = complaintsOf(page)
    expect(await outcomes(page, `${await serve(tool)}?file&strict`)).toEqual(measured)
    expect(complaints).toEqual([])
  })

  test(`${tool}: under a strict Content-Security-Policy the inlined worklet's error says what to do`, async ({ page, serve }) => {
    expect(await outcomes(page, `${await serve(tool)}?inlined&strict`)).toEqual(measured.map(() => blocked))
  })
}

const entries = [
  '@earshot/sdk-core', '@earshot/sdk-core/global', '@earshot/level-meter', '@earshot/level-meter/relaxed',
  '@earshot/stats-sampler', '@earshot/stats-sampler/quality', '@earshot/stats-sampler/replay', '@earshot/protocol',
]

for (const entry of entries) {
  test(`Node imports ${entry} without a word`, async ({ home }) => {
    expect(await run(process.execPath, ['--input-type=module', '--eval', `await import('${entry}')`], { cwd: home })).toEqual({ stdout: '', stderr: '' })
  })
}

const imported = { AliRtcEngine: 'function', LevelMeter: 'function', StatsSampler: 'function' }

for (const way of ['dev', 'build']) {
  test(`Vite's server-side rendering (${way}) imports all three without a word`, async ({ home }) => {
    expect(await run(process.execPath, ['ssr/ssr.mjs', way], { cwd: home })).toEqual({ stdout: `${JSON.stringify(imported)}\n`, stderr: '' })
  })
}

for (const side of ['server', 'client']) {
  test(`Next renders a ${side} component that imports all three, which says and breaks nothing, neither there nor in the page`, async ({ page, serve }) => {
    const complaints = complaintsOf(page)
    const address = `${await serve('next')}${side}/`
    const html = await (await fetch(address)).text()
    expect(/<output>(.*?)<\/output>/.exec(html)?.[1]?.replaceAll('&quot;', '"'), 'as rendered').toBe(JSON.stringify({ imported, said: [] }))
    await page.goto(address, { waitUntil: 'networkidle' })
    await expect(page.locator('output'), 'as taken over by the page').toHaveText(JSON.stringify({ imported, said: [] }))
    expect(complaints).toEqual([])
  })
}

for (const [moduleResolution, module] of [['bundler', 'esnext'], ['node16', 'node16']] as const) {
  test(`TypeScript with moduleResolution ${moduleResolution} accepts the README's first example and the package's declarations`, async ({ home }) => {
    const readme = await readFile(path.join(home, 'node_modules/@earshot/level-meter/README.md'), 'utf8')
    const file = `quick-start-${moduleResolution}.ts`
    const example = /```js\n([^]*?)```/.exec(readme)?.[1] ?? ''
    expect(example).toContain('meterTrack')
    await writeFile(path.join(home, file), example)
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022', '--module', module, '--moduleResolution', moduleResolution]
    const compiled = await run(process.execPath, ['node_modules/typescript/bin/tsc', ...options, file], { cwd: home }).catch((failure: { stdout: string; stderr: string }) => ({ failed: failure.stdout + failure.stderr }))
    expect(compiled).toEqual({ stdout: '', stderr: '' })
  })
}

async function outcomes(page: Page, address: string): Promise<unknown> {
  await page.goto(address)
  await expect(page).toHaveTitle(/^\[/)
  return JSON.parse(await page.title())
}

/** What the page writes as an error, blocked scripts among it, or throws. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()) })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return complaints
}

async function runNpm(args: readonly string[], cwd: string): Promise<string> {
  const npm = process.env['npm_execpath']
  return (await run(npm ? process.execPath : 'npm', [...(npm ? [npm] : []), ...args], { cwd })).stdout
}

function printedAddress(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    server.stdout?.on('data', (data: Buffer) => {
      printed += data.toString()
      const address = /^http:\S+$/m.exec(printed)?.[0]
      if (address !== undefined) resolve(address)
    })
    server.on('exit', (code) => { reject(new Error(`serve.mjs ended with ${String(code)}; it printed: ${printed}`)) })
  })
}
