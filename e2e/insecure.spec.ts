import { expect, test } from './support/test.ts'

test('a page that is served neither over HTTPS nor from localhost is told so, and that there are no devices when it goes on', async ({ server, launch }) => {
  const alice = await launch({ name: 'Alice' })
  // The server's own pages, under a name that is not this machine's
  await alice.page.route('http://earshot.test/**', async (route) => {
    await route.fulfill({ response: await route.fetch({ url: route.request().url().replace('http://earshot.test', server.url) }) })
  })
  await alice.openEngine('http://earshot.test')
  const isSupport = (isDebug: boolean) => alice.page.evaluate((skip) => window.outcome(() => window.earshot.isSupport({ isDebug: skip })), isDebug)
  expect(await isSupport(false)).toMatchObject({ error: { code: 10021, errorCode: 10021 } })
  expect(await isSupport(true)).toMatchObject({ error: { code: 10022 } })
})
