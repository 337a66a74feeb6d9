import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import AliRtcEngine from '@earshot/sdk-core'
import { build } from 'esbuild'
import { enter, expectReceived, fakeDevices } from './support/example-pages.ts'
import { expect, test as base } from './support/test.ts'

// The examples as they are, but for the address of the server, one browser with one of them and one with another; and the documents
// beside them, which must name what there is.

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

/** `name`, `name(…)`, `name = …` in backticks. */
const namesIn = (markdown: string): ReadonlySet<string> => new Set([...markdown.matchAll(/`(\w+)(?=[`( ])/g)].map(([, name = '']) => name))
/** What the first cells of the tables of a chapter name. */
const tableOf = (markdown: string, chapter: string): ReadonlySet<string> => {
  const [, text = ''] = new RegExp(`^## ${chapter}$([^]*?)^## `, 'm').exec(markdown) ?? []
  return namesIn([...text.matchAll(/^\| ([^|]*) \|/gm)].map(([, cell]) => cell).join(' '))
}
const members = Object.getOwnPropertyNames(AliRtcEngine.prototype).filter((name) => name !== 'constructor')
const events = async (): Promise<readonly string[]> => {
  const [, map = ''] = /interface AliRtcEvents \{([^]*)\}/.exec(await text('../packages/sdk-core/src/events.ts')) ?? []
  return [...map.matchAll(/^ {2}(\w+): /gm)].map(([, name = '']) => name)
}

test('the tables in the README of sdk-core name every member of the engine and every event, and nothing else', async () => {
  const readme = await text('../packages/sdk-core/README.md')
  expect([...tableOf(readme, 'Methods and properties')].toSorted()).toEqual(members.toSorted())
  expect([...tableOf(readme, 'Events')].toSorted()).toEqual((await events()).toSorted())
})

test('both pages about the way from AliRTC name the same things, and every callback that there is', async () => {
  const [english, chinese] = [namesIn(await text('../docs/from-alirtc.md')), namesIn(await text('../docs/from-alirtc.zh.md'))]
  expect([...english].toSorted()).toEqual([...chinese].toSorted())
  expect((await events()).filter((name) => !english.has(name))).toEqual([])
})

function text(name: string): Promise<string> {
  return readFile(example(name), 'utf8')
}

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [example(name)], bundle: true, write: false, format: 'iife', platform: 'browser', logLevel: 'error' })
  return outputFiles[0]?.text ?? ''
}
