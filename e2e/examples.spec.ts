import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { enter, expectReceived, fakeDevices } from './support/example-pages.ts'
import { expect, test as base } from './support/test.ts'

// The examples as they are, but for the address of the server, one browser with one of them and one with another.

const example = (name: string): string => fileURLToPath(new URL(`../examples/${name}`, import.meta.url))

const ways = {
  'script tag': async () => ({ html: await text('plain/index.html'), script: await text('plain/call.js') }),
  'import for the side effect': async () => ({
    html: (await text('plain/index.html')).replace('<script src="http://localhost:8080/earshot.global.js"></script>', ''),
    script: await bundle('ways-in/side-effect.js'),
  }),
  'named import': async () => ({ html: await text('ways-in/index.html'), script: await bundle('ways-in/named.js') }),
  'default import': async () => ({ html: await text('ways-in/index.html'), script: await bundle('ways-in/default.js') }),
  'CommonJS require': async () => ({ html: await text('ways-in/index.html'), script: await bundle('ways-in/require.cjs') }),
} satisfies Record<string, () => Promise<{ html: string; script: string }>>
type Way = keyof typeof ways

const test = base.extend<object, { readonly serve: (way: Way) => Promise<string> }>({
  serve: [async ({ server }, use) => {
    const listening: Server[] = []
    await use(async (way) => {
      const { html, script } = await ways[way]()
      const web = createServer((request, response) => {
        const isScript = request.url?.endsWith('.js') ?? false
        response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
        response.end((isScript ? script : html).replaceAll('http://localhost:8080', server.url))
      })
      listening.push(web)
      await once(web.listen(0, 'localhost'), 'listening')
      return `http://localhost:${(web.address() as AddressInfo).port}/` // a TCP server's address is one
    })
    for (const web of listening) web.close()
  }, { scope: 'worker' }],
})

const calls: readonly (readonly [Way, Way])[] = [
  ['script tag', 'import for the side effect'],
  ['named import', 'default import'],
  ['CommonJS require', 'script tag'],
]

for (const [first, second] of calls) {
  test(`a call between an app by ${first} and one by ${second}: picture, level and numbers of the other`, async ({ serve, launch, room }) => {
    const [alice, bob] = await Promise.all([launch({ name: 'Alice', args: fakeDevices }), launch({ name: 'Bob', args: fakeDevices })])
    await Promise.all([enter(alice.page, await serve(first), room, 'Alice'), enter(bob.page, await serve(second), room, 'Bob')])
    await Promise.all([expectReceived(alice.page, 'Bob'), expectReceived(bob.page, 'Alice')])
    for (const { page } of [alice, bob]) await expect(page.getByRole('alert')).toHaveText('')
  })
}

function text(name: string): Promise<string> {
  return readFile(example(name), 'utf8')
}

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [example(name)], bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'error' })
  return outputFiles[0]?.text ?? ''
}
