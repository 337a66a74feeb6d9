import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { enter, expectReceived, fakeDevices } from '../support/example-pages.ts'
import { expect, test as base } from '../support/test.ts'

// What somebody meets who has our packages from a registry: the React example, and the first example of the README, in folders of
// their own beside the packed packages.

const run = promisify(execFile)
const at = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

interface WorkerFixtures {
  /** A copy of examples/react with everything installed, our packages from their tarballs. */
  readonly home: string
  /** Serves a folder, and answers the development login in place of the app server. */
  readonly serve: (folder: string) => Promise<string>
}

const test = base.extend<object, WorkerFixtures>({
  home: [async ({}, use) => {
    const home = await realpath(await mkdtemp(path.join(os.tmpdir(), 'earshot-examples-')))
    await cp(at('examples/react'), home, { recursive: true, filter: (name) => !/node_modules|dist/.test(path.basename(name)) })
    await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], home)
    const tarballs = []
    for (const name of ['protocol', 'level-meter', 'stats-sampler', 'sdk-core']) {
      const packed = await runNpm(['pack', '--silent', '--pack-destination', home], at(`packages/${name}`))
      tarballs.push(`./${packed.trim().split('\n').at(-1) ?? ''}`)
    }
    await runNpm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], home)
    await use(home)
    await rm(home, { recursive: true, force: true })
  }, { scope: 'worker' }],
  serve: [async ({ server }, use) => {
    const listening: Server[] = []
    await use(async (folder) => {
      const web = createServer(async (request, response) => {
        const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
        const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '': 'text/html' }
        const body = pathname === '/app/v1/login'
          ? await (await fetch(`${server.url}${pathname}${search}`)).text()
          : await readFile(path.join(folder, pathname === '/' ? 'index.html' : pathname)).catch(() => undefined)
        response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': types[path.extname(pathname)] ?? 'text/plain' }).end(body)
      })
      listening.push(web)
      await once(web.listen(0, 'localhost'), 'listening')
      return `http://localhost:${(web.address() as AddressInfo).port}/` // a TCP server's address is one
    })
    for (const web of listening) web.close()
  }, { scope: 'worker' }],
})

test('the React example type-checks, builds and calls: picture, level and numbers of the other', async ({ home, serve, server, launch, room }) => {
  await runNpm(['run', 'build'], home, { VITE_EARSHOT_SERVER: server.url })
  const address = await serve(path.join(home, 'dist'))
  const [alice, bob] = await Promise.all([launch({ name: 'Alice', args: fakeDevices }), launch({ name: 'Bob', args: fakeDevices })])
  await Promise.all([enter(alice.page, address, room, 'Alice'), enter(bob.page, address, room, 'Bob')])
  await Promise.all([expectReceived(alice.page, 'Bob'), expectReceived(bob.page, 'Alice')])
  for (const { page } of [alice, bob]) await expect(page.getByRole('alert')).toHaveText('')

  await bob.page.getByRole('button', { name: 'Leave' }).click()
  await expect(bob.page.getByRole('button', { name: 'Join' }), 'who left can join again').toBeVisible()
  await expect(alice.page.locator('section')).toHaveCount(1)
  await enter(bob.page, address, room, 'Bob')
  await expectReceived(alice.page, 'Bob')
})

test('the first example of the README of sdk-core works as it stands there', async ({ home, serve, launch }) => {
  const readme = await readFile(path.join(home, 'node_modules/@earshot/sdk-core/README.md'), 'utf8')
  const example = /```js\n([^]*?)```/.exec(readme)?.[1] ?? ''
  expect(example.trim().split('\n').length).toBeLessThan(15)
  const folder = await mkdtemp(path.join(home, 'readme-'))
  await writeFile(path.join(folder, 'main.js'), example)
  await build({ entryPoints: [path.join(folder, 'main.js')], bundle: true, format: 'esm', outfile: path.join(folder, 'bundle.js'), logLevel: 'error' })
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><video></video><script type="module" src="bundle.js"></script>')
  const address = await serve(folder)
  const said: string[][] = []
  for (const name of ['Amina', 'Bob']) {
    // both pages are Amina, as the example has it, unless Bob's says otherwise
    const { page } = await launch({ name, args: fakeDevices })
    const lines: string[] = []
    said.push(lines)
    page.on('console', (message) => lines.push(`${message.type()} ${message.text()}`))
    await page.route('**/bundle.js', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: (await response.text()).replaceAll('Amina', name) })
    })
    await page.goto(address)
    if (name === 'Amina') continue
    const video = page.locator('video')
    await expect.poll(() => video.evaluate((element) => (element as HTMLVideoElement).videoWidth)).toBeGreaterThan(0) // a video it is
  }
  for (const [lines, other] of [[said[0], 'Bob'], [said[1], 'Amina']] as const) {
    await expect.poll(() => lines?.some((line) => line.startsWith(`log ${other} `)), `the level of ${other}`).toBe(true)
    expect(lines?.filter((line) => line.startsWith('error'))).toEqual([])
  }
})

async function runNpm(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const npm = process.env['npm_execpath']
  return (await run(npm ? process.execPath : 'npm', [...(npm ? [npm] : []), ...args], { cwd, env: { ...process.env, ...env } })).stdout
}
