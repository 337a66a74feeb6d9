import AxeBuilder from '@axe-core/playwright'
import { startServer } from './support/channel-server.ts'
import { expect, test } from './support/test.ts'

test('the form joins, the call shows both people, and leaving returns to the form', async ({ server, room, launch }) => {
  const alice = await launch({ name: 'Alice', chroma: [90, 180] })
  const bob = await launch({ name: 'Bob', chroma: [180, 90] })
  await bob.join(server.url, room, 'Bob')
  await alice.page.goto(`${server.url}/?audioProcessing=0`)
  expect((await new AxeBuilder({ page: alice.page }).analyze()).violations).toEqual([])
  await alice.page.getByRole('textbox', { name: /channel/i }).fill(room)
  await alice.page.getByRole('textbox', { name: /name/i }).fill('Alice')
  await alice.page.getByRole('button', { name: /join/i }).click()
  await alice.page.locator('[data-user-id="0"]').waitFor()
  await alice.page.locator('[data-user-id="Bob"]').waitFor()
  expect(new URL(alice.page.url()).searchParams.get('channel')).toBe(room)
  const meter = alice.page.locator('[data-user-id="Bob"]').getByRole('meter')
  await expect.poll(async () => Number(await meter.getAttribute('aria-valuenow')), { timeout: 30_000 }).not.toBe(0)
  expect((await new AxeBuilder({ page: alice.page }).analyze()).violations).toEqual([])
  await alice.page.getByRole('button', { name: /leave/i }).click()
  await expect(alice.page.getByRole('button', { name: /join/i })).toBeVisible()
  await expect(alice.page.getByRole('alert'), 'leaving is no failure').toHaveCount(0)
  await expect(bob.page.locator('[data-user-id="Alice"]')).toHaveCount(0)

  await server.control('POST', `/${room}/kick`, { users: ['Bob'] })
  await expect(bob.page.getByRole('alert')).toHaveText(/you were removed/i)
})

test('the demo speaks Chinese when asked', async ({ server, launch }) => {
  const alice = await launch({ name: 'Alice' })
  await alice.page.goto(`${server.url}/?lang=zh`)
  await expect(alice.page.locator('html')).toHaveAttribute('lang', /^zh/)
  await expect(alice.page.getByRole('button', { name: '加入' })).toBeVisible()
  expect((await new AxeBuilder({ page: alice.page }).analyze()).violations).toEqual([])
})

test('a server that was started again with another key ends the call, and the page says why in its own words', async ({ room, launch }) => {
  const server = await startServer()
  const alice = await launch({ name: 'Alice' })
  await alice.join(server.url, room, 'Alice', { lang: 'zh' })
  await server.stop()
  const another = await startServer({ EARSHOT_PORT: new URL(server.url).port }) // its key is random
  await expect(alice.page.getByRole('alert').locator('p')).toHaveText('服务器已不认识此通话，请重新进入。')
  await alice.page.getByRole('button', { name: '加入' }).click()
  await alice.page.locator('[data-user-id="0"]').waitFor()
  await another.stop()
})
